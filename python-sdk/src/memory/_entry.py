"""A value with what is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """A value and where it came from (GET-6).

    Attributes:
        value: The value.
        type: Its type as the specification names it, such as `int`.
        version: The ETag of its object: what `put` returned.
        source: Where it was read: `edge` or `s3`.
        age: Seconds since the edge fetched its copy from S3.
        stored_at: When it was put, to the second, in UTC; None if the answer did not say.
        expires_at: When it ends, in UTC; None if it has no ttl.
    """

    value: Any
    type: str
    version: str
    source: str
    age: int
    stored_at: datetime | None
    expires_at: datetime | None
