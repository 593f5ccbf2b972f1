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

from memory_console.archive import Archived, archived, check_complete
from memory_console.bucket import CONCURRENCY, STALE_IF_ERROR
from memory_console.examples import Example, ExampleCommand
from memory_console.progress import counting
from memory_console.sdk import decode
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
class Journal:
    """How far an import is, kept beside its file so that it can go on after it was killed.

    Attributes:
        bucket: Where to.
        size: Bytes of the file, to know it again.
        offset: All lines before it are done.
    """

    bucket: str
    size: int
    offset: int = 0
    stored: int = 0
    present: int = 0
    expired: int = 0

    @classmethod
    def load(cls, path: Path, bucket: str, size: int) -> Journal:
        """Return the journal of an import that was interrupted, else a new one."""
        try:
            found = cls(**json.loads(path.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return cls(bucket, size)
        return found if (found.bucket, found.size) == (bucket, size) else cls(bucket, size)

    def save(self, path: Path) -> None:
        """Write it at once and entirely."""
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(path)


@click.command("import", cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--existing",
    type=click.Choice(["skip", "replace"]),
    default="skip",
    show_default=True,
    help="What to do where there is a value already.",
)
@click.option("--incomplete", is_flag=True, help="Take a file whose export was interrupted.")
@on_target
def import_(target: Target, output: Output, file: Path, existing: str, *, incomplete: bool) -> None:
    """Store the values of FILE, which `export` has written, under their services and names.

    Values, types, expiry and storage class are those that were exported; what has expired meanwhile is left out. An
    import that was interrupted goes on where it stopped when it is run again: FILE.import says where that is.
    """
    if not incomplete:
        check_complete(file)
    beside = file.with_name(f"{file.name}.import")
    journal = Journal.load(
        beside, f"{target.bucket.s3.meta.endpoint_url}/{target.bucket.name}", file.stat().st_size
    )
    if journal.offset:
        output.say(
            f"going on behind {journal.stored + journal.present + journal.expired} values that are done"
        )
    with file.open("rb") as stream, counting(output, "importing", journal.size) as count:
        stream.seek(journal.offset)
        _import(target.bucket, stream, journal, beside, count, replace=existing == "replace")
    beside.unlink(missing_ok=True)
    result = {"stored": journal.stored, "present": journal.present, "expired": journal.expired}
    if output.as_json:
        output.json(result)
    else:
        output.say(
            f"stored {journal.stored} values; {journal.present} were there already; {journal.expired} have expired"
        )


def _import(
    bucket: Bucket,
    stream: BinaryIO,
    journal: Journal,
    beside: Path,
    count: Callable[[float], None],
    *,
    replace: bool,
) -> None:
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for values in _chunks(stream):
            for outcome in pool.map(lambda value: _store(bucket, value, replace=replace), values):
                setattr(journal, outcome, getattr(journal, outcome) + 1)
            journal.offset = stream.tell()
            journal.save(beside)
            count(journal.offset)


def _chunks(stream: BinaryIO) -> Iterator[list[Archived]]:
    """Return the values of the file, some at a time; between two chunks the stream stands behind the former."""
    at_end = False
    while not at_end:
        chunk: list[Archived] = []
        while len(chunk) < _AT_ONCE:
            start, line = stream.tell(), stream.readline()
            if not line:
                at_end = True
                break
            parsed = _parsed(line, start)
            if "document" in parsed:
                try:
                    chunk.append(archived(parsed))
                except memory.MemoryServiceError as error:
                    raise type(error)(f"the line at byte {start}: {error}") from None
        yield chunk


def _parsed(line: bytes, start: int) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except ValueError as error:
        if line.endswith(b"\n"):
            raise memory.CorruptValueError(f"the line at byte {start} is no JSON: {error}") from None
        return {}  # cut off: there is only one such line, the last, and only with --incomplete
    if not isinstance(parsed, dict):
        raise memory.CorruptValueError(f"the line at byte {start} is no line of an export")
    return parsed


def _store(bucket: Bucket, value: Archived, *, replace: bool) -> str:
    """Store a value and return what it counts as."""
    now = time.time()
    if value.envelope.is_expired(now):
        return "expired"
    options = options_until(value.envelope.expires_at, value.edge_ttl, value.storage_class, now)
    key = value.address.key
    stale = STALE_IF_ERROR if value.stale_if_error is None else value.stale_if_error
    if replace:
        bucket.write(key, value.document, options, stale_if_error=stale)
        return "stored"
    try:
        bucket.write(key, value.document, options, if_absent=True, stale_if_error=stale)
    except memory.ConflictError:
        held = bucket.read(key)
        if held is None:
            raise
        if held.document == value.document:
            return "stored"  # by an import that was killed before it could note it, or whose answer was lost
        if not decode(held.document).is_expired(now):
            return "present"
        # What has expired counts as absent.
        bucket.write(key, value.document, options, if_version=held.version, stale_if_error=stale)
    return "stored"
