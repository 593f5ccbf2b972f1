"""Which computations wait for which, in all objects of this process: none waits for itself (specification, WAIT-1)."""

from __future__ import annotations

import contextvars
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING

from memory._errors import ConfigurationError
from memory._fork import reset_in_child
from memory._names import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class EndlessWaitError(ConfigurationError, RuntimeError):
    """A call that would wait for what waits for it."""


class Computation(Future[bytes]):
    """A factory at work. Its result is a document of the value.

    Attributes:
        name: What it computes the value of.
        waits: What it waits for, as often as it does.
        runs: How many factories are at work: more than one after a long wait (WAIT-2).
        begun: How many have begun.
        last_began: When the last one did, by `time.monotonic`.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.waits: list[Computation] = []
        self.runs = self.begun = 1
        self.last_began = time.monotonic()


# What the code that runs is part of, the innermost last. Tasks and `asyncio.to_thread` hand it on, threads do not.
UNDER_WAY: contextvars.ContextVar[tuple[Computation, ...]] = contextvars.ContextVar(
    "memory_under_way", default=()
)


class WaitGraph:
    """What waits for what. There is one for the process: factories call each other through several objects."""

    def __init__(self) -> None:
        # Of the kind that a thread may take twice: a destructor may come in the middle (WIRE-8).
        self._lock = threading.RLock()
        self._led: dict[int, list[Computation]] = {}
        reset_in_child(self)

    def reset_after_fork(self) -> None:
        """Forget the parent's threads (WIRE-7)."""
        self._lock = threading.RLock()
        self._led = {}

    @contextmanager
    def leading(self, computation: Computation, *, blocks_thread: bool) -> Iterator[None]:
        """Note that this thread, or a task in it, runs a factory.

        Args:
            computation: What the factory is for.
            blocks_thread: As for `waiting`.
        """
        thread = threading.get_ident()
        with self._lock:
            waiters = self._add(computation, blocks_thread=blocks_thread)
            self._led.setdefault(thread, []).append(computation)
        token = UNDER_WAY.set((*UNDER_WAY.get(), computation))
        try:
            yield
        finally:
            UNDER_WAY.reset(token)
            with self._lock:
                _drop(waiters, computation)
                led = self._led.get(thread, [])  # none that began before a fork
                if computation in led:
                    led.remove(computation)
                if not led:
                    self._led.pop(thread, None)

    @contextmanager
    def waiting(self, computation: Computation, *, blocks_thread: bool) -> Iterator[None]:
        """Note that this code waits for a computation that others do.

        Args:
            computation: What it waits for.
            blocks_thread: Whether all that this thread does has to wait; else it is this task alone.

        Raises:
            EndlessWaitError: That waits for this code.
        """
        with self._lock:
            ring = _path(computation, self._waiters(blocks_thread=blocks_thread), set())
            if ring is not None:
                raise _endless(ring)
            waiters = self._add(computation, blocks_thread=blocks_thread)
        try:
            yield
        finally:
            with self._lock:
                _drop(waiters, computation)

    def _waiters(self, *, blocks_thread: bool) -> list[Computation]:
        """Return what has to wait if this code does."""
        here = self._led.get(threading.get_ident(), []) if blocks_thread else []
        return [*UNDER_WAY.get(), *here]

    def _add(self, computation: Computation, *, blocks_thread: bool) -> list[Computation]:
        waiters = self._waiters(blocks_thread=blocks_thread)
        for waiter in waiters:
            waiter.waits.append(computation)
        return waiters


def _drop(waiters: list[Computation], computation: Computation) -> None:
    for waiter in waiters:
        waiter.waits.remove(computation)


GRAPH = WaitGraph()


def _path(
    start: Computation, ends: Iterable[Computation], seen: set[Computation]
) -> list[Computation] | None:
    """Return what waits for what between a computation and one of others, both included."""
    if start in ends:
        return [start]
    seen.add(start)
    for awaited in start.waits:
        path = None if awaited in seen else _path(awaited, ends, seen)
        if path is not None:
            return [start, *path]
    return None


def _endless(ring: list[Computation]) -> EndlessWaitError:
    names = [quoted(computation.name) for computation in ring]
    if len(ring) > 1:
        said = " for ".join([names[-1], *names])
        return EndlessWaitError(
            f"factories wait for each other: {said}. Let one of them compute what it needs itself"
        )
    if ring[0] in UNDER_WAY.get():
        return EndlessWaitError(f"the factory of {names[0]} asks for {names[0]} itself")
    return EndlessWaitError(f"{names[0]} is being computed by this thread, which cannot wait for itself")
