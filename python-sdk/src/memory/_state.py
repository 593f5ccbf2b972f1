"""What one service keeps between calls, under one lock: its memory, what it knows, and who asks for what."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from memory._local import LocalMemory
from memory._names import is_tag_record
from memory._session import Session
from memory._single_flight import SingleFlight
from memory._stats import Stats

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from memory._config import Config
    from memory._local import CachedValue
    from memory._reading import Reading


class State:
    """One lock for all of it: what a put makes of the session and of the memory must be seen together.

    A destructor or a signal's handler may come while its own thread holds the lock (WIRE-8). It does not wait for it,
    nor does it touch what is half changed: it reads and writes S3, and leaves behind the names that it asked for. What
    is known of those is dropped as soon as the lock is free again.

    Args:
        config: How much to keep.

    Attributes:
        lock: Held for all that follows but `doubted`.
        doubted: The names left behind, each with the moment.
        turn: How many invalidations of tags have ended.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        # Of the kind that a thread may take twice, so that a moment that was overlooked is no deadlock either.
        self.lock: Any = threading.RLock()
        self.doubted: deque[tuple[str, float]] = deque()
        self.turn = 0
        self.stats = Stats()
        self._of_records = Stats()
        self.local = LocalMemory(config.local_max_items, config.local_max_bytes, self.stats)
        self.session = Session(self.counts)
        self.single_flight: SingleFlight[Reading] = SingleFlight()

    def counts(self, name: str) -> Stats:
        """Return what counts for a name: reads of tags' records are no gets of anybody's (CTAG-10)."""
        return self._of_records if is_tag_record(name) else self.stats

    def told(self) -> Stats:
        """Return the counts as users are told them."""
        with self.lock:
            stats = self.stats.copy()
            stats.tag_reads = self._of_records.edge_reads + self._of_records.s3_reads
        return stats

    @property
    def is_held_here(self) -> bool:
        """Whether this thread is in the middle of a change, further up."""
        return bool(self.lock._is_owned())  # noqa: SLF001 - as threading.Condition does

    def doubt(self, name: str, now: float) -> None:
        """Leave a name behind that was read or written in the middle of a change."""
        self.doubted.append((name, now))
        self.single_flight.detach(name)

    def settle(self) -> bool:
        """Drop what is known of the names left behind, unless this is still the middle of a change.

        Returns:
            Whether none is left.
        """
        if not self.doubted or self.is_held_here:
            return not self.doubted
        with self.lock:
            while self.doubted:
                name, now = self.doubted.popleft()
                self.session.doubt(name, now)
                self.local.drop(name)
                self.single_flight.detach(name)
        return not self.doubted

    def fresh(self, name: str, now: float) -> CachedValue | None:
        """Return the copy of a name in memory if it may be served without asking."""
        self.settle()
        with self.lock:
            return self.local.fresh(name, now)

    def begin(self, name: str, now: float) -> None:
        """Note that a put or remove of a name begins."""
        self.settle()
        with self.lock:
            self.session.begin(name, now)
            self.local.drop(name)
            self.single_flight.detach(name)

    def invalidated(self, tags: AbstractSet[str]) -> None:
        """Note that tags were invalidated: what has been judged before does not count any more (CTAG-6)."""
        self.settle()
        with self.lock:
            self.turn += 1
            self.local.drop_tagged(tags)
            self.single_flight.detach_all()

    def forget(self, prefix: str, now: float) -> None:
        """Forget all that is known of the names under a prefix."""
        self.settle()
        with self.lock:
            self.session.forget(prefix, now)
            self.local.drop_prefix(prefix)
            self.single_flight.detach_prefix(prefix)

    def reset_after_fork(self, now: float) -> None:
        """Go on alone: with nobody's lock and nobody's requests, and with what is known if it is whole (WIRE-7).

        Args:
            now: Unix time in seconds.
        """
        is_whole = self.lock.acquire(blocking=False)
        self.lock = threading.RLock()
        self.single_flight = SingleFlight()
        self.session.end_all(now)
        if not is_whole:
            # Another thread was changing it, and is not here to end that.
            self.stats, self._of_records = Stats(), Stats()
            self.local = LocalMemory(self._config.local_max_items, self._config.local_max_bytes, self.stats)
            self.session = Session(self.counts)
            self.session.forget("", now)

    def empty(self) -> None:
        """Forget everything; for tests, whose stores come and go."""
        with self.lock:
            self.doubted.clear()
            self.local.drop_prefix("")
            self.session = Session(self.counts)
            self.single_flight = SingleFlight()
