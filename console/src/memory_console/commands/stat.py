"""`memory-service stat`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from memory_console.durations import shown_duration
from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import NotFoundError
from memory_console.output import shown_size
from memory_console.stored import moment, read_value
from memory_console.target import on_target

if TYPE_CHECKING:
    from memory_console.output import Output
    from memory_console.stored import StoredValue
    from memory_console.target import Target

_EXAMPLES = (
    Example("memory-service put shop user/42 7 --ttl 1h", "Something to look at"),
    Example("memory-service stat shop user/42", "All that is known about it, except the value"),
    Example("memory-service stat shop user/42 --json", "The same for programs"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("service")
@click.argument("name")
@on_target
def stat(target: Target, output: Output, service: str, name: str) -> None:
    """Show what is known about NAME of SERVICE: type, version, sizes, expiry, storage class.

    Shows a value that has expired as well, as long as its object is there.
    """
    found = read_value(target.bucket, target.address(service, name))
    if found is None:
        raise NotFoundError(f"{one_line(name)} of {target.visibility} service {service} is not there")
    now = time.time()
    if output.as_json:
        described = found.described(now)
        output.json({key: described[key] for key in described if key not in ("value", "tagged")})
        return
    table = Table.grid(padding=(0, 2))
    for label, text in _rows(found, now):
        table.add_row(Text(label, style="dim"), Text(text))
    output.console.print(table)


def _rows(found: StoredValue, now: float) -> list[tuple[str, str]]:
    stored, envelope = found.stored, found.envelope
    left = found.seconds_left(now)
    expiry = "never"
    if left is not None and envelope.expires_at is not None:
        when = moment(envelope.expires_at / 1000)
        expiry = f"in {shown_duration(left)}, at {when}" if left > 0 else f"expired at {when}"
    gzipped = f", {shown_size(stored.size)} gzipped" if stored.headers["Content-Encoding"] == "gzip" else ""
    return [
        ("name", one_line(found.address.name)),
        ("service", f"{found.address.service} ({found.address.visibility})"),
        ("type", envelope.type),
        ("size", shown_size(len(stored.document)) + gzipped),
        (
            "stored",
            f"{shown_duration(now - stored.stored_at.timestamp())} ago, at {moment(stored.stored_at.timestamp())}",
        ),
        ("expires", expiry),
        ("edge TTL", "not said" if found.edge_ttl is None else shown_duration(found.edge_ttl)),
        ("storage class", stored.storage_class),
        ("version", stored.version),
        ("write", envelope.write or "not said"),
        ("key", stored.key),
    ]
