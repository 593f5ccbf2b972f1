"""Compute if absent: one factory at a time, an early refresh by chance (specification, section 8.4)."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import math
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from memory._envelope import decode, encode
from memory._errors import AccessDeniedError, UnavailableError
from memory._names import quoted
from memory._wait_graph import GRAPH, Computation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from memory._local import CachedValue
    from memory._options import PutOptions
    from memory._reading import Reading

_LOGGER = logging.getLogger("memory")
_ENDS_REMEMBERED = 1000
PATIENCE = 10.0  # seconds, WAIT-2
MOST_FACTORIES = 10


class Cache(Protocol):
    """What computations need of a service."""

    def find(self, name: str, *, consistent: bool) -> Reading:
        """Read what is stored, from S3 itself if that is wanted."""

    def find_fresh(self, name: str) -> CachedValue | None:
        """Return the copy in memory if it may be served without asking."""

    def prepare(self, options: PutOptions) -> PutOptions:
        """Note what is known of the tags before the value is made (CTAG-12)."""

    def store(self, name: str, value: Any, options: PutOptions, took: int) -> None:
        """Put a value."""


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
                return self._lead(computation, factory, options, finding)
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
                return await self._lead_async(computation, factory, options, finding)
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
            reading = self._cache.find(name, consistent=False)
        except UnavailableError as error:
            _LOGGER.warning("memory: %s cannot be read, computing it: %s", quoted(name), error)
            return _Finding(None, is_readable=False, is_of_s3=False)
        return _Finding(reading.copy, is_readable=True, is_of_s3=reading.source == "s3")

    def _confirm(self, name: str, finding: _Finding) -> tuple[_Finding, CachedValue | None]:
        """Ask S3, unless it was S3 that was asked (COMP-5).

        Returns:
            What there is, and what makes the factory needless.
        """
        if finding.is_of_s3 or not finding.is_readable:
            return finding, None
        due = finding.copy
        try:
            newest = self._cache.find(name, consistent=True).copy
        except UnavailableError as error:
            _LOGGER.warning("memory: S3 does not say whether %s is newer: %s", quoted(name), error)
            return finding._replace(is_readable=False), due
        except AccessDeniedError:
            # Without s3:ListBucket that is S3's word for a name that is not there (CON-2).
            return finding, None
        is_other = newest is not None and (due is None or newest.version != due.version)
        return _Finding(newest, is_readable=True, is_of_s3=True), newest if is_other else None

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

    def _lead(
        self,
        computation: Computation,
        factory: Callable[[], Any],
        options: PutOptions,
        finding: _Finding,
    ) -> Any:
        try:
            with GRAPH.leading(computation, blocks_thread=True):
                finding, newest = self._confirm(computation.name, finding)
                if newest is not None:
                    return self._shared(computation, newest)
                options, finding = self._prepared(computation.name, options, finding)
                began = self._clock()
                try:
                    value = factory()
                except Exception as error:  # noqa: BLE001 - a factory may raise anything
                    return self._kept(computation, finding.copy, error)
                took = self._took(began)
                stored = self._stored(computation.name, value, options, took, finding.is_readable)
                self._settle(computation, stored)
                return value
        except Exception as error:
            self._settle(computation, error)
            raise
        finally:
            self._leave(computation)

    async def _lead_async(
        self,
        computation: Computation,
        factory: Callable[[], Awaitable[Any]],
        options: PutOptions,
        finding: _Finding,
    ) -> Any:
        try:
            with GRAPH.leading(computation, blocks_thread=False):
                name = computation.name
                finding, newest = await asyncio.to_thread(self._confirm, name, finding)
                if newest is not None:
                    return self._shared(computation, newest)
                if options.tags:
                    options, finding = await asyncio.to_thread(self._prepared, name, options, finding)
                began = self._clock()
                try:
                    value = await factory()
                except Exception as error:  # noqa: BLE001 - a factory may raise anything
                    return self._kept(computation, finding.copy, error)
                took = self._took(began)
                readable = finding.is_readable
                stored = await asyncio.to_thread(self._stored, name, value, options, took, readable)
                self._settle(computation, stored)
                return value
        except Exception as error:
            self._settle(computation, error)
            raise
        finally:
            self._leave(computation)

    def _prepared(self, name: str, options: PutOptions, finding: _Finding) -> tuple[PutOptions, _Finding]:
        """Look at the tags before the factory is called; without that nothing is put (COMP-3, CTAG-12)."""
        if options.tags and finding.is_readable:
            try:
                options = self._cache.prepare(options)
            except UnavailableError as error:
                _LOGGER.warning("memory: %s cannot be stored with its tags: %s", quoted(name), error)
                finding = finding._replace(is_readable=False)
        return options, finding

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

    def _kept(self, computation: Computation, copy: CachedValue | None, error: Exception) -> Any:
        """Return the value there is, as its refresh failed; else raise."""
        if copy is None or copy.is_expired(self._clock()):
            raise error
        _LOGGER.warning(
            "memory: refreshing %s failed, keeping the value: %r", quoted(computation.name), error
        )
        return self._shared(computation, copy)

    def _shared(self, computation: Computation, copy: CachedValue) -> Any:
        """Return the value there is, and give it to those who wait."""
        value = copy.value()
        self._settle(computation, encode(value))
        return value

    def _stored(
        self,
        name: str,
        value: Any,
        options: PutOptions,
        took: int,
        is_readable: bool,  # noqa: FBT001 - private
    ) -> bytes:
        """Put a value if that is possible, and return a document of it for those who wait."""
        document = encode(value)
        if is_readable:
            try:
                self._cache.store(name, value, options, took)
            except UnavailableError as error:
                _LOGGER.warning("memory: %s cannot be stored: %s", quoted(name), error)
        return document

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
