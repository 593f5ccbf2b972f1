"""The change record in pure functions: what it says, how it is raised, what it confirms (specification, section 14)."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

QUIET_SECONDS = 120  # what was announced has landed by then, or never will (CHG-15)
RECORD_BYTES = 64 * 1024  # CHG-2

_BUCKETS = 4096
_WIDTH = 3  # bytes of a bucket
_BUCKETS_TEXT = re.compile(r"[A-Za-z0-9+/]{16384}")
_DAY = 86_400
_LEAD = 1000  # seconds by which a first record is ahead (CHG-6)
_LATE = 30  # seconds after its newest announcement at which a writer may have put a record (CHG-4)
_FOREIGN = 121  # seconds after its announcement at which a value may be dated (CHG-19)
_LAST_TIME = 253_402_300_799  # of the year 9999
_NUMBERS = struct.Struct(f">{_BUCKETS}I")


class Record(NamedTuple):
    """What writers have announced. All times are whole seconds of S3's time.

    Attributes:
        newest: The latest time with which a record was put.
        since: What counts for every name whose bucket has no later time.
        all: The latest announcement of everything; 0 for none.
        buckets: As the document has them: of each bucket, in three bytes, its time less `since`.
    """

    newest: int
    since: int
    all: int
    buckets: bytes

    def time(self, bucket: int) -> int:
        """Return the latest announcement that the bucket itself has, which is `since` if it has none."""
        at = bucket * _WIDTH
        return self.since + int.from_bytes(self.buckets[at : at + _WIDTH], "big")

    def base(self, bucket: int) -> int:
        """Return the latest announcement that a name in a bucket may have had (CHG-3)."""
        return max(self.time(bucket), self.all)

    def times(self) -> dict[int, int]:
        """Return the times of the buckets that have one."""
        return {bucket: self.since + number for bucket, number in enumerate(_numbers(self.buckets)) if number}

    def raised(self, e: int, buckets: Iterable[int] = (), *, until: int = 0) -> Record:
        """Return the record with one more announcement (CHG-5).

        Args:
            e: The time of the announcement.
            buckets: Those of the names that are announced.
            until: What `all` is raised to, if everything is announced.
        """
        newest = max(self.newest, e)
        since = max(self.since, newest - _DAY)
        passed = since - self.since
        numbers = _numbers(self.buckets)
        if passed:
            numbers = [number - passed if number > passed else 0 for number in numbers]
        for bucket in buckets:
            numbers[bucket] = max(numbers[bucket], e - since)
        return Record(newest, since, max(self.all, until), _octets(numbers))

    def confirms(self, bucket: int, f: float | None) -> bool:
        """Return whether it confirms a copy of a name in a bucket that was read at f (CHG-15)."""
        return f is not None and f >= self.base(bucket) + QUIET_SECONDS

    def contradicts(self, f: float | None, bucket: int, last_modified: float) -> bool:
        """Return whether a value shows that somebody wrote past this record (CHG-19).

        Args:
            f: Since when the record itself has surely been read.
            bucket: That of the value's name.
            last_modified: When S3 stored the value.
        """
        return f is not None and f >= last_modified + 1 and last_modified > self.base(bucket) + _FOREIGN

    def is_believed(self, last_modified: float | None) -> bool:
        """Return whether a writer may have put it at that time of S3's (CHG-4)."""
        return last_modified is not None and last_modified <= self.newest + _LATE

    def document(self, place: str) -> bytes:
        """Return its document (CHG-2).

        Args:
            place: What it says of where it is, as `mark_of` has it.
        """
        buckets = b2a_base64(self.buckets, newline=False).decode("ascii")
        told = {
            "v": 1,
            "place": place,
            "newest": self.newest,
            "since": self.since,
            "all": self.all,
            "buckets": buckets,
        }
        return json.dumps(told, separators=(",", ":")).encode("ascii")


def first(e: int) -> Record:
    """Return the record of a writer that found none which it believes, before it is raised (CHG-6)."""
    return Record(e, e + _LEAD, 0, bytes(_BUCKETS * _WIDTH))


def bucket_of(name: str) -> int:
    """Return the bucket of a name (CHG-3)."""
    digest = hashlib.sha256(name.encode()).digest()
    return digest[0] << 4 | digest[1] >> 4


def record_key(visibility: str, place: str) -> str:
    """Return the key of the record (CHG-1).

    Args:
        visibility: `public` or `private`.
        place: Where the values are: the service name and `.changes`.
    """
    return f"{visibility}/{place}/.changes.json"


def mark_of(bucket_name: str, key: str) -> str:
    """Return what a record with that key has to say of where it is (CHG-2)."""
    return hashlib.sha256(f"{bucket_name}/{key}".encode()).hexdigest()[:16]


def read(document: bytes, place: str, last_modified: float | None) -> Record | None:
    """Return what a document says; None if it is not believed (CHG-4).

    Args:
        document: What is stored, unzipped.
        place: Where it was read.
        last_modified: When S3 stored it, in Unix seconds.
    """
    record = _parsed(document, place)
    return record if record is not None and record.is_believed(last_modified) else None


def surely_read(date: float | None, elapsed: float, age: float, max_age: float | None = None) -> float | None:
    """Return the f of an answer, since when it has surely been read; None if nobody knows (CHG-14).

    Args:
        date: Its `Date`, in Unix seconds.
        elapsed: Seconds from the start of the request until the answer was there; negative if the clock was set back.
        age: Its `Age`.
        max_age: Its `max-age`, if it is an edge's.
    """
    if date is None or elapsed < 0:
        return None
    return date - elapsed - age - 1 - (max_age or 0)


def was_put_back(older: Record, older_date: float | None, newer: Record, newer_f: float | None) -> bool:
    """Return whether announcements of a record are not in one that was read later (CHG-20).

    Args:
        older: The record that was read first.
        older_date: The `Date` of the answer that brought it.
        newer: The other.
        newer_f: Since when that one has surely been read.
    """
    if older_date is None or newer_f is None:
        return False
    return newer_f > older_date and newer.newest < older.newest


def _parsed(document: bytes, place: str) -> Record | None:
    try:
        told: Any = json.loads(document.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or type(told.get("v")) is not int or told["v"] != 1:
        return None
    times: list[Any] = [told.get(name) for name in ("newest", "since", "all")]
    buckets = told.get("buckets")
    if told.get("place") != place or not all(type(time) is int and 0 <= time <= _LAST_TIME for time in times):
        return None
    if not isinstance(buckets, str) or not _BUCKETS_TEXT.fullmatch(buckets):
        return None
    newest, since, everything = times
    return Record(newest, since, everything, a2b_base64(buckets))


def _numbers(octets: bytes) -> list[int]:
    """Return the numbers of all buckets."""
    wide = bytearray(_BUCKETS * 4)
    for byte in range(_WIDTH):
        wide[byte + 1 :: 4] = octets[byte::_WIDTH]
    return list(_NUMBERS.unpack(wide))


def _octets(numbers: list[int]) -> bytes:
    wide = _NUMBERS.pack(*numbers)
    octets = bytearray(_BUCKETS * _WIDTH)
    for byte in range(_WIDTH):
        octets[byte::_WIDTH] = wide[byte + 1 :: 4]
    return bytes(octets)
