"""Announcing in a change record what is about to be written in its place (specification, section 14.2)."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import memory
from botocore.exceptions import ClientError
from memory._changes import RECORD_BYTES, Record, bucket_of, first, mark_of, read

from memory_console.aws_errors import translated
from memory_console.place import announced_name
from memory_console.query_signature import announced
from memory_console.sdk import compress, decompress
from memory_console.stored import DEFAULT_EDGE_TTL

if TYPE_CHECKING:
    from memory_console.bucket import Bucket

_SHARED = 8  # seconds for which one announcement of everything covers what is written (CHG-9)
_LOSSES = 2  # after which everything is announced (CHG-8)
_ATTEMPTS = 20
_LOST = (409, 412)
_MISSING = 404


@dataclass(frozen=True)
class Look:
    """The record as S3 has it.

    Attributes:
        record: What it says; None if there is none that anybody believes.
        version: The object's, if there is one.
        max_age: Seconds that edges keep it.
        date: S3's time of the answer, in Unix seconds.
    """

    record: Record | None
    version: str | None
    max_age: int
    date: int


class Announcer:
    """Announces for one place; for any thread.

    What is written alone is announced by its name; many at a time, and what follows soon after, as everything: one
    announcement then does for a whole import, or a clear (CHG-13).

    Args:
        bucket: The bucket.
        key: The record's.
    """

    def __init__(self, bucket: Bucket, key: str) -> None:
        self._bucket = bucket
        self._key = key
        self._lock = threading.Lock()
        self._last: float | None = None  # by time.monotonic
        self._everything: tuple[float, int] | None = None  # when everything was announced, and its e

    def announce(self, keys: list[str] | None = None, least: int = 0) -> int:
        """Return the time of an announcement that is for these keys, or for everything.

        Args:
            keys: Of the values; None for everything.
            least: The earliest time that will do, in Unix seconds of S3's time.

        Raises:
            memory.MemoryServiceError: It could not be announced; nothing may be written.
        """
        with self._lock:
            now = time.monotonic()
            if self._everything and now < self._everything[0] + _SHARED and self._everything[1] >= least:
                return self._everything[1]
            names = [name for key in keys or () if (name := announced_name(key)) is not None]
            goes_on = self._last is not None and now < self._last + _SHARED
            self._last = now
            e, everything = self._raise(names if len(names) == 1 and not goes_on else [], least)
            if everything:
                self._everything = now, e
            return e

    def look(self) -> Look:
        """Return what S3 has.

        Raises:
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        with translated(f"read {self._key} in bucket {self._bucket.name}"):
            try:
                answer: Any = self._bucket.s3.get_object(Bucket=self._bucket.name, Key=self._key)
            except ClientError as error:
                told = error.response["ResponseMetadata"]
                if (
                    told["HTTPStatusCode"] != _MISSING
                    or error.response["Error"].get("Code") == "NoSuchBucket"
                ):
                    raise
                return Look(None, None, DEFAULT_EDGE_TTL, _date(told))
            body = answer["Body"].read(RECORD_BYTES + 1)
        try:
            document = decompress(body, answer.get("ContentEncoding"), RECORD_BYTES)
        except memory.CorruptValueError:
            document = b""
        mark = mark_of(self._bucket.name, self._key)
        return Look(
            read(document, mark, answer["LastModified"].timestamp()),
            answer["ETag"].strip('"'),
            _max_age(answer.get("CacheControl", "")),
            _date(answer["ResponseMetadata"]),
        )

    def _raise(self, names: list[str], least: int) -> tuple[int, bool]:
        """Raise the buckets of names, or everything; return the time, and whether it was everything."""
        for losses in range(_ATTEMPTS):
            found = self.look()
            e, everything = max(found.date, least), not names or losses >= _LOSSES
            known = found.record or first(e)
            raised = known.raised(e, until=e) if everything else known.raised(e, map(bucket_of, names))
            if self._put(found, raised, e):
                return e, everything
        raise memory.UnavailableError(
            f"{self._key}: other writers were faster {_ATTEMPTS} times; nothing was written"
        )

    def _put(self, found: Look, record: Record, e: int) -> bool:
        body, encoding = compress(record.document(mark_of(self._bucket.name, self._key)))
        more: dict[str, Any] = {"ContentEncoding": encoding} if encoding else {}
        more |= {"IfNoneMatch": "*"} if found.version is None else {"IfMatch": f'"{found.version}"'}
        with translated(f"write {self._key} in bucket {self._bucket.name}"), announced(e):
            try:
                self._bucket.s3.put_object(
                    Bucket=self._bucket.name,
                    Key=self._key,
                    Body=body,
                    ContentType="application/json",
                    CacheControl=f"max-age={found.max_age}",
                    **more,
                )
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] in _LOST:
                    return False
                raise
        return True


def _date(told: Any) -> int:
    return int(parsedate_to_datetime(told["HTTPHeaders"]["date"]).timestamp())


def _max_age(cache_control: str) -> int:
    text = cache_control.partition("max-age=")[2].partition(",")[0].strip()
    return int(text) if text.isascii() and text.isdecimal() else DEFAULT_EDGE_TTL
