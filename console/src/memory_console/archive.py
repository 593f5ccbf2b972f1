"""The file that `export` writes and `import` reads: one JSON object a line.

The first line says what was exported, the last one that it is complete. Between them is a line for each value, with
its envelope as the specification has it (section 3), so that no type is lost on the way:

    {"visibility": "public", "service": "shop", "name": "user/42", "edge_ttl": 5, "stale_if_error": 300,
     "storage_class": "STANDARD",
     "document": {"v": 1, "type": "dict", "value": {"Name": "Joe"}, "write": "9f86d081884c7d65"}}
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import memory

from memory_console.sdk import Envelope, decode
from memory_console.stored import Address

if TYPE_CHECKING:
    from pathlib import Path

    from memory_console.stored import StoredValue

FORMAT = 1
_TAIL = 2**16


@dataclass(frozen=True)
class Selection:
    """What is exported: prefixes of keys, in the order of the keys."""

    bucket: str
    prefixes: tuple[str, ...]

    def line(self) -> dict[str, Any]:
        """Return the first line of the file."""
        return {"memory_service_export": FORMAT, "bucket": self.bucket, "prefixes": list(self.prefixes)}


@dataclass(frozen=True)
class Archived:
    """A value in the file."""

    address: Address
    document: bytes
    envelope: Envelope
    edge_ttl: int | None
    stale_if_error: int | None
    storage_class: str


@dataclass(frozen=True)
class Begun:
    """What an export that was interrupted has left.

    Attributes:
        length: Bytes of whole lines.
        last_key: Key of the last of them; None if there is none.
        values: How many values there are.
        complete: Whether it was not interrupted at all.
    """

    length: int
    last_key: str | None
    values: int
    complete: bool


def value_line(found: StoredValue) -> dict[str, Any]:
    """Return the line of a value."""
    return {
        "visibility": found.address.visibility,
        "service": found.address.service,
        "name": found.address.name,
        "edge_ttl": found.edge_ttl,
        "stale_if_error": found.stale_if_error,
        "storage_class": found.stored.storage_class,
        "document": json.loads(found.stored.document),
    }


def skipped_line(key: str, why: str) -> dict[str, Any]:
    """Return the line of an object that is no value."""
    return {"skipped": key, "why": why}


def end_line(values: int) -> dict[str, Any]:
    """Return the last line of a complete file."""
    return {"end": True, "values": values}


def archived(line: dict[str, Any]) -> Archived:
    """Return the value of a line.

    Raises:
        memory.CorruptValueError: It is no line of a value, or its document is no envelope.
        memory.InvalidNameError: No value can have that name.
    """
    try:
        address = Address(line["visibility"], line["service"], line["name"])
        document = json.dumps(line["document"], ensure_ascii=False, separators=(",", ":")).encode()
        found = Archived(
            address,
            document,
            decode(document),
            _whole_number(line, "edge_ttl"),
            _whole_number(line, "stale_if_error"),
            line["storage_class"],
        )
    except (KeyError, TypeError, UnicodeEncodeError, RecursionError) as error:
        raise memory.CorruptValueError(f"it is no line of an export: {error!r}") from None
    if Address.of_key(address.key) != address:
        raise memory.InvalidNameError(f"{address.key} is no key of a value")
    return found


def _whole_number(line: dict[str, Any], key: str) -> int | None:
    number = line.get(key)
    if number is not None and (type(number) is not int or number < 0):
        raise memory.CorruptValueError(f"{key} is a whole number, not {number!r}")
    return number


def begun(path: Path, selection: Selection) -> Begun | None:
    """Return what is in the file already, None if it is not there or empty.

    Raises:
        memory.ConfigurationError: It is another export, or none.
    """
    length, last_key, values, complete = 0, None, 0, False
    try:
        with path.open("rb") as file:
            for line in file:
                parsed = _whole(line)
                if parsed is None:
                    break
                if length == 0:
                    if parsed != selection.line():
                        raise memory.ConfigurationError(
                            f"{path} is there and is not an export of the same values: name another file, or remove it"
                        )
                elif "end" in parsed:
                    complete = True
                elif "skipped" in parsed:
                    last_key = parsed["skipped"]
                else:
                    try:
                        last_key = archived(parsed).address.key
                    except memory.MemoryServiceError:
                        break  # damaged, as a line that is cut off
                    values += 1
                length += len(line)
    except FileNotFoundError:
        return None
    if length == 0 and path.stat().st_size:
        raise memory.ConfigurationError(
            f"{path} is there and is not an export: name another file, or remove it"
        )
    return Begun(length, last_key, values, complete) if length else None


def check_complete(path: Path) -> None:
    """Check that a file is a complete export.

    Raises:
        memory.ConfigurationError: It is not.
    """
    with path.open("rb") as file:
        first = _whole(file.readline()) or {}
        if first.get("memory_service_export") != FORMAT:
            raise memory.ConfigurationError(f"{path} is not an export of memory-service")
        file.seek(max(0, path.stat().st_size - _TAIL))
        last = _whole(file.read().splitlines(keepends=True)[-1]) or {}
    if not last.get("end"):
        raise memory.ConfigurationError(
            f"{path} is not complete: run the same export again, which completes it, or give --incomplete"
        )


def exported_from(path: Path) -> str | None:
    """Return the bucket that an export is of; None if it does not say."""
    with path.open("rb") as file:
        bucket = (_whole(file.readline()) or {}).get("bucket")
    return bucket if isinstance(bucket, str) else None


def _whole(line: bytes) -> dict[str, Any] | None:
    """Return the object of a whole line; None if it was cut off."""
    if not line.endswith(b"\n"):
        return None
    try:
        parsed = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
