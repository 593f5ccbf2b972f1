"""`memory-service touch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from memory_console.commands.put import Duration
from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import NotFoundError
from memory_console.target import on_target

if TYPE_CHECKING:
    from memory_console.output import Output
    from memory_console.target import Target

_EXAMPLES = (
    Example("memory-service put shop user/42 7 --ttl 1h", "Something that ends in an hour"),
    Example("memory-service touch shop user/42 --ttl 2d", "It ends in two days"),
    Example("memory-service touch shop user/42 --for-ever", "It stays until it is replaced or removed"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("service")
@click.argument("name")
@click.option(
    "--ttl", type=Duration(), help="How long it lives from now on: seconds, or such as 15m, 2h, 7d."
)
@click.option("--for-ever", is_flag=True, help="Until it is replaced or removed.")
@on_target
def touch(
    target: Target, output: Output, service: str, name: str, ttl: float | None, *, for_ever: bool
) -> None:
    """Change how long NAME of SERVICE lives, and nothing else of it, and print its new version.

    Nothing that anybody else changes meanwhile is lost. A value that is not there, has expired or was invalidated is
    not brought back: exit code 3.
    """
    if for_ever == (ttl is not None):
        raise click.UsageError("give either --ttl or --for-ever")
    address = target.address(service, name)
    version = target.bucket.place(address.visibility, address.service).touch(name, ttl)
    if version is None:
        raise NotFoundError(f"{name} of {target.visibility} service {service} is not there")
    if output.as_json:
        output.json({"name": name, "service": service, "visibility": target.visibility, "version": version})
    else:
        output.console.print(version, markup=False)
        output.say(f"{one_line(name)} in {target.visibility} service {service} has another end")
