"""`memory-service get`."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click
import memory

from memory_console.escapes import harmless
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import NotFoundError
from memory_console.private_file import open_private
from memory_console.sdk import write_value
from memory_console.stored import Address, moment, no_value, read_value
from memory_console.tags import Tags, named
from memory_console.target import on_target, with_distribution, with_key
from memory_console.values import value_text

if TYPE_CHECKING:
    from memory_console.bucket import Bucket
    from memory_console.output import Output
    from memory_console.stored import StoredValue
    from memory_console.target import Target

_EXAMPLES = (
    Example("""memory-service put shop user/42 '{"Name": "Joe"}'""", "Something to read"),
    Example("memory-service get shop user/42", "Print the value"),
    Example("memory-service get shop user/42 --json", "With type, version, expiry and size, for programs"),
    Example("memory-service get shop user/42 --raw", "The object as it is stored, also if it is corrupt"),
    Example("memory-service get shop user/42 --output joe.json", "Into a file; bytes as they are"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@with_key
@click.option(
    "--output",
    "-o",
    "file",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Write the value to this file, for your eyes only.",
)
@click.option(
    "--raw", is_flag=True, help="The bytes of the object as S3 has them, also of one that is no value."
)
@click.option(
    "--edge", is_flag=True, help="Read through the distribution, as functions do, and say where it was."
)
@with_distribution
@on_target
def get(
    target: Target,
    output: Output,
    service: str | None,
    name: str | None,
    key: str | None,
    file: str | None,
    *,
    raw: bool,
    edge: bool,
) -> None:
    """Print the value of NAME of SERVICE.

    A string is printed as it is, bytes as base64, all else as JSON; what JSON does not have is tagged, as in
    {"$bytes": "AP8="}. It is read from S3 itself, so it is the newest one; --edge shows what readers get.
    --raw gives what is stored, byte by byte: the envelope, gzipped or not, or whatever somebody else has put there.
    """
    where = target.key(service, name, key)
    if raw:
        stored = target.bucket.raw(where)
        if stored is None:
            raise NotFoundError(f"{where} is not there")
        _write(output, file or "-", stored.body)
        return
    address = Address.of_key(where)
    if address is None:
        raise memory.CorruptValueError(f"{where}: {no_value(where)}. --raw gives its bytes")
    if edge:
        with target.service(address.service, address.visibility) as reader:
            entry = reader.get_entry(address.name)
        if entry is None:
            raise NotFoundError(f"{address.service} has no value {address.name}, says the edge")
        if output.as_json:
            output.json(_described(entry, address.name))
            return
        output.say(f"from {entry.source}, age {entry.age} s")
        value = entry.value
    else:
        found = read_value(target.bucket, address)
        now = time.time()
        state = _missing(target.bucket, found, now)
        if found is None or state:
            raise NotFoundError(f"{address.name} of {address.visibility} service {address.service} {state}")
        if output.as_json:
            output.json(found.described(now, []))
            return
        value = found.envelope.value
    if file is not None:
        _write(output, file, value if type(value) is bytes else value_text(value).encode())
        return
    text = value_text(value)
    sys.stdout.write((harmless(text) if sys.stdout.isatty() else text) + "\n")


def _missing(bucket: Bucket, found: StoredValue | None, now: float) -> str:
    """Return why readers find no value; nothing if they do."""
    if found is None:
        return "is not there"
    if found.envelope.is_expired(now):
        return "has expired"
    differing = Tags(bucket).differing(found.address, found.envelope)
    return f"was invalidated by its {named(differing)}" if differing else ""


def _write(output: Output, file: str, content: bytes) -> None:
    """Write bytes as they are, unless a terminal would obey them."""
    if file != "-":
        stream, was_open = open_private(file)
        with stream:
            stream.write(content)
        if was_open:
            output.say(f"{file} was open to others: only you can read it now")
    elif sys.stdout.isatty():
        sys.stdout.write(harmless(content.decode("utf-8", "backslashreplace")) + "\n")
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)


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
        "tags": list(entry.tags),
    }
