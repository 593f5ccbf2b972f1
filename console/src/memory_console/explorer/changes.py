"""What the page changes: every write and removal holds only for the version that was seen."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import memory

from memory_console.durations import parse_duration
from memory_console.failures import InvalidTextError
from memory_console.place import check_place
from memory_console.sdk import STORAGE_CLASSES, Condition
from memory_console.stored import Address, options_until
from memory_console.values import parse_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from memory_console.bucket import Bucket


@dataclass(frozen=True)
class Change:
    """A value to store.

    Attributes:
        address: Where.
        value: The value.
        version: The version it replaces; None if there must be none.
        expires_at: Unix milliseconds; None for never.
        edge_ttl: Seconds.
        storage_class: S3's.
    """

    address: Address
    value: Any
    version: str | None
    expires_at: int | None
    edge_ttl: int | None
    storage_class: str

    @classmethod
    def of(cls, fields: Mapping[str, str], content: bytes | None, now: float) -> Change:
        """Return the change that a form describes.

        Args:
            fields: `visibility`, `service`, `name`, `type`, `text`, `version`, `ttl`, `expires_at`, `edge_ttl` and
                `storage_class`. A `ttl` counts from now; `keep` leaves `expires_at`; empty means for ever.
            content: Of a file, instead of `text`.
            now: Unix seconds.

        Raises:
            memory.MemoryServiceError: It describes none.
        """
        address = address_of(fields)
        kind = fields.get("type", "json")
        if content is None:
            value = parse_value(fields.get("text", ""), kind, tagged=kind in ("json", "list", "dict"))
        elif kind == "bytes":
            value = content
        else:
            value = parse_value(_decoded(content), kind, tagged=kind in ("json", "list", "dict"))
        storage_class = fields.get("storage_class") or "STANDARD"
        if storage_class not in STORAGE_CLASSES:
            raise memory.ConfigurationError(f"the storage class is one of {', '.join(STORAGE_CLASSES)}")
        return cls(
            address,
            value,
            fields.get("version") or None,
            _expires_at(fields, now),
            _whole(fields, "edge_ttl"),
            storage_class,
        )

    def store(self, bucket: Bucket, clock: Callable[[], float] = time.time) -> str:
        """Store it and return the new version; what replaces a value keeps its tags.

        Raises:
            memory.ConflictError: Somebody else was there before.
            memory.MemoryServiceError: It could not be stored.
        """
        now = clock()
        options = options_until(self.expires_at, self.edge_ttl, self.storage_class, now)
        place = bucket.place(self.address.visibility, self.address.service, clock=clock)
        if self.version is None:
            return place.store(self.address.name, self.value, options, Condition(None))
        return place.replace(self.address.name, self.value, options, self.version, keeps_tags=True)


def address_of(fields: Mapping[str, str]) -> Address:
    """Return the address that a form or query names.

    Raises:
        memory.MemoryServiceError: It names none.
    """
    visibility = fields.get("visibility", "")
    if visibility not in ("public", "private"):
        raise memory.ConfigurationError("the visibility is public or private")
    return Address(visibility, check_place(fields.get("service", "")), fields.get("name", ""))


def _expires_at(fields: Mapping[str, str], now: float) -> int | None:
    ttl = fields.get("ttl", "").strip()
    if ttl == "keep":
        return _whole(fields, "expires_at")
    if not ttl:
        return None
    try:
        seconds = parse_duration(ttl)
    except ValueError as error:
        raise memory.ConfigurationError(f"lifetime: {error}") from None
    # Checked here, since the write is told when the value ends, not for how long it lives.
    if seconds < 1:
        raise memory.ConfigurationError("lifetime: a value lives for a second at least")
    return int((now + seconds) * 1000)


def _whole(fields: Mapping[str, str], key: str) -> int | None:
    text = fields.get(key, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise memory.ConfigurationError(f"{key} is a whole number, not {text!r}")
    return int(text)


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise InvalidTextError("the file is not UTF-8: store it as bytes") from None
