"""`memory-service import`."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import memory

from memory_console.archive import Archived, archived, check_complete, exported_from
from memory_console.bucket import CONCURRENCY
from memory_console.examples import Example, ExampleCommand
from memory_console.progress import counting
from memory_console.retagging import Retagging
from memory_console.sdk import Condition, decode
from memory_console.stored import options_until
from memory_console.target import on_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from memory_console.bucket import Bucket
    from memory_console.output import Output
    from memory_console.target import Target

_AT_ONCE = 2 * CONCURRENCY

_EXAMPLES = (
    Example("memory-service put shop user/42 7", "Something to export"),
    Example("memory-service export shop.jsonl shop", "Write it to a file"),
    Example("memory-service clear shop --yes", "Lose it"),
    Example("memory-service import shop.jsonl", "Have it back"),
    Example("memory-service import shop.jsonl --existing replace", "Also where there is a value already"),
)


@dataclass
class Counts:
    """What has become of the values of a file; the bucket has said so of each.

    Attributes:
        stored: Stored by this import.
        present: Were there already, exactly as they are in the file.
        different: Left alone, since something else is stored under their name.
        expired: Have ended since they were exported.
        invalidated: Were left out, since one of their tags was invalidated after the export.
    """

    stored: int = 0
    present: int = 0
    different: int = 0
    expired: int = 0
    invalidated: int = 0

    def __str__(self) -> str:
        different = f", {self.different} of them with another value" if self.different else ""
        invalidated = f", {self.invalidated} were invalidated by a tag" if self.invalidated else ""
        return (
            f"stored {self.stored} values; {self.present + self.different} were there already{different};"
            f" {self.expired} have expired{invalidated}"
        )


on_existing = click.option(
    "--existing",
    type=click.Choice(["skip", "replace"]),
    default="skip",
    show_default=True,
    help="What to do where there is a value already.",
)


@click.command("import", cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@on_existing
@click.option("--incomplete", is_flag=True, help="Take a file whose export was interrupted.")
@on_target
def import_(target: Target, output: Output, file: Path, existing: str, *, incomplete: bool) -> None:
    """Store the values of FILE, which `export` has written, under their services and names.

    Values, types, expiry and storage class are those that were exported; what has expired meanwhile is left out. An
    import that was interrupted is run again: the bucket is asked for each value, and what is there already is counted
    as that. Values keep their tags, which are those of the place where they come to: what invalidates these from the
    beginning of the import makes them a miss. Back in the bucket that it was exported from, what was invalidated since
    is left out.
    """
    if not incomplete:
        check_complete(file)
    counts = Counts()
    with file.open("rb") as stream, counting(output, "importing", file.stat().st_size) as count:
        try:
            tags = Retagging(target.bucket, is_back=exported_from(file) == target.bucket.name)
            _import(target.bucket, stream, counts, count, tags, replace=existing == "replace")
        except memory.MemoryServiceError:
            output.say(f"{counts}; then:")
            raise
    if output.as_json:
        output.json(asdict(counts))
    else:
        output.say(str(counts))


def _import(
    bucket: Bucket,
    stream: BinaryIO,
    counts: Counts,
    count: Callable[[float], None],
    tags: Retagging,
    *,
    replace: bool,
) -> None:
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for values in _chunks(stream):
            for outcome in pool.map(lambda value: store(bucket, value, tags, replace=replace), values):
                setattr(counts, outcome, getattr(counts, outcome) + 1)
            count(stream.tell())


def _chunks(stream: BinaryIO) -> Iterator[list[Archived]]:
    """Return the values of the file, some at a time."""
    seen: set[int] = set()  # not the addresses themselves, of which there may be millions
    chunk: list[Archived] = []
    start = 0
    for line in iter(stream.readline, b""):
        try:
            parsed = _parsed(line)
            if "document" in parsed:
                value = archived(parsed)
                if hash(value.address) in seen:
                    raise memory.CorruptValueError(f"{value.address.key} is there twice")
                seen.add(hash(value.address))
                chunk.append(value)
        except memory.MemoryServiceError as error:
            raise type(error)(f"the line at byte {start}: {error}") from None
        start += len(line)
        if len(chunk) == _AT_ONCE:
            yield chunk
            chunk = []
    yield chunk


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except RecursionError:
        raise memory.CorruptValueError("it is nested too deeply") from None
    except ValueError as error:
        if line.endswith(b"\n"):
            raise memory.CorruptValueError(f"it is no JSON: {error}") from None
        return {}  # cut off: there is only one such line, the last, and only with --incomplete
    if not isinstance(parsed, dict):
        raise memory.CorruptValueError("it is no line of an export")
    return parsed


def store(bucket: Bucket, value: Archived, tags: Retagging, *, replace: bool) -> str:
    """Store a value and return what it counts as."""
    now = time.time()
    if value.envelope.is_expired(now):
        return "expired"
    tagged = tags.tagged(value)
    return "invalidated" if tagged is None else _stored(bucket, tagged, tags, now, replace=replace)


def _stored(bucket: Bucket, value: Archived, tags: Retagging, now: float, *, replace: bool) -> str:
    options = options_until(
        value.envelope.expires_at, value.edge_ttl, value.storage_class, now, value.stale_if_error
    )
    address, document = value.address, value.document
    place = bucket.place(address.visibility, address.service)
    if replace:
        place.restore(address.name, document, options, None)
        return "stored"
    try:
        place.restore(address.name, document, options, Condition(None))
    except memory.ConflictError:
        try:
            held = bucket.read(address.key)
            if held is None:
                raise
            if held.document == document:
                return "present"
            if tags.known.is_present(address, decode(held.document), now):
                return "different"
        except memory.CorruptValueError:
            return "different"
        # What has expired or was invalidated counts as absent.
        place.restore(address.name, document, options, Condition(held.version))
    return "stored"
