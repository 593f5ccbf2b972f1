"""`memory-service ls`."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import click
import memory

from memory_console.bucket import CONCURRENCY
from memory_console.durations import shown_duration
from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.listing import all_services, names, names_prefix
from memory_console.output import shown_size
from memory_console.stored import moment, read_value
from memory_console.tags import Tags, named
from memory_console.target import on_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memory_console.bucket import Bucket
    from memory_console.listing import Listed, Names
    from memory_console.output import Output
    from memory_console.stored import StoredValue
    from memory_console.target import Target

_EXAMPLES = (
    Example("""memory-service put shop user/42 '{"Name": "Joe"}' --ttl 1h""", "Something to list"),
    Example("memory-service ls", "All services, public and private"),
    Example("memory-service ls shop", "Folders and names of a service"),
    Example("memory-service ls shop user/ --long", "What is in a folder, with types and expiry"),
    Example("memory-service ls shop us --recursive", "All names that begin with `us`"),
    Example("memory-service ls shop --tag product/7", "What `invalidate shop product/7` would make a miss"),
    Example("memory-service ls shop --recursive --summarize", "With how many there are, and their size"),
    Example("memory-service ls shop --recursive --json", "One JSON object a line, for programs"),
)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("service", required=False)
@click.argument("prefix", default="")
@click.option("--recursive", "-r", is_flag=True, help="All names below, not folders.")
@click.option(
    "--long", "-l", "detailed", is_flag=True, help="With type and expiry, which takes a read of each value."
)
@click.option(
    "--summarize", is_flag=True, help="How many values were listed, and their size, in a last line."
)
@click.option("--tag", help="Only names whose values have this tag: all below, with a read of each value.")
@click.option("--limit", "-n", type=click.IntRange(min=1), help="Stop after so many lines.")
@on_target
def ls(
    target: Target,
    output: Output,
    service: str | None,
    prefix: str,
    limit: int | None,
    tag: str | None,
    *,
    recursive: bool,
    detailed: bool,
    summarize: bool,
) -> None:
    """List services, or the folders and names of SERVICE that begin with PREFIX.

    The columns are size as stored, time since it was stored, storage class, and with --long type and time to expiry,
    or `invalid` for what was invalidated by a tag.
    Lines appear as S3 gives them, 1,000 a request, in the order of the keys. A name whose value has expired is listed
    until the bucket's lifecycle rule removes it. If there is nothing, that is said, with exit code 0.
    """
    if tag is not None and service is None:
        raise click.UsageError("--tag is of the values of a SERVICE: give one")
    recursive, detailed = recursive or tag is not None, detailed or tag is not None
    lines = _services(target) if service is None else _names(target, service, prefix, recursive=recursive)
    tags = Tags(target.bucket)
    rows = (row for found in lines for row in _rows(target.bucket, found, tags, detailed=detailed))
    if tag is not None:
        rows = (row for row in rows if tag in row.get("tags", ()))
    shown = values = octets = 0
    for row in rows:
        if limit is not None and shown == limit:
            break
        shown += 1
        if "name" in row:
            values, octets = values + 1, octets + row["size"]
        if output.as_json:
            output.json(row)
        else:
            sys.stdout.write(_line(row, detailed=detailed) + "\n")
    if summarize and output.as_json:
        output.json({"values": values, "size": octets})
    elif summarize:
        sys.stdout.write(f"{values:,} values, {shown_size(octets)} as stored\n")
    sys.stdout.flush()
    if shown == 0:
        tagged = "" if tag is None else f" with the {named([tag])}"
        output.say(f"there is nothing{tagged}{_where(target, service, prefix)}")


def _where(target: Target, service: str | None, prefix: str) -> str:
    if service is None:
        return f" in bucket {target.bucket.name}"
    under = f" that begins with {prefix}" if prefix else ""
    return f"{under} in {target.visibility} service {service}"


def _services(target: Target) -> Iterator[list[tuple[str, str]]]:
    for visibility in target.visibilities:
        for service in all_services(target.bucket, visibility):
            yield [(visibility, service)]


def _names(target: Target, service: str, prefix: str, *, recursive: bool) -> Iterator[Names]:
    under = names_prefix(target.visibility, service, prefix)
    for page in target.bucket.pages(under, delimiter="" if recursive else "/"):
        yield names(page)
        sys.stdout.flush()


def _rows(
    bucket: Bucket, found: list[tuple[str, str]] | Names, tags: Tags, *, detailed: bool
) -> Iterator[dict[str, Any]]:
    if isinstance(found, list):
        yield from ({"visibility": visibility, "service": service} for visibility, service in found)
        return
    yield from ({"folder": folder} for folder in found.folders)
    now = time.time()
    if not detailed:
        yield from (_described(listed, now) for listed in found.values)
        return
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        details = pool.map(lambda listed: _detail(_read(bucket, listed), tags, now), found.values)
        for listed, detail in zip(found.values, details, strict=True):
            yield {**_described(listed, now), **detail}


def _read(bucket: Bucket, listed: Listed) -> StoredValue | memory.CorruptValueError | None:
    try:
        return read_value(bucket, listed.address)
    except memory.CorruptValueError as error:
        return error


def _described(listed: Listed, now: float) -> dict[str, Any]:
    stored_at = listed.object.stored_at.timestamp()
    return {
        "name": listed.address.name,
        "size": listed.object.size,
        "age": max(0, int(now - stored_at)),
        "stored_at": moment(stored_at),
        "storage_class": listed.object.storage_class,
        "version": listed.object.version,
    }


def _detail(found: StoredValue | memory.CorruptValueError | None, tags: Tags, now: float) -> dict[str, Any]:
    if found is None:
        return {"type": "gone", "expires_in": None}
    if isinstance(found, memory.CorruptValueError):
        return {"type": "corrupt", "expires_in": None, "problem": str(found)}
    left = found.seconds_left(now)
    return {
        "type": found.envelope.type,
        "expires_in": None if left is None else int(left),
        "tags": list(found.envelope.tags or ()),
        "invalidated": tags.differing(found.address, found.envelope),
    }


def _line(row: dict[str, Any], *, detailed: bool) -> str:
    """Return a line: columns of fixed width, so that the first need not wait for the last."""
    if "visibility" in row:
        return f"{row['visibility']:8} {one_line(row['service'])}"
    if "folder" in row:
        blank = 42 if detailed else 27
        return f"{'':{blank}} {one_line(row['folder'])}"
    expiry = ""
    if detailed:
        left = row["expires_in"]
        when = "" if left is None else shown_duration(left) if left > 0 else "expired"
        when = "invalid" if row.get("invalidated") else when
        expiry = f" {row['type']:6} {when:>8}"
    storage = "" if row["storage_class"] == "STANDARD" else f"  [{row['storage_class']}]"
    size, age = shown_size(row["size"]), shown_duration(row["age"])
    return f"{size:>10} {age:>8} ago {expiry}  {one_line(row['name'])}{storage}"
