"""A stored value with all that is known about it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import memory

from memory_console.bucket import DEFAULT_EDGE_TTL, CorruptObjectError
from memory_console.place import is_change_record, is_of_tags
from memory_console.sdk import MAX_TTL, PutOptions, decode, name_of, object_key

if TYPE_CHECKING:
    from memory_console.bucket import Bucket, ObjectHead, StoredObject
    from memory_console.sdk import Envelope

_FOREIGN_KEY = "no SDK writes such a key"
_LAST = 253_402_300_799_000  # the last second of the year 9999
_MAX_AGE = re.compile(r"max-age=(\d+)")
_STALE_IF_ERROR = re.compile(r"stale-if-error=(\d+)")
_KEY = re.compile(r"(public|private)/([A-Za-z0-9_-]{1,64}(?:\.changes)?)/(.+)", re.DOTALL)


@dataclass(frozen=True)
class Address:
    """Where a value is: visibility, service and name (specification, section 1).

    The service is its place (KEY-1): `shop`, or `shop.changes` for one with a change record.
    """

    visibility: str
    service: str
    name: str

    @property
    def key(self) -> str:
        """The key of its object.

        Raises:
            memory.InvalidNameError: The name is not allowed.
        """
        return object_key(self.visibility, self.service, self.name)

    @classmethod
    def of_key(cls, key: str) -> Address | None:
        """Return the address of the value under a key; None if no SDK writes such a key."""
        match = _KEY.fullmatch(key)
        name = name_of(key) if match else None
        return cls(match[1], match[2], name) if match and name is not None else None


def no_value(key: str) -> str:
    """Return why what is under a key that no name makes is no value."""
    if is_of_tags(key):
        return "it is the record of a tag"
    return "it is the change record of its service" if is_change_record(key) else _FOREIGN_KEY


def described_object(head: ObjectHead) -> dict[str, Any]:
    """Return what S3 says of an object that may be no value, for JSON."""
    return {
        "key": head.key,
        "size": head.size,
        "version": head.version,
        "stored_at": moment(head.stored_at.timestamp()),
        "storage_class": head.storage_class,
        "content_type": head.headers["Content-Type"] or None,
        "content_encoding": head.headers["Content-Encoding"] or None,
        "cache_control": head.headers["Cache-Control"] or None,
        "metadata": head.metadata,
        "tags": head.tags,
    }


@dataclass(frozen=True)
class StoredValue:
    """A value, its envelope and its object."""

    address: Address
    stored: StoredObject
    envelope: Envelope

    @property
    def edge_ttl(self) -> int | None:
        """Seconds an edge may serve a copy; None if the object does not say."""
        return edge_ttl_of(self.stored)

    @property
    def stale_if_error(self) -> int | None:
        """Seconds that a copy may be served beyond that while S3 cannot be read; None if the object does not say."""
        match = _STALE_IF_ERROR.search(self.stored.headers["Cache-Control"])
        return int(match[1]) if match else None

    @property
    def ends_at(self) -> float | None:
        """When the value ends, in Unix seconds; None if never."""
        return None if self.envelope.expires_at is None else in_seconds(self.envelope.expires_at)

    def seconds_left(self, now: float) -> float | None:
        """Return how long the value still lives at a Unix time, less than 0 if it has expired; None if for ever."""
        return None if self.ends_at is None else self.ends_at - now

    def described(self, now: float, differing: list[str]) -> dict[str, Any]:
        """Return what is known, for JSON; the value is in the form of its document (specification, section 3).

        Args:
            now: Unix seconds.
            differing: Its tags that have been invalidated.
        """
        document = json.loads(self.stored.document)
        expires_at = self.envelope.expires_at
        return {
            "name": self.address.name,
            "service": self.address.service,
            "visibility": self.address.visibility,
            "type": self.envelope.type,
            "value": document["value"],
            "tagged": document.get("tagged", False),
            "version": self.stored.version,
            "write": self.envelope.write,
            "expires_at": None if self.ends_at is None else moment(self.ends_at),
            "expires_at_ms": expires_at,
            "expired": self.envelope.is_expired(now),
            "tags": list(self.envelope.tags or ()),
            "invalidated": differing,
            "stored_at": moment(self.stored.stored_at.timestamp()),
            "edge_ttl": self.edge_ttl,
            "key": self.address.key,
            "size": self.stored.size,
            "document_size": len(self.stored.document),
            "storage_class": self.stored.storage_class,
            "content_encoding": self.stored.headers["Content-Encoding"] or None,
        }


def edge_ttl_of(found: ObjectHead) -> int | None:
    """Return the seconds an edge may serve a copy; None if the object does not say."""
    match = _MAX_AGE.search(found.headers["Cache-Control"])
    return int(match[1]) if match else None


def read_value(bucket: Bucket, address: Address) -> StoredValue | None:
    """Read a value from S3 itself, also one that has expired; None if there is none.

    Raises:
        memory.InvalidNameError: The name is not allowed.
        CorruptObjectError: What is stored was not written by an SDK.
        memory.MemoryServiceError: S3 refused or did not answer.
    """
    stored = bucket.read(address.key)
    if stored is None:
        return None
    try:
        return StoredValue(address, stored, decode(stored.document))
    except memory.CorruptValueError as error:
        raise CorruptObjectError(stored, str(error)) from None


def options_until(
    expires_at: int | None,
    edge_ttl: int | None,
    storage_class: str | None,
    now: float,
    stale_if_error: int | None = None,
) -> PutOptions:
    """Return the options of a put whose value ends at a given moment rather than after a given time.

    Args:
        expires_at: Unix milliseconds; None for never.
        edge_ttl: Seconds; None for the default.
        storage_class: None for STANDARD.
        now: Unix seconds.
        stale_if_error: Seconds that a copy may be served beyond its freshness while S3 cannot be read; None for the
            default.
    """
    left = None if expires_at is None else min(MAX_TTL, max(1.0, in_seconds(expires_at) - now))
    options = PutOptions.check(
        left,
        edge_ttl,
        storage_class,
        default_edge_ttl=DEFAULT_EDGE_TTL,
        default_storage_class="STANDARD",
    )
    return options._replace(ends_at=expires_at, stale_if_error=stale_if_error)


def in_seconds(milliseconds: int) -> float:
    """Return a Unix time in seconds; what lies beyond all calendars lies at their ends."""
    return max(0, min(milliseconds, _LAST)) / 1000


def moment(seconds: float) -> str:
    """Return a Unix time as ISO 8601 in UTC, to the second."""
    try:
        at = datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, ValueError, OSError):
        at = datetime.max.replace(tzinfo=timezone.utc)
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
