"""What was read, wherever it came from."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Answer(NamedTuple):
    """A document, or that there is none.

    Attributes:
        document: The document; None if there is none.
        source: `edge` or `s3`.
        cache: What a cache had to do with it, such as `hit, age 3 s`; for log lines.
        age: Seconds since the edge fetched its copy.
        version: The ETag, without quotes.
        stored_at: When the object was written; None if the answer does not say.
    """

    document: bytes | None
    source: str
    cache: str
    age: int
    version: str
    stored_at: datetime | None


def answer(document: bytes | None, source: str, headers: Mapping[str, str]) -> Answer:
    """Return what the headers of CloudFront or S3 say about a document."""
    age = headers.get("Age", "")
    # The first word of `X-Cache: Hit from cloudfront`.
    cache = headers.get("X-Cache", "").partition(" ")[0].lower() or "no cache"
    return Answer(
        document,
        source,
        f"{cache}, age {age} s" if age else cache,
        int(age) if age.isdecimal() else 0,
        headers.get("ETag", "").removeprefix("W/").strip('"'),
        _moment(headers.get("Last-Modified")),
    )


def _moment(date: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
