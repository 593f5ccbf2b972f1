"""The change record as section 14 has it, in pure functions: what vectors expect, and what the model goes by."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

QUIET = 120  # seconds after an announcement until what it announced has landed, or never will
DAY = 86_400
_BUCKETS = 4096
_WIDTH = 3  # bytes of a bucket
_LATE = 30  # seconds after its newest announcement at which a writer may have put a record
LEAD = 1000  # seconds by which the first record is ahead of its announcement
_LAST_TIME = 253_402_300_799
_FOREIGN = 121  # seconds after its announcement at which a value may be dated


@dataclass(frozen=True)
class Record:
    """A record that is believed.

    Attributes:
        newest: the latest time with which it was put, in seconds of S3's time, as all that follow.
        since: the time that stands for everything announced before.
        all: the latest announcement of everything.
        buckets: the times of the buckets that have one later than `since`.
    """

    newest: int
    since: int
    all: int = 0
    buckets: Mapping[int, int] = field(default_factory=dict)

    def base(self, bucket: int) -> int:
        """Return the time of the latest announcement that a name in a bucket may have had (CHG-3)."""
        return max(self.buckets.get(bucket, 0), self.since, self.all)

    def raised(
        self, e: int, buckets: Iterable[int] = (), *, until: int | None = None, day: int = DAY
    ) -> Record:
        """Return the record with one more announcement (CHG-5).

        Args:
            e: the time of the announcement.
            buckets: those of the names that are announced.
            until: what `all` is raised to, if everything is announced.
            day: how long buckets are kept.
        """
        newest = max(self.newest, e)
        since = max(self.since, newest - day)
        times = dict(self.buckets)
        for bucket in buckets:
            times[bucket] = max(times.get(bucket, 0), e)
        kept = {bucket: time for bucket, time in times.items() if time > since}
        return Record(newest, since, max(self.all, until or 0), kept)

    def confirms(self, bucket: int, f: float | None) -> bool:
        """Whether it confirms a copy of a name in a bucket that was read at f (CHG-15)."""
        return f is not None and f >= self.base(bucket) + QUIET

    def contradicts(self, f: float | None, bucket: int, last_modified: int) -> bool:
        """Whether a value shows that somebody wrote past this record, itself read at f (CHG-19)."""
        return f is not None and f >= last_modified + 1 and last_modified > self.base(bucket) + _FOREIGN


def first(e: int, lead: int = LEAD) -> Record:
    """Return the record of a writer that found none, before it is raised (CHG-6)."""
    return Record(e, e + lead)


def bucket_of(name: str) -> int:
    """Return the bucket of a name (CHG-3)."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:3], 16)


def key_of(visibility: str, service: str) -> str:
    """Return the key of a service's record (CHG-1)."""
    return f"{visibility}/{service}.changes/.changes.json"


def place_of(bucket_name: str, key: str) -> str:
    """Return what a record says of where it is (CHG-2)."""
    return hashlib.sha256(f"{bucket_name}/{key}".encode()).hexdigest()[:16]


def document(record: Record, place: str) -> str:
    """Return the document of a record."""
    numbers = (max(0, record.buckets.get(bucket, 0) - record.since) for bucket in range(_BUCKETS))
    buckets = b"".join(number.to_bytes(_WIDTH, "big") for number in numbers)
    return json.dumps(
        {
            "v": 1,
            "place": place,
            "newest": record.newest,
            "since": record.since,
            "all": record.all,
            "buckets": base64.b64encode(buckets).decode(),
        },
        separators=(",", ":"),
    )


@lru_cache(maxsize=64)
def believed(text: str, place: str, last_modified: int | None) -> Record | None:
    """Return what a document says as a record that is believed (CHG-4), or None.

    Args:
        text: the document.
        place: what it has to say of where it is.
        last_modified: when S3 stored it.
    """
    record = _parsed(text, place)
    if record is None or last_modified is None or last_modified > record.newest + _LATE:
        return None
    return record


def put_back(older: Record, older_date: int, newer: Record, newer_f: float | None) -> bool:
    """Whether of two records the one that was read later is not what the other had become (CHG-20).

    Args:
        older: the one that was read first.
        older_date: the `Date` of the answer that brought it.
        newer: the other.
        newer_f: the time since which that has been read.
    """
    return newer_f is not None and newer_f > older_date and newer.newest < older.newest


def read_at(date: int | None, elapsed: float, age: int = 0, max_age: int | None = None) -> float | None:
    """Return the f of an answer (CHG-14), None if it has none.

    Args:
        date: its `Date`.
        elapsed: the seconds from the start of the request to the head of the answer.
        age: its `Age`.
        max_age: its `max-age` if it is an edge's, else None.
    """
    if date is None or elapsed < 0:
        return None
    return date - elapsed - age - 1 - (max_age or 0)


def _parsed(wire: str, place: str) -> Record | None:
    try:
        told: Any = json.loads(wire)
    except ValueError:
        return None
    if not isinstance(told, dict) or told.get("v") != 1 or told.get("place") != place:
        return None
    times: list[Any] = [told.get(name) for name in ("newest", "since", "all")]
    text: Any = told.get("buckets")
    if not all(type(time) is int and 0 <= time <= _LAST_TIME for time in times):
        return None
    try:
        octets = base64.b64decode(text, validate=True)
    except (TypeError, ValueError):
        return None
    if len(octets) != _BUCKETS * _WIDTH:
        return None
    newest, since, everything = times
    numbers = enumerate(
        int.from_bytes(octets[at : at + _WIDTH], "big") for at in range(0, len(octets), _WIDTH)
    )
    buckets = {bucket: since + number for bucket, number in numbers if number}
    return replace(Record(newest, since, everything), buckets=buckets)
