"""`memory-service rm`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import NotFoundError
from memory_console.target import on_target, with_key

if TYPE_CHECKING:
    from memory_console.output import Output
    from memory_console.target import Target

_EXAMPLES = (
    Example("memory-service put shop user/42 1", "Something to remove"),
    Example("memory-service rm shop user/42", "Remove it; exit code 3 if it is not there"),
    Example("memory-service rm shop user/42 --force", "Its absence is no error"),
    Example("memory-service rm --key public/shop/notes.txt --force", "What no SDK has written"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@with_key
@click.option(
    "--if-version", help="Only if this is the version that is stored: exit code 4 if it is another."
)
@click.option("--force", "-f", is_flag=True, help="It is no error if there is none.")
@on_target
def rm(
    target: Target,
    output: Output,
    service: str | None,
    name: str | None,
    key: str | None,
    if_version: str | None,
    *,
    force: bool,
) -> None:
    """Remove NAME of SERVICE, whatever is stored there.

    Edges may serve their copies until the edge TTL it was stored with is over.
    """
    where = target.key(service, name, key)
    what = where if key else f"{name} of {target.visibility} service {service}"
    removed = target.bucket.remove(where, if_version=if_version)
    if not (removed or force):
        raise NotFoundError(f"{one_line(what)} is not there")
    if output.as_json:
        place = {"key": key} if key else {"name": name, "service": service, "visibility": target.visibility}
        output.json({**place, "removed": removed})
    elif removed:
        output.say(f"removed {what}")
