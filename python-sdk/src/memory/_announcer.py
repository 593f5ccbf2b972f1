"""Announcing what is about to be written in the change record (specification, sections 14.2 and 14.3)."""

from __future__ import annotations

import itertools
import time
from _thread import get_ident
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from memory._backoff import longest_wait
from memory._bucket import NotMetError, OutOfTimeError
from memory._changes import RECORD_BYTES, first, mark_of, read, record_key
from memory._errors import AccessDeniedError, ConfigurationError, MemoryServiceError, UnavailableError
from memory._options import Condition
from memory._store import UnannouncedError
from memory._wait_queue import WaitQueue
from memory._wish import NEAR_SECONDS, Look, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from memory._changes import Record
    from memory._config import Config
    from memory._origin import Origin
    from memory._state import State
    from memory._store import Store

LOSSES = 2  # after which everything is announced (CHG-8)
LATE_SECONDS = 100  # after its announcement, at which a write is not what was announced (CHG-13)

Written = TypeVar("Written")


class Try(NamedTuple):
    """What came of a put of the record.

    Attributes:
        look: What S3 has now; None if that has to be read.
        e: The time of the announcement.
        wishes: What was announced.
        is_unknown: Whether it may have been carried out.
        is_refused: Whether S3 has another record than was read.
    """

    look: Look | None
    e: int = 0
    wishes: Sequence[Wish] = ()
    is_unknown: bool = False
    is_refused: bool = False


