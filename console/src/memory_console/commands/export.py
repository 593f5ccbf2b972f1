"""`memory-service export`."""

from __future__ import annotations

import io
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import memory

from memory_console.archive import Selection, begun, end_line, skipped_line, value_line
from memory_console.bucket import CONCURRENCY
from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import PARTLY
from memory_console.place import check_place, is_record
from memory_console.private_file import open_private
from memory_console.progress import counting
from memory_console.sdk import key_prefix
from memory_console.stored import Address, no_value, read_value
from memory_console.tags import Tags
from memory_console.target import on_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from memory_console.bucket import Bucket
    from memory_console.output import Output
    from memory_console.target import Target

_AT_ONCE = 2 * CONCURRENCY  # values in memory, each of which may be of MAX_VALUE_BYTES

_EXPIRED: dict[str, Any] = {"left out": "expired"}
_INVALIDATED: dict[str, Any] = {"left out": "invalidated"}
_EXAMPLES = (
    Example("""memory-service put shop user/42 '{"Name": "Joe"}' --ttl 1h""", "Something to export"),
    Example("memory-service export shop.jsonl shop", "One service"),
    Example("memory-service export everything.jsonl", "All of them, public and private"),
    Example("memory-service export - shop user/", "What is under user/, to standard output"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.argument("service", required=False)
@click.argument("prefix", default="")
@on_target
def export(target: Target, output: Output, file: str, service: str | None, prefix: str) -> None:
    """Write all values of SERVICE under PREFIX to FILE, one JSON object a line.

    Types, expiry and storage class are kept; the file is for your eyes only. An export that was interrupted goes on
    where it stopped when it is run again. It is no snapshot: a value that changes meanwhile is exported as it was when
    its turn came. What has expired or was invalidated by a tag is left out; so are objects that are no values, each
    with a line that says so.
    """
    prefixes = [f"{visibility}/" for visibility in sorted(target.visibilities)]
    if service is not None:
        prefixes = [key_prefix(target.visibility, check_place(service), prefix)]
    selection = Selection(target.bucket.name, tuple(prefixes))
    if file == "-":
        _first(sys.stdout, selection)
        _report(output, _export(target.bucket, selection, sys.stdout, None, lambda _: None), sys.stderr)
        return
    path = Path(file)
    before = begun(path, selection)
    if before and before.complete:
        raise memory.ConfigurationError(f"{path} is complete: name another file, or remove it to export anew")
    file_itself, was_open = open_private(path, append=True)
    if was_open:
        output.say(f"{path} was open to others: only you can read it now")
    with io.TextIOWrapper(file_itself, encoding="utf-8", newline="\n") as stream:
        if before:
            stream.truncate(before.length)
        if before:
            output.say(f"going on behind {before.values} values that {path} has already")
        else:
            _first(stream, selection)
        values = before.values if before else 0
        with counting(output, "exporting") as count:
            result = _export(
                target.bucket,
                selection,
                stream,
                before.last_key if before else None,
                lambda done: count(values + done),
                values,
            )
    _report(output, result, sys.stdout)


def _first(stream: TextIO, selection: Selection) -> None:
    _write(stream, selection.line())
    stream.flush()


def _export(
    bucket: Bucket,
    selection: Selection,
    stream: TextIO,
    after: str | None,
    count: Callable[[float], None],
    before: int = 0,
) -> dict[str, int]:
    exported = expired = invalidated = skipped = 0
    for line in _lines(bucket, selection, after):
        if line == _EXPIRED:
            expired += 1
            continue
        if line == _INVALIDATED:
            invalidated += 1
            continue
        _write(stream, line)
        if "skipped" in line:
            skipped += 1
        else:
            exported += 1
            count(exported)
    _write(stream, end_line(before + exported))
    stream.flush()
    return {
        "exported": before + exported,
        "expired": expired,
        "invalidated": invalidated,
        "skipped": skipped,
    }


def _lines(bucket: Bucket, selection: Selection, after: str | None) -> Iterator[dict[str, Any]]:
    """Return a line for each object in the order of the keys, or why there is none."""
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for prefix in selection.prefixes:
            for page in bucket.pages(prefix, after=after):
                keys = [found.key for found in page.objects if not is_record(found.key)]
                for start in range(0, len(keys), _AT_ONCE):
                    tags = Tags(bucket)  # as they are now: an export may take hours
                    yield from pool.map(partial(_line, bucket, tags), keys[start : start + _AT_ONCE])


def _line(bucket: Bucket, tags: Tags, key: str) -> dict[str, Any]:
    address = Address.of_key(key)
    if address is None:
        return skipped_line(key, no_value(key))
    try:
        found = read_value(bucket, address)
    except memory.CorruptValueError as error:
        return skipped_line(key, str(error))
    if found is None or found.envelope.is_expired(time.time()):
        return _EXPIRED
    return _INVALIDATED if tags.differing(address, found.envelope) else value_line(found)


def _write(stream: TextIO, line: dict[str, Any]) -> None:
    text = json.dumps(line, ensure_ascii=False)
    stream.write((one_line(text) if stream is sys.stdout else text) + "\n")


def _report(output: Output, result: dict[str, int], stream: TextIO) -> None:
    if output.as_json:
        stream.write(json.dumps(result) + "\n")
    else:
        invalid = f", {result['invalidated']} were invalidated by a tag" if result["invalidated"] else ""
        output.say(f"exported {result['exported']} values; {result['expired']} had expired{invalid}")
        if result["skipped"]:
            output.say(
                f'{result["skipped"]} objects are no values: the lines with "skipped" say which and why'
            )
    if result["skipped"]:
        raise SystemExit(PARTLY)
