"""Time in a model: processes that wait, one after the other."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from itertools import count

Process = Generator[float, None, None]  # yields how many seconds it waits


class Simulation:
    """Runs processes by a clock of their own, in seconds."""

    def __init__(self, now: float, end: float) -> None:
        """Begin at one time, and run no process after the other."""
        self.now = now
        self._end = end
        self._numbers = count()
        self._waiting: list[tuple[float, int, Process]] = []

    def begin(self, process: Process, *, at: float | None = None) -> None:
        """Let a process run, now or at a later time."""
        heapq.heappush(self._waiting, (self.now if at is None else at, next(self._numbers), process))

    def run(self) -> None:
        """Run everything until the end."""
        while self._waiting and self._waiting[0][0] <= self._end:
            self.now, _, process = heapq.heappop(self._waiting)
            for pause in process:
                if pause > 0:
                    self.begin(process, at=self.now + pause)
                    break
