"""The time of a test."""

from __future__ import annotations

import time


class Clock:
    """Unix time in seconds, which passes when told to.

    Args:
        now: The present, at which it stands still; None goes with the machine's time.
    """

    def __init__(self, now: float | None = None) -> None:
        self._now = now
        self._ahead = 0.0

    def __call__(self) -> float:
        """Return the present."""
        return (time.time() if self._now is None else self._now) + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass, for services as well as for S3 and the edges.

        Args:
            seconds: How much.
        """
        self._ahead += seconds
