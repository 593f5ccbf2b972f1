"""What was read, wherever it came from."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})", re.ASCII | re.IGNORECASE)


class Answer:
    """A document, or that there is none, and what the headers of CloudFront or S3 say about it.

    Attributes:
        document: The document; None if there is none.
        source: `edge` or `s3`.
        age: Seconds since the edge fetched its copy.
        version: The ETag, without quotes.
    """

    __slots__ = ("_headers", "age", "document", "source", "version")

    def __init__(self, document: bytes | None, source: str, headers: Mapping[str, str]) -> None:
        age = headers.get("Age", "")
        self.document = document
        self.source = source
        self.age = int(age) if age.isdecimal() else 0
        self.version = headers.get("ETag", "").removeprefix("W/").strip('"')
        self._headers = headers

    @property
    def cache(self) -> str:
        """What a cache had to do with it, such as `hit, age 3 s`; for log lines."""
        # The first word of `X-Cache: Hit from cloudfront`.
        cache = self._headers.get("X-Cache", "").partition(" ")[0].lower() or "no cache"
        return f"{cache}, age {self.age} s" if "Age" in self._headers else cache

    @property
    def max_age(self) -> int:
        """For how many seconds a copy is fresh; 0 if the answer does not say."""
        match = _MAX_AGE.search(self._headers.get("Cache-Control", ""))
        return int(match[1]) if match else 0

    @property
    def is_stale(self) -> bool:
        """Whether the edge served it longer than it should (STALE-1)."""
        return (
            self.document is not None
            and "max-age" in self._headers.get("Cache-Control", "")
            and self.age > self.max_age
        )

    @property
    def stored_at(self) -> float | None:
        """When the object was written, in Unix seconds; None if the answer does not say."""
        return unix_time(self._headers.get("Last-Modified"))

    @property
    def date(self) -> float | None:
        """When the answer was made, in Unix seconds; None if it does not say."""
        return unix_time(self._headers.get("Date"))


def unix_time(date: str | None) -> float | None:
    """Return an HTTP date as Unix seconds; None if it is none."""
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except ValueError:
        return None
