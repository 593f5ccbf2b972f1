"""When objects were written by a clock that is not the engine's: what S3's answers say instead of its own time."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus
from xml.sax.saxutils import unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_cloud.s3_call import S3Call

_MODIFIED = re.compile(r"(?<=<LastModified>)[^<]*(?=</LastModified>)")
_LISTED = re.compile(r"<(Contents|Version|DeleteMarker)>.*?</\1>", re.DOTALL)
_KEY = re.compile(r"<Key>([^<]*)</Key>")
_ENCODED = "<EncodingType>url</EncodingType>"


class Stamps:
    """The times of all objects, in whole Unix seconds, as S3 has them; for one thread.

    What was there before stamping began has its start's time. Conditions on the source of a copy are left to
    the engine.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin stamping by a clock, which returns Unix seconds."""
        self._clock = clock
        self._start = int(clock())
        self._written: dict[tuple[str, str], int] = {}

    def note(self, call: S3Call) -> None:
        """Remember that a call has just written its object."""
        self._written[call.bucket, call.key] = int(self._clock())

    def modified(self, bucket: str, key: str) -> int:
        """Return when the object was written."""
        return self._written.get((bucket, key), self._start)

    def headers(self, call: S3Call, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the times to replace in an answer's headers."""
        stamped = {"Date": formatdate(self._clock(), usegmt=True)}
        if "Last-Modified" in headers:
            stamped["Last-Modified"] = formatdate(self.modified(call.bucket, call.key), usegmt=True)
        return stamped

    def body(self, call: S3Call, body: bytes) -> bytes:
        """Return an answer's body with the times of what it lists or has just written."""
        if call.reads or b"<LastModified>" not in body:
            return body
        text = body.decode()
        if call.key:
            return _MODIFIED.sub(_iso(self.modified(call.bucket, call.key)), text).encode()
        encoded = _ENCODED in text

        def stamp(item: re.Match[str]) -> str:
            found = _KEY.search(item[0])
            key = unescape(found[1], {"&quot;": '"', "&apos;": "'"}) if found else ""
            time = self.modified(call.bucket, unquote_plus(key) if encoded else key)
            return _MODIFIED.sub(_iso(time), item[0])

        return _LISTED.sub(stamp, text).encode()

    def refuses(self, call: S3Call, asked: Mapping[str, str]) -> int | None:
        """Return 304 or 412 if the dates of a conditional read say so (RFC 9110, section 13.2.2), else None.

        Args:
            call: The read, of an object that is there.
            asked: The request's headers, whose names are found in any case.
        """
        modified = self.modified(call.bucket, call.key)
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


def _iso(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