class Announcer:
    """Announces for all threads of a service: one at a time puts the record, for all who have come meanwhile.

    It holds no lock: whoever has the turn is alone, and a destructor or a signal's handler in the middle of that
    announces by itself (WIRE-8). S3's conditions keep them apart, as they do those of other processes.

    Args:
        config: Bucket and visibility.
        place: Where the values are.
        store: Puts the record.
        origin: Reads it.
        state: What counts.
        random: Returns a number from 0 to 1.
        sleep: Waits for some seconds.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the last two are seams for tests
        self,
        config: Config,
        place: str,
        store: Store,
        origin: Origin,
        state: State,
        random: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._key = record_key(config.visibility, place)
        self._mark = mark_of(config.bucket_name, self._key)
        self._store = store
        self._origin = origin
        self._aws = store.aws
        self._state = state
        self._random = random
        self._sleep = sleep
        self._last: Look | None = None
        self._looked_at = 0.0
        self._newest = 0
        self.reset_after_fork()

    def reset_after_fork(self) -> None:
        """Have the turn free and nobody waiting: the other threads are the parent's (WIRE-7)."""
        # Whose turn it is, by thread: taken, and known to be taken, in one step that nothing can split.
        self._turn: dict[None, int] = {}
        self._wishes: deque[Wish] = deque()
        self._wait_queue = WaitQueue()

    def forget(self) -> None:
        """Forget what S3 had; for tests, whose stores come and go."""
        self._last, self._newest = None, 0

    def write(
        self,
        names: Iterable[str] | None,
        deadline: float,
        send: Callable[[int], Written],
        date_of: Callable[[Written], float | None],
    ) -> Written:
        """Announce names, and write.

        Args:
            names: What is written; None for everything.
            deadline: When to have ended, by `time.monotonic`.
            send: Writes, with the time of the announcement.
            date_of: Returns the `Date` of the answer to that.

        Raises:
            NotMetError: The condition of the write does not hold.
            MemoryServiceError: It cannot be announced, and then nothing is written (CHG-11), or not be written.
        """
        named = None if names is None else tuple(names)
        is_unknown, least, attempt = False, 0, 0
        while True:
            attempt += 1
            try:
                e = self.announce(named, deadline, least)
                written = send(e)
            except OutOfTimeError as error:
                is_unknown = is_unknown or error.is_unknown
                least = e + 1
            except NotMetError as error:
                raise NotMetError(is_unknown=is_unknown or error.is_unknown) from None
            except (UnavailableError, AccessDeniedError, ConfigurationError) as error:
                if not is_unknown:
                    raise
                # What was said last does not tell what became of an attempt before (WRITE-5).
                raise UnavailableError(str(error), outcome_unknown=True) from error
            else:
                break
            if time.monotonic() >= deadline:
                raise UnavailableError(
                    "a write did not begin within the 20 s after its announcement: the time was over",
                    outcome_unknown=is_unknown,
                )
            self._sleep(self._random() * longest_wait(attempt))
        date = date_of(written)
        if date is not None and date > e + LATE_SECONDS:
            self._announce_late(named, deadline, int(date))
        return written

    def announce(self, names: Iterable[str] | None, deadline: float, least: int = 0) -> int:
        """Announce names, if nobody has done so just now, and return the time of the announcement (CHG-7 to CHG-10).

        Args:
            names: The names; None for everything.
            deadline: When to have ended, by `time.monotonic`.
            least: The earliest time that will do, in seconds of S3's time.

        Raises:
            AccessDeniedError: S3 refused.
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            UnavailableError: S3 did not answer, or other writers were faster, until the time was over.
        """
        return self._announced(Wish(names, least), deadline)

    def announce_until(self, lifetime: int, deadline: float) -> int:
        """Announce that others may write anything for a while, and return since when that counts (CHG-21).

        Args:
            lifetime: For how many seconds from then on.
            deadline: As for `announce`.

        Raises:
            MemoryServiceError: As `announce` does.
        """
        return self._announced(Wish((), 0, lifetime), deadline)

    def _announced(self, wish: Wish, deadline: float) -> int:
        turn, me = self._turn, get_ident()
        if turn.get(None) == me:
            self._commit([wish], deadline)
            return wish.e or 0
        self._wishes.append(wish)
        try:
            if not self._wait_queue.wait(lambda: wish.is_over or turn.setdefault(None, me) == me, deadline):
                raise UnavailableError(f"{self._key}: the announcement of another thread did not end in time")
            if not wish.is_over:
                self._lead(wish, deadline)
        finally:
            if turn.get(None) == me:
                turn.pop(None, None)
            self._wait_queue.wake_all()
            _discard(self._wishes, wish)
        if wish.e is None and wish.error is not None:
            raise wish.error
        return wish.e or 0

    def _lead(self, mine: Wish, deadline: float) -> None:
        """Announce for all who wait."""
        group = [mine]
        while self._wishes:
            wish = self._wishes.popleft()
            if wish is not mine:
                group.append(wish)
        try:
            self._commit(group, deadline)
        except UnavailableError as error:
            mine.error = error  # the others may have more time
        except MemoryServiceError as error:
            for wish in group:
                wish.error = error
        finally:
            self._wishes.extend([wish for wish in group if not wish.is_over and wish is not mine])

    def _commit(self, group: list[Wish], deadline: float) -> None:
        """Raise the record until all of a group is announced."""
        losses, tried = 0, Try(self._recent())
        for attempt in itertools.count():
            if attempt:
                self._pause(attempt, deadline)
            look = tried.look or self.look(deadline)
            is_done = tried.is_unknown and all(look.has(wish, tried.e) for wish in tried.wishes)
            self._count(announcements=is_done, conflicts=tried.is_refused and not is_done)
            losses += tried.is_refused and not is_done
            for wish in tried.wishes if is_done else ():
                wish.e = tried.e
            left = self._unannounced(group, look)
            if not left:
                return
            tried = self._try(look, left, deadline, everything=losses >= LOSSES)

    def _recent(self) -> Look | None:
        """Return what S3 has had within the last seconds; what is older, others have changed more often than not."""
        passed = self._aws.present() - self._looked_at
        return self._last if 0 <= passed <= NEAR_SECONDS else None

    def _pause(self, attempt: int, deadline: float) -> None:
        """Wait before another attempt, so that writers do not meet again (UPD-2)."""
        if time.monotonic() >= deadline:
            raise UnavailableError(f"{self._key}: other writers were faster until the time was over")
        self._sleep(self._random() * longest_wait(attempt))

    def _unannounced(self, group: list[Wish], look: Look) -> list[Wish]:
        """Return what nobody has announced in the last seconds, and note the time of what somebody has."""
        now = self._aws.present()
        for wish in group:
            if wish.e is None:
                wish.e = look.shared(wish, now)
        return [wish for wish in group if wish.e is None]

    def _try(self, look: Look, wishes: list[Wish], deadline: float, *, everything: bool) -> Try:
        """Put the record once, with what is to be announced, and note that it is if that succeeded."""
        started = self._aws.present()
        e = max(int(started), *(wish.least for wish in wishes))
        everything = everything or any(wish.buckets is None for wish in wishes)
        buckets = {bucket for wish in wishes for bucket in wish.buckets or ()}
        until = max(e if everything else 0, *(e + wish.lifetime if wish.lifetime else 0 for wish in wishes))
        known = look.record or first(e)
        record = known.raised(e, () if everything else buckets, until=until)
        document = record.document(self._mark)
        try:
            stored = self._store.put_record(self._key, document, look.condition, e, deadline)
        except NotMetError as error:
            return Try(None, e, wishes, is_unknown=error.is_unknown, is_refused=True)
        except OutOfTimeError as error:
            return Try(None, e, wishes, is_unknown=error.is_unknown)
        except UnavailableError as error:
            if not error.outcome_unknown:
                raise
            return Try(None, e, wishes, is_unknown=True)
        self._count(announcements=1)
        seen = self._seen(stored.version, record if record.is_believed(stored.date) else None)
        if not self._aws.learn_time(stored.date, started):
            for wish in wishes:
                wish.e = e
        return Try(seen, e, wishes)

    def look(self, deadline: float) -> Look:
        """Read what S3 has.

        Raises:
            MemoryServiceError: It cannot be read.
        """
        started = self._aws.present()
        self._last = None
        try:
            answer = self._origin.get(self._key, deadline, limit=RECORD_BYTES)
        except UnavailableError as error:
            raise UnavailableError(f"nothing can be announced: {error}") from error
        self._aws.learn_time(answer.date, started)
        if answer.document is None:
            return self._seen(None, None)
        return self._seen(answer.version, read(answer.document, self._mark, answer.stored_at))

    def _seen(self, version: str | None, record: Record | None) -> Look:
        """Note what S3 has: a record of before one that was there already is not believed (CHG-20)."""
        if record is not None and record.newest < self._newest:
            record = None
        self._newest = 0 if record is None else record.newest
        look, self._looked_at = Look(Condition(version), record), self._aws.present()
        # Without an ETag there is nothing to put the next one on.
        self._last = None if version == "" else look
        return look

    def _announce_late(self, names: tuple[str, ...] | None, deadline: float, date: int) -> None:
        """Announce what was written later than it was to be (CHG-13)."""
        try:
            self.announce(names, deadline, date)
        except MemoryServiceError as error:
            raise UnannouncedError(
                f"what was written took too long for its announcement, and cannot be announced again ({error}):"
                " others may not see it for a day. Write it once more"
            ) from error

    def _count(self, *, announcements: int = 0, conflicts: int = 0) -> None:
        with self._state.lock:
            self._state.stats.announcements += announcements
            self._state.stats.conflicts += conflicts


def _discard(wishes: deque[Wish], wish: Wish) -> None:
    try:
        wishes.remove(wish)
    except ValueError:
        return
