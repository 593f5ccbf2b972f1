"""Leaving a failing edge alone (specification, FAIL-2)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FAILURES_TO_SKIP = 3
SKIP_SECONDS = 10.0


class Circuit:
    """Counts the edge's failures in a row, and says when to leave it alone (FAIL-2).

    Args:
        clock: Returns Unix time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        # Whoever has this decides; no lock, since a destructor may come in the middle (WIRE-8).
        self._turn: deque[None] = deque((None,))
        self._failures = 0
        self._skipping_since = 0.0

    def reset(self) -> None:
        """Count anew, in a process of one's own."""
        self._turn = deque((None,))
        self._failures = 0

    def asks(self) -> bool:
        """Return whether to ask the edge; after a while, one caller tries it again for all."""
        if self._failures < FAILURES_TO_SKIP:
            return True
        try:
            self._turn.pop()
        except IndexError:
            return False
        try:
            # Read before the clock: another thread's failure meanwhile is no clock that was set back.
            since = self._skipping_since
            if 0 <= self._clock() - since < SKIP_SECONDS:
                return False
            self._skipping_since = self._clock()
            return True
        finally:
            self._turn.append(None)

    def failed(self) -> None:
        """Note a failure."""
        self._failures += 1
        self._skipping_since = self._clock()

    def answered(self) -> None:
        """Note that the edge answered: the row of failures has ended."""
        self._failures = 0
