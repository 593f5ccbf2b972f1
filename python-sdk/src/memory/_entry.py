"""A value with what is known about it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """A value and where it came from (GET-6).

    Attributes:
        value: The value.
        type: Its type as the specification names it, such as `int`.
        version: The ETag of its object: what `put` returned.
        source: Where it was read: `memory`, `edge` or `s3`; `stale` if it is older than it should be, as
            nobody could be asked (STALE-2).
        age: Whole seconds since it was fetched from S3.
        stored_at: When it was put, to the second, in UTC; None if the answer did not say.
        expires_at: When it ends, in UTC; None if it has no ttl.
        tags: What it can be invalidated by.
    """

    value: Any
    type: str
    version: str
    source: str
    age: int
    stored_at: datetime | None
    expires_at: datetime | None
    tags: tuple[str, ...] = ()


def moment(seconds: float | None) -> datetime | None:
    """Return a Unix time as datetime, the last one there is for what lies beyond."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=timezone.utc)
