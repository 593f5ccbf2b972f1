"""`memory-service get`."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from memory_console.escapes import harmless, one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import NotFoundError
from memory_console.sdk import write_value
from memory_console.stored import moment, read_value
from memory_console.target import on_target, with_distribution
from memory_console.values import value_text

if TYPE_CHECKING:
    from typing import BinaryIO

    import memory

    from memory_console.output import Output
    from memory_console.target import Target

_EXAMPLES = (
    Example("""memory-service put shop user/42 '{"Name": "Joe"}'""", "Something to read"),
    Example("memory-service get shop user/42", "Print the value"),
    Example("memory-service get shop user/42 --json", "With type, version, expiry and size, for programs"),
    Example("memory-service get shop user/42 --output joe.json", "Into a file; bytes as they are"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("service")
@click.argument("name")
@click.option("--output", "-o", "file", type=click.File("wb"), help="Write the value to this file.")
@click.option(
    "--edge", is_flag=True, help="Read through the distribution, as functions do, and say where it was."
)
@with_distribution
@on_target
def get(
    target: Target, output: Output, service: str, name: str, file: BinaryIO | None, *, edge: bool
) -> None:
    """Print the value of NAME of SERVICE.

    A string is printed as it is, bytes as base64, all else as JSON; what JSON does not have is tagged, as in
    {"$bytes": "AP8="}. It is read from S3 itself, so it is the newest one; --edge shows what readers get.
    """
    if edge:
        with target.service(service) as reader:
            entry = reader.get_entry(name)
        if entry is None:
            raise NotFoundError(f"{service} has no value {one_line(name)}, says the edge")
        if output.as_json:
            output.json(_described(entry, name))
            return
        output.say(f"from {entry.source}, age {entry.age} s")
        value = entry.value
    else:
        found = read_value(target.bucket, target.address(service, name))
        now = time.time()
        if found is None or found.envelope.is_expired(now):
            state = "has expired" if found else "is not there"
            raise NotFoundError(f"{one_line(name)} of {target.visibility} service {service} {state}")
        if output.as_json:
            output.json(found.described(now))
            return
        value = found.envelope.value
    if file is not None:
        file.write(value if type(value) is bytes else value_text(value).encode())
        return
    text = value_text(value)
    sys.stdout.write((harmless(text) if sys.stdout.isatty() else text) + "\n")


def _described(entry: memory.Entry, name: str) -> dict[str, Any]:
    node, tagged = write_value(entry.value)
    return {
        "name": name,
        "type": entry.type,
        "value": node,
        "tagged": tagged,
        "version": entry.version,
        "source": entry.source,
        "age": entry.age,
        "stored_at": moment(entry.stored_at.timestamp()) if entry.stored_at else None,
        "expires_at": moment(entry.expires_at.timestamp()) if entry.expires_at else None,
    }
