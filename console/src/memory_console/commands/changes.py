"""`memory-service changes`."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
import memory
from rich.table import Table
from rich.text import Text

from memory_console.archive import Archived
from memory_console.bucket import CONCURRENCY
from memory_console.commands.import_ import Counts, on_existing, store
from memory_console.durations import shown_duration
from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import PARTLY, NotFoundError
from memory_console.place import CHANGES, is_record, record_of
from memory_console.progress import counting
from memory_console.retagging import Retagging
from memory_console.sdk import check_service_name, key_prefix
from memory_console.stored import Address, moment, read_value
from memory_console.tags import Tags
from memory_console.target import on_target

if TYPE_CHECKING:
    from memory_console.bucket import Bucket
    from memory_console.output import Output
    from memory_console.sdk import Admin, Record
    from memory_console.target import Target

_SHOW = (
    Example("memory-service put shop.changes price 42", "A service with a change record: it is announced"),
    Example("memory-service changes show shop", "What its writers have announced"),
    Example("memory-service changes show shop --json", "The same for programs"),
)
_ANNOUNCE = (
    Example("memory-service changes announce shop", "Let all readers read all values of the service anew"),
)
_MOVE = (
    Example("memory-service put shop price 42", "A service without a change record"),
    Example("memory-service changes move shop", "Copy its values to where its functions look with CHANGES"),
    Example("memory-service clear shop --yes", "Remove the old ones, once nobody reads them"),
)


@click.group()
def changes() -> None:
    """Look at the change record of a service, raise it, and move a service to a place that has one.

    With CHANGES a service lies below `<service>.changes/`. All commands take that for SERVICE, as in
    `ls shop.changes`; what they write there they announce.
    """


@changes.command(cls=ExampleCommand, examples=_SHOW)
@click.argument("service")
@on_target
def show(target: Target, output: Output, service: str) -> None:
    """Show what the change record of SERVICE says: exit code 3 if there is none, 7 if nobody believes it.

    A copy that was read from S3 120 s after what is announced for its name is confirmed by the record.
    """
    (condition, record), now = _place(target, service).record()
    if condition.version is None:
        raise NotFoundError(f"{target.visibility} service {one_line(service)} has no change record")
    if record is None:
        raise memory.CorruptValueError(
            f"{record_of(target.visibility, service)}: it is no record, that of another place, or restored. Readers do"
            " not believe it, and the next writer replaces it"
        )
    told = _described(record, now, condition.version)
    if output.as_json:
        output.json({"service": service, "visibility": target.visibility, **told})
        return
    table = Table.grid(padding=(0, 2))
    for label, text in _rows(record, told):
        table.add_row(Text(label, style="dim"), Text(one_line(text)))
    output.console.print(table)


@changes.command(cls=ExampleCommand, examples=_ANNOUNCE)
@click.argument("service")
@on_target
def announce(target: Target, output: Output, service: str) -> None:
    """Announce a change of everything in SERVICE, as after something has been written past the SDKs.

    Readers then read each value anew, at the latest an edge TTL later.
    """
    e = _place(target, service).announce()
    if output.as_json:
        output.json({"service": service, "visibility": target.visibility, "all": moment(e)})
    else:
        output.say(f"announced everything of {target.visibility} service {service}, at {moment(e)}")


@changes.command(cls=ExampleCommand, examples=_MOVE)
@click.argument("service")
@on_existing
@on_target
def move(target: Target, output: Output, service: str, existing: str) -> None:
    """Copy the values of SERVICE to where its functions look with CHANGES; what is there already stays.

    Values, types, tags, expiry and storage class stay what they are; what has expired, was invalidated or is no value
    is left out. A tag is invalidated in each place by itself: do it here and then there while both are used. A move
    that was interrupted is run again. The old values stay: give all functions CHANGES, move once more for what
    was written meanwhile, then clear them.
    """
    under = key_prefix(target.visibility, check_service_name(service), "")
    counts, skipped = Counts(), 0
    tags = Retagging(target.bucket)
    with ThreadPoolExecutor(CONCURRENCY) as pool, counting(output, "moving") as count:
        try:
            for page in target.bucket.pages(under):
                keys = [listed.key for listed in page.objects if not is_record(listed.key)]
                for outcome in pool.map(
                    lambda key: _moved(target.bucket, key, tags, replace=existing == "replace"), keys
                ):
                    if outcome == "skipped":
                        skipped += 1
                    else:
                        setattr(counts, outcome, getattr(counts, outcome) + 1)
                count(sum(asdict(counts).values()))
        except memory.MemoryServiceError:
            output.say(f"{counts}; then:")
            raise
    if output.as_json:
        output.json({**asdict(counts), "skipped": skipped})
    else:
        output.say(f"{counts}" + (f"; {skipped} objects are no values" if skipped else ""))
    if skipped:
        raise SystemExit(PARTLY)


def _moved(bucket: Bucket, key: str, tags: Retagging, *, replace: bool) -> str:
    """Copy one value and return what it counts as."""
    address = Address.of_key(key)
    try:
        found = read_value(bucket, address) if address else None
    except memory.CorruptValueError:
        return "skipped"
    if address is None:
        return "skipped"
    if found is None:
        return "expired"  # somebody has removed it meanwhile
    there = Address(address.visibility, address.service + CHANGES, address.name)
    # In this order: who invalidates here and then there, meets the value in one of both.
    tags.take(there, found.envelope.tags or ())
    if Tags(bucket).differing(address, found.envelope):
        return "invalidated"
    return store(
        bucket,
        Archived(
            there,
            found.stored.document,
            found.envelope,
            found.edge_ttl,
            found.stale_if_error,
            found.stored.storage_class,
        ),
        tags,
        replace=replace,
    )


def _place(target: Target, service: str) -> Admin:
    name = check_service_name(service.removesuffix(CHANGES))
    return target.bucket.place(target.visibility, name + CHANGES)


def _described(record: Record, now: int, version: str) -> dict[str, Any]:
    return {
        "newest": moment(record.newest),
        "since": moment(record.since),
        "all": moment(record.all) if record.all else None,
        "buckets": len(record.times()),
        "age": max(0, now - record.newest),
        "version": version,
    }


def _rows(record: Record, told: dict[str, Any]) -> list[tuple[str, str]]:
    now = time.time()

    def ago(at: int) -> str:
        passed = now - at
        return f"{shown_duration(abs(passed))} {'ago' if passed >= 0 else 'from now'}"

    return [
        ("newest announcement", f"{ago(record.newest)}, at {told['newest']}"),
        ("everything before", f"{ago(record.since)}, at {told['since']}"),
        ("everything", f"{ago(record.all)}, at {told['all']}" if record.all else "never"),
        ("buckets", f"{told['buckets']:,} of 4,096"),
        ("version", told["version"]),
    ]
