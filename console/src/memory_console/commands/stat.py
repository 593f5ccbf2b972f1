"""`memory-service stat`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from memory_console.bucket import CorruptObjectError
from memory_console.durations import shown_duration
from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import EXIT_CODES, NotFoundError
from memory_console.output import shown_size
from memory_console.stored import Address, described_object, moment, no_value, read_value
from memory_console.tags import Tags
from memory_console.target import on_target, with_key

if TYPE_CHECKING:
    from memory_console.bucket import Bucket, ObjectHead
    from memory_console.output import Output
    from memory_console.stored import StoredValue
    from memory_console.target import Target

_EXAMPLES = (
    Example("memory-service put shop user/42 7 --ttl 1h", "Something to look at"),
    Example("memory-service stat shop user/42", "All that is known about it, except the value"),
    Example("memory-service stat shop user/42 --json", "The same for programs"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@with_key
@on_target
def stat(target: Target, output: Output, service: str | None, name: str | None, key: str | None) -> None:
    """Show what is known about NAME of SERVICE: type, version, sizes, expiry, storage class.

    Shows a value that has expired or was invalidated as well, as long as its object is there. Of an object that is no
    value it shows what S3 says and why it is none: exit code 7. `get --raw` has its bytes, `rm` removes it.
    """
    now = time.time()
    try:
        found = _read(target.bucket, target.key(service, name, key))
    except CorruptObjectError as error:
        if output.as_json:
            output.json({**described_object(error.head), "corrupt": error.why})
        else:
            _print(output, [("corrupt", error.why), *_object_rows(error.head, now)])
        raise SystemExit(EXIT_CODES[error.code]) from None
    differing = Tags(target.bucket).differing(found.address, found.envelope)
    if output.as_json:
        described = found.described(now, differing)
        output.json({key: described[key] for key in described if key not in ("value", "tagged")})
        return
    _print(output, _rows(found, now, differing))


def _read(bucket: Bucket, key: str) -> StoredValue:
    address = Address.of_key(key)
    if address is not None:
        found = read_value(bucket, address)
        if found is None:
            raise NotFoundError(
                f"{address.name} of {address.visibility} service {address.service} is not there"
            )
        return found
    raw = bucket.raw(key, 0)
    if raw is None:
        raise NotFoundError(f"{key} is not there")
    raise CorruptObjectError(raw, no_value(key))


def _print(output: Output, rows: list[tuple[str, str]]) -> None:
    table = Table.grid(padding=(0, 2))
    for label, text in rows:
        table.add_row(Text(one_line(label), style="dim"), Text(one_line(text)))
    output.console.print(table)


def _object_rows(head: ObjectHead, now: float) -> list[tuple[str, str]]:
    """Return what S3 says of an object that is no value."""
    return [
        ("size", shown_size(head.size)),
        ("stored", _stored(head, now)),
        ("storage class", head.storage_class),
        ("version", head.version),
        *((name.lower().replace("-", " "), said) for name, said in head.headers.items() if said),
        *((f"metadata {name}", said) for name, said in head.metadata.items()),
        *([("tags", str(head.tags))] if head.tags else []),
        ("key", head.key),
    ]


def _tags(tags: list[str], differing: list[str]) -> str:
    return f"{', '.join(tags)}; invalidated by {', '.join(differing)}" if differing else ", ".join(tags)


def _stored(head: ObjectHead, now: float) -> str:
    at = head.stored_at.timestamp()
    return f"{shown_duration(max(0, now - at))} ago, at {moment(at)}"


def _rows(found: StoredValue, now: float, differing: list[str]) -> list[tuple[str, str]]:
    stored, envelope = found.stored, found.envelope
    left = found.seconds_left(now)
    expiry = "never"
    if left is not None and found.ends_at is not None:
        when = moment(found.ends_at)
        expiry = f"in {shown_duration(left)}, at {when}" if left > 0 else f"expired at {when}"
    gzipped = f", {shown_size(stored.size)} gzipped" if stored.headers["Content-Encoding"] == "gzip" else ""
    return [
        ("name", found.address.name),
        ("service", f"{found.address.service} ({found.address.visibility})"),
        ("type", envelope.type),
        ("size", shown_size(len(stored.document)) + gzipped),
        ("stored", _stored(stored, now)),
        ("expires", expiry),
        ("edge TTL", "not said" if found.edge_ttl is None else shown_duration(found.edge_ttl)),
        *([("tags", _tags(list(envelope.tags), differing))] if envelope.tags else []),
        ("storage class", stored.storage_class),
        ("version", stored.version),
        ("write", envelope.write or "not said"),
        ("key", stored.key),
    ]
