"""When objects were written by a clock that is not the engine's: what S3's answers say instead of its own time."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import asynccontextmanager
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus
from xml.sax.saxutils import unescape

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from local_cloud.s3_call import S3Call

_MODIFIED = re.compile(r"(?<=<LastModified>)[^<]*(?=</LastModified>)")
_LISTED = re.compile(r"<(Contents|Version|DeleteMarker)>.*?</\1>", re.DOTALL)
_KEY = re.compile(r"<Key>([^<]*)</Key>")
_TAG = re.compile(r"<ETag>([^<]*)</ETag>")
_ENTITIES = {"&quot;": '"', "&apos;": "'", "&#34;": '"'}
_ENCODED = "<EncodingType>url</EncodingType>"


class WriteTimes:
    """The times of all objects, in whole Unix seconds, as S3 has them; for one thread.

    They go by version: who is given an older one, because a write overtook the read, is told the older one's time.
    What was there before stamping began has its start's time. Conditions on the source of a copy are left to
    the engine.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin stamping by a clock, which returns Unix seconds."""
        self._clock = clock
        self._start = int(clock())
        self._written: dict[tuple[str, str, str], int] = {}
        self._writing: dict[tuple[str, str], int] = {}

    @asynccontextmanager
    async def write(self, call: S3Call) -> AsyncIterator[None]:
        """Take the time of a write, before it is carried out; of one object there is one at a time."""
        self._writing[call.bucket, call.key] = int(self._clock())
        try:
            yield
        finally:
            del self._writing[call.bucket, call.key]

    def note(self, call: S3Call, headers: Mapping[str, str], body: bytes) -> None:
        """Remember that the write that is being carried out has succeeded, by what it was answered."""
        tag = headers.get("ETag") or _tag(body.decode(errors="replace"))
        self._written[call.bucket, call.key, tag] = self._writing[call.bucket, call.key]

    def modified(self, bucket: str, key: str, tag: str) -> int:
        """Return when a version of an object was written; it may have been seen before its write has ended."""
        written = self._written.get((bucket, key, tag))
        return self._writing.get((bucket, key), self._start) if written is None else written

    def headers(self, call: S3Call, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the times to replace in an answer's headers."""
        stamped = {"Date": formatdate(self._clock(), usegmt=True)}
        if "Last-Modified" in headers:
            modified = self.modified(call.bucket, call.key, headers.get("ETag", ""))
            stamped["Last-Modified"] = formatdate(modified, usegmt=True)
        return stamped

    def body(self, call: S3Call, body: bytes) -> bytes:
        """Return an answer's body with the times of what it lists or has just written."""
        if call.reads or b"<LastModified>" not in body:
            return body
        text = body.decode()
        if call.key:
            return _MODIFIED.sub(_iso(self.modified(call.bucket, call.key, _tag(text))), text).encode()
        encoded = _ENCODED in text

        def stamp(item: re.Match[str]) -> str:
            found = _KEY.search(item[0])
            key = unescape(found[1], _ENTITIES) if found else ""
            time = self.modified(call.bucket, unquote_plus(key) if encoded else key, _tag(item[0]))
            return _MODIFIED.sub(_iso(time), item[0])

        return _LISTED.sub(stamp, text).encode()

    def refuses(self, call: S3Call, asked: Mapping[str, str], tag: str) -> int | None:
        """Return 304 or 412 if the dates of a conditional read say so (RFC 9110, section 13.2.2), else None.

        Args:
            call: The read, of an object that is there.
            asked: The request's headers, whose names are found in any case.
            tag: The ETag of what would be answered.
        """
        modified = self.modified(call.bucket, call.key, tag)
        unmodified_since = _seconds(asked.get("If-Unmodified-Since", ""))
        if unmodified_since is not None and "If-Match" not in asked and modified > unmodified_since:
            return 412
        modified_since = _seconds(asked.get("If-Modified-Since", ""))
        if modified_since is not None and "If-None-Match" not in asked and modified <= modified_since:
            return 304
        return None


def _seconds(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


def _tag(text: str) -> str:
    """Return the first ETag in an XML text, or nothing."""
    found = _TAG.search(text)
    return unescape(found[1], _ENTITIES) if found else ""


def _iso(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
