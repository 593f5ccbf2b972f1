"""What was read, wherever it came from."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from memory._compression import decompress
from memory._dates import unix_time
from memory._errors import CorruptValueError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memory._exchange import Response

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d+)", re.ASCII | re.IGNORECASE)
_STALE_IF_ERROR = re.compile(r"(?:^|[\s,])stale-if-error=\"?(\d+)", re.ASCII | re.IGNORECASE)
_DIGITS = 9
_LONGEST = 2_147_483_648  # RFC 9111, 1.2.2: what is longer is this


class Answer:
    """A document, or that there is none, and what the headers of CloudFront or S3 say about it.

    Attributes:
        document: The document; None if there is none.
        source: `edge` or `s3`.
        age: Seconds since the edge fetched its copy.
        version: The ETag, without quotes.
        is_unchanged: Whether it says that there is still what the request named.
    """

    __slots__ = ("_headers", "age", "document", "is_unchanged", "source", "version")

    def __init__(
        self, document: bytes | None, source: str, headers: Mapping[str, str], *, is_unchanged: bool = False
    ) -> None:
        age = headers.get("age")
        self.document = document
        self.source = source
        self.is_unchanged = is_unchanged
        self.age = 0 if age is None else _seconds(age.partition(",")[0].strip())
        self.version = headers.get("etag", "").removeprefix("W/").strip('"')
        self._headers = headers

    @property
    def cache(self) -> str:
        """What a cache had to do with it, such as `hit, age 3 s`; for log lines."""
        # The first word of `X-Cache: Hit from cloudfront`.
        cache = self._headers.get("x-cache", "").partition(" ")[0].lower() or "no cache"
        return f"{cache}, age {self.age} s" if "age" in self._headers else cache

    @property
    def max_age(self) -> int:
        """For how many seconds a copy is fresh; 0 if the answer does not say."""
        match = _MAX_AGE.search(self._headers.get("cache-control", ""))
        return _seconds(match[1]) if match else 0

    @property
    def stale_if_error(self) -> int | None:
        """For how many seconds more it may be served while S3 cannot be read; None if the answer does not say."""
        match = _STALE_IF_ERROR.search(self._headers.get("cache-control", ""))
        return _seconds(match[1]) if match else None

    @property
    def is_stale(self) -> bool:
        """Whether the edge served it longer than it should (STALE-1)."""
        return (
            (self.document is not None or self.is_unchanged)
            and "max-age" in self._headers.get("cache-control", "").lower()
            and self.age > self.max_age
        )

    def fetched(self, started: float) -> float:
        """Return when the edge fetched its copy, at the earliest; minus infinity if nothing says so (EXP-1).

        Args:
            started: When the request was sent, by the clock.
        """
        # Age counts whole seconds: the copy may be almost one second older.
        if "age" in self._headers or self._is_just_fetched:
            return started - self.age - 1
        return -math.inf

    @property
    def _is_just_fetched(self) -> bool:
        cache = self._headers.get("x-cache", "").partition(" ")[0].lower()
        return cache in {"miss", "refreshhit"}

    @property
    def stored_at(self) -> float | None:
        """When the object was written, in Unix seconds; None if the answer does not say."""
        return unix_time(self._headers.get("last-modified"))

    @property
    def storage_class(self) -> str:
        """S3's storage class of the object, which it does not name if it is the usual one."""
        return self._headers.get("x-amz-storage-class", "STANDARD")

    @property
    def date(self) -> float | None:
        """When the answer was made, in Unix seconds; None if it does not say."""
        return unix_time(self._headers.get("date"))


def unpacked(answer: Response, limit: int, *, is_record: bool = False) -> bytes:
    """Return the document in an answer (OBJ-2, OBJ-4).

    Args:
        answer: The answer.
        limit: The most bytes that it may have, packed or not.
        is_record: Whether it is a record: then what cannot be unpacked is empty, and so no record (CHG-4, CTAG-3).

    Raises:
        CorruptValueError: It is no record, and cannot be unpacked or has more.
    """
    if answer.cut and is_record:
        return b""
    if answer.cut:
        raise CorruptValueError(f"the stored value is larger than MAX_VALUE_BYTES ({limit})")
    try:
        return decompress(answer.body, answer.headers.get("content-encoding"), limit)
    except CorruptValueError:
        if is_record:
            return b""
        raise


def _seconds(digits: str) -> int:
    """Return a number of seconds (WIRE-4).

    Raises:
        UnavailableError: It is none.
    """
    if not (digits.isascii() and digits.isdigit()):
        raise UnavailableError("the answer's Age is no number of seconds")
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _DIGITS else _LONGEST
