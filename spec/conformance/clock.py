"""The scenarios' clock, which S3, the edge and the SDKs go by."""

from __future__ import annotations

import time

_FRACTION = 0.25  # of a second: what rounds to whole ones must round the right way


class Clock:
    """A clock that stands still but for what a scenario waits, so that a slow machine changes nothing.

    Attributes:
        now: the time in Unix seconds.
    """

    def __init__(self) -> None:
        """Set it to about the machine's time."""
        self.now = 0.0
        self.begin()

    def begin(self) -> None:
        """Set it to about the machine's time again."""
        self.now = int(time.time()) + _FRACTION

    def __call__(self) -> float:
        """Return the time in Unix seconds."""
        return self.now
