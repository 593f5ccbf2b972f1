"""What writers wish to have announced, and what a record has announced of it (CHG-9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from memory._changes import bucket_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memory._changes import Record
    from memory._errors import MemoryServiceError
    from memory._options import Condition

NEAR_SECONDS = 10  # from the present, at which an announcement does for another write


class Look(NamedTuple):
    """What S3 has, as a writer has read or put it.

    Attributes:
        condition: That S3 still has it.
        record: The record, if there is one that it believes.
    """

    condition: Condition
    record: Record | None

    def has(self, wish: Wish, e: int) -> bool:
        """Return whether what is wished has been announced with that time or a later one."""
        record = self.record
        if record is None or (wish.lifetime and record.all < e + wish.lifetime):
            return False
        if record.all >= e:
            return True
        return wish.buckets is not None and all(record.time(bucket) >= e for bucket in wish.buckets)

    def shared(self, wish: Wish, now: float) -> int | None:
        """Return the time of an announcement, by whomever, that will do for a wish (CHG-9); None if there is none."""
        record = self.record
        if record is None:
            return None
        if wish.lifetime:
            e = max(int(now), wish.least)
            return e if record.all >= e + wish.lifetime else None

        def near(times: Iterable[int]) -> int:
            fit = [e for e in times if abs(e - now) <= NEAR_SECONDS and e >= wish.least]
            return max(fit, default=0)

        everything = near((record.all,))
        if wish.buckets is None:
            return everything or None
        own = (record.time(bucket) for bucket in wish.buckets)
        e = min((max(everything, near((time,)) if time != record.since else 0) for time in own), default=0)
        return e or None


class Wish:
    """What somebody wants to have announced.

    Attributes:
        buckets: Those of the names; None for everything.
        least: The earliest time that will do.
        lifetime: For how many seconds from then on everything is to count as announced (CHG-21); 0 for no longer.
        e: The time of its announcement, when there is one.
        error: Why there is none.
    """

    __slots__ = ("buckets", "e", "error", "least", "lifetime")

    def __init__(self, names: Iterable[str] | None, least: int, lifetime: int = 0) -> None:
        self.buckets = None if names is None else frozenset(bucket_of(name) for name in names)
        self.least = least
        self.lifetime = lifetime
        self.e: int | None = None
        self.error: MemoryServiceError | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to wait for."""
        return self.e is not None or self.error is not None
