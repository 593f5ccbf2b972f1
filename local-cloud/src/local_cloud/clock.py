"""A clock for tests: an hour passes when the test says so."""

from __future__ import annotations

import threading
import time


class FakeClock:
    """A clock that stands still until it is told to move; calling it returns the time in Unix seconds.

    It starts at the machine's time, since signatures that an SDK makes by the machine's clock must be valid
    at the edge as well.
    """

    def __init__(self, start: float | None = None) -> None:
        """Set the clock.

        Args:
            start: Unix seconds; by default the machine's time.
        """
        self._moving = threading.Lock()
        self._now = time.time() if start is None else start

    def __call__(self) -> float:
        """Return the time in Unix seconds."""
        return self._now

    def advance(self, seconds: float) -> float:
        """Let time pass and return the new time in Unix seconds.

        Args:
            seconds: How much; negative is a clock that is set back.
        """
        with self._moving:
            self._now += seconds
            return self._now

    def reset(self) -> None:
        """Set the clock to the machine's time."""
        with self._moving:
            self._now = time.time()
