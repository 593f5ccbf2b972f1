"""Waiting without holding a lock, so that a destructor or a signal's handler may come at any moment (WIRE-8)."""

from __future__ import annotations

import time
from _thread import allocate_lock
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _thread import LockType


_LONGEST_SECONDS = 86_400.0  # a lock takes no time that is infinite


class WaitQueue:
    """Lets threads wait until something has happened.

    `threading.Event`, `Condition` and `Semaphore` hold a lock while Python code runs: a collection there, of an
    object whose destructor waits for the same, would wait for its own thread. Here every step is one of C's.
    """

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: deque[LockType] = deque()

    def wait(self, has_happened: Any, deadline: float) -> bool:
        """Wait until it has happened.

        Args:
            has_happened: Called again after each `wake`; it may take what it waits for.
            deadline: When to give up, by `time.monotonic`.

        Returns:
            What `has_happened` returned last.
        """
        while not has_happened():
            waiter = allocate_lock()
            waiter.acquire()
            self._waiting.append(waiter)
            # Whoever has woken the others before this one was there is not to be waited for.
            if has_happened():
                self._leave(waiter)
                return True
            left = deadline - time.monotonic()
            if left <= 0 or not waiter.acquire(timeout=min(left, _LONGEST_SECONDS)):
                self._leave(waiter)
                return bool(has_happened())
        return True

    def wake_one(self) -> None:
        """Let one of those who wait look again."""
        try:
            self._waiting.popleft().release()
        except IndexError:
            return

    def wake_all(self) -> None:
        """Let all who wait look again, each once: one who has to wait on is not waited for."""
        for _ in range(len(self._waiting)):
            self.wake_one()

    def _leave(self, waiter: LockType) -> None:
        """Leave, and if it was woken in this moment, hand that on."""
        try:
            self._waiting.remove(waiter)
        except ValueError:
            self.wake_one()
