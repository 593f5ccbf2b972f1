"""Compute if absent: one factory at a time, an early refresh by chance (specification, section 8.4)."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import math
import threading
import time
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from memory._envelope import decode, encode
from memory._errors import AccessDeniedError, UnavailableError
from memory._names import quoted
from memory._wait_graph import GRAPH, Computation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from memory._local import CachedValue
    from memory._options import PutOptions
    from memory._reading import Reading

_LOGGER = logging.getLogger("memory")
_ENDS_REMEMBERED = 1000
PATIENCE = 10.0  # seconds, WAIT-2
MOST_FACTORIES = 10


class Cache(NamedTuple):
    """What computations need of a service.

    Attributes:
        find: Reads what is stored under a name.
        find_in_s3: Does so in S3 itself.
        find_fresh: Returns the copy in memory if it may be served without asking.
        prepare: Notes what is known of the tags before the value is made (CTAG-12).
        store: Puts a value, given how many milliseconds it took.
    """

    find: Callable[[str], Reading]
    find_in_s3: Callable[[str], Reading]
    find_fresh: Callable[[str], CachedValue | None]
    prepare: Callable[[PutOptions], PutOptions]
    store: Callable[[str, Any, PutOptions, int], None]


class _Finding(NamedTuple):
    """What there is under a name.

    Attributes:
        copy: The value; None if there is none.
        is_readable: Whether somebody could be asked (COMP-3).
        is_of_s3: Whether S3 itself says so (COMP-5).
    """

    copy: CachedValue | None
    is_readable: bool
    is_of_s3: bool


class _AbandonedError(Exception):
    """Whoever computed was interrupted."""


class _Turn:
    """One caller's turn to compute: what surrounds the call of the factory.

    Args:
        cache: Where the value is found and put.
        computation: What it is of.
        options: Those of the put.
        finding: What there was.

    Attributes:
        computation: The same.
        document: The value for those who wait, once there is one.
    """

    def __init__(
        self, cache: Cache, computation: Computation, options: PutOptions, finding: _Finding
    ) -> None:
        self.computation = computation
        self.document = b""
        self._cache = cache
        self._name = computation.name
        self._options = options
        self._finding = finding

    @property
    def has_tags(self) -> bool:
        """Whether there is something to prepare."""
        return bool(self._options.tags)

    def newest(self) -> CachedValue | None:
        """Ask S3, unless it was S3 that was asked (COMP-5), and return what makes the factory needless."""
        finding, due = self._finding, self._finding.copy
        if finding.is_of_s3 or not finding.is_readable:
            return None
        try:
            newest = self._cache.find_in_s3(self._name).copy
        except UnavailableError as error:
            _LOGGER.warning("memory: S3 does not say whether %s is newer: %s", quoted(self._name), error)
            self._finding = finding._replace(is_readable=False)
            return due
        except AccessDeniedError:
            # Without s3:ListBucket that is S3's word for a name that is not there (CON-2).
            return None
        self._finding = _Finding(newest, is_readable=True, is_of_s3=True)
        is_other = newest is not None and (due is None or newest.version != due.version)
        return newest if is_other else None

    def prepare(self) -> None:
        """Look at the tags before the factory is called; without that nothing is put (COMP-3, CTAG-12)."""
        if self.has_tags and self._finding.is_readable:
            try:
                self._options = self._cache.prepare(self._options)
            except UnavailableError as error:
                _LOGGER.warning("memory: %s cannot be stored with its tags: %s", quoted(self._name), error)
                self._finding = self._finding._replace(is_readable=False)

    def store(self, value: Any, took: int) -> None:
        """Put what the factory made in so many milliseconds, if that is possible."""
        self.document = encode(value)
        if self._finding.is_readable:
            try:
                self._cache.store(self._name, value, self._options, took)
            except UnavailableError as error:
                _LOGGER.warning("memory: %s cannot be stored: %s", quoted(self._name), error)

    def share(self, copy: CachedValue) -> Any:
        """Return the value there is, for those who wait as well."""
        value = copy.value()
        self.document = encode(value)
        return value

    def keep(self, error: Exception, now: float) -> Any:
        """Return the value there is, as its refresh failed; else raise."""
        copy = self._finding.copy
        if copy is None or copy.is_expired(now):
            raise error
        _LOGGER.warning("memory: refreshing %s failed, keeping the value: %r", quoted(self._name), error)
        return self.share(copy)


class Computations:
    """Runs factories.

    Args:
        cache: Where values are found and put.
        clock: Returns Unix time in seconds.
        random: Returns a number from 0 to 1.
    """

    def __init__(self, cache: Cache, clock: Callable[[], float], random: Callable[[], float]) -> None:
        self._cache = cache
        self._clock = clock
        self._random = random
        # Of the kind that a thread may take twice: a destructor may come in the middle (WIRE-8).
        self._lock = threading.RLock()
        self._running: dict[str, Computation] = {}
        # When computations ended, by count: who looked before may have missed what they stored.
        self._ends = 0
        self._ended: OrderedDict[str, int] = OrderedDict()

    def reset_after_fork(self) -> None:
        """Wait for no computation of the parent's (WIRE-7)."""
        self._lock = threading.RLock()
        self._running = {}

    def get_or_put(self, name: str, factory: Callable[[], Any], options: PutOptions) -> Any:
        """Return the value of a name, computed if there is none.

        Raises:
            EndlessWaitError: The factory that this call is part of is waited for (WAIT-1).
            MemoryServiceError: The value cannot be read or stored.
        """
        while True:
            looked = self._ends
            finding = self._find(name)
            copy = finding.copy
            if copy is not None and not self._is_due(copy):
                return copy.value()
            computation, leads = self._join(name, looked)
            if computation is None:
                continue
            if not leads:
                if copy is not None:
                    return copy.value()
                with GRAPH.waiting(computation, blocks_thread=True):
                    leads = not self._has_ended(computation)
            if leads:
                return self._lead(_Turn(self._cache, computation, options, finding), factory)
            try:
                return decode(computation.result()).value
            except _AbandonedError:
                continue

    async def get_or_put_async(
        self, name: str, factory: Callable[[], Awaitable[Any]], options: PutOptions
    ) -> Any:
        """Do the same with a factory that is awaited. What blocks is done in a thread."""
        while True:
            looked = self._ends
            finding = _Finding(self._cache.find_fresh(name), is_readable=True, is_of_s3=False)
            if finding.copy is None:
                finding = await asyncio.to_thread(self._find, name)
            copy = finding.copy
            if copy is not None and not self._is_due(copy):
                return copy.value()
            computation, leads = self._join(name, looked)
            if computation is None:
                continue
            if not leads:
                if copy is not None:
                    return copy.value()
                with GRAPH.waiting(computation, blocks_thread=False):
                    leads = not await self._has_ended_async(computation)
            if leads:
                return await self._lead_async(_Turn(self._cache, computation, options, finding), factory)
            try:
                return decode(computation.result()).value
            except _AbandonedError:
                continue

    def _has_ended(self, computation: Computation) -> bool:
        """Wait for a computation; return False if the caller is to call a factory as well (WAIT-2)."""
        while not self._takes_over(computation):
            concurrent.futures.wait([computation], _patience_left(computation))
            if computation.done():
                return True
        return False

    async def _has_ended_async(self, computation: Computation) -> bool:
        ended = asyncio.wrap_future(computation)
        ended.add_done_callback(_look_at)
        while not self._takes_over(computation):
            await asyncio.wait([ended], timeout=_patience_left(computation))
            if computation.done():
                return True
        return False

    def _takes_over(self, computation: Computation) -> bool:
        with self._lock:
            if computation.done() or _patience_left(computation) > 0:
                return False
            if computation.begun >= MOST_FACTORIES:
                raise UnavailableError(
                    f"{quoted(computation.name)} is being computed by {computation.begun} callers, the last for"
                    f" {PATIENCE:.0f} s: does a factory wait for another thread that asks for the same name?"
                )
            computation.begun += 1
            computation.runs += 1
            computation.last_began = time.monotonic()
            return True

    def _find(self, name: str) -> _Finding:
        try:
            reading = self._cache.find(name)
        except UnavailableError as error:
            _LOGGER.warning("memory: %s cannot be read, computing it: %s", quoted(name), error)
            return _Finding(None, is_readable=False, is_of_s3=False)
        return _Finding(reading.copy, is_readable=True, is_of_s3=reading.source == "s3")

    def _is_due(self, copy: CachedValue) -> bool:
        """Return whether to refresh a value before its end (COMP-4).

        https://www.vldb.org/pvldb/vol8/p886-vattani.pdf, with a beta of 1.
        """
        if copy.expires_at is None or not copy.took:
            return False
        left = copy.expires_at - self._clock() * 1000
        return copy.took * -math.log(1 - self._random()) >= left

    def _join(self, name: str, looked: int) -> tuple[Computation | None, bool]:
        """Return the computation of a name and whether the caller is to do it; None to look again first."""
        with self._lock:
            running = self._running.get(name)
            if running is not None:
                return running, False
            if self._ended.get(name, 0) > looked:
                return None, False
            computation = self._running[name] = Computation(name)
            return computation, True

    def _lead(self, turn: _Turn, factory: Callable[[], Any]) -> Any:
        with self._leading(turn, blocks_thread=True):
            newest = turn.newest()
            if newest is not None:
                return turn.share(newest)
            turn.prepare()
            began = self._clock()
            try:
                value = factory()
            except Exception as error:  # noqa: BLE001 - a factory may raise anything
                return turn.keep(error, self._clock())
            turn.store(value, self._took(began))
            return value

    async def _lead_async(self, turn: _Turn, factory: Callable[[], Awaitable[Any]]) -> Any:
        with self._leading(turn, blocks_thread=False):
            newest = await asyncio.to_thread(turn.newest)
            if newest is not None:
                return turn.share(newest)
            if turn.has_tags:
                await asyncio.to_thread(turn.prepare)
            began = self._clock()
            try:
                value = await factory()
            except Exception as error:  # noqa: BLE001 - a factory may raise anything
                return turn.keep(error, self._clock())
            await asyncio.to_thread(turn.store, value, self._took(began))
            return value

    @contextmanager
    def _leading(self, turn: _Turn, *, blocks_thread: bool) -> Iterator[None]:
        """Give those who wait what a turn comes to."""
        computation = turn.computation
        try:
            with GRAPH.leading(computation, blocks_thread=blocks_thread):
                yield
                self._settle(computation, turn.document)
        except Exception as error:
            self._settle(computation, error)
            raise
        finally:
            self._leave(computation)

    def _settle(self, computation: Computation, outcome: bytes | Exception) -> None:
        """Give those who wait the outcome, if it is the first."""
        with self._lock:
            if computation.done():
                return
            if isinstance(outcome, Exception):
                computation.set_exception(outcome)
            else:
                computation.set_result(outcome)

    def _took(self, began: float) -> int:
        return max(0, round((self._clock() - began) * 1000))

    def _leave(self, computation: Computation) -> None:
        name = computation.name
        with self._lock:
            computation.runs -= 1
            if not computation.runs:
                self._settle(computation, _AbandonedError())
            if computation.done() and self._running.get(name) is computation:
                del self._running[name]
            self._ends += 1
            self._ended[name] = self._ends
            self._ended.move_to_end(name)
            if len(self._ended) > _ENDS_REMEMBERED:
                self._ended.popitem(last=False)


def _patience_left(computation: Computation) -> float:
    return computation.last_began + PATIENCE - time.monotonic()


def _look_at(future: asyncio.Future[bytes]) -> None:
    """See to it that nobody calls an error lost that others have been given."""
    if not future.cancelled():
        future.exception()
