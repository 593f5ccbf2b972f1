"""What is known at a time: the greatest of what had been learnt before."""

from __future__ import annotations

from bisect import bisect_left


class Rising:
    """A bound that only rises: it is noted in the order of time, and asked for any time."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._bounds: list[float] = []

    def note(self, time: float, bound: float) -> None:
        """Learn a bound; no earlier time than before."""
        if not self._bounds or bound > self._bounds[-1]:
            self._times.append(time)
            self._bounds.append(bound)

    def before(self, time: float) -> float:
        """Return the greatest bound that was noted before a time, or minus infinity."""
        known = bisect_left(self._times, time)
        return self._bounds[known - 1] if known else float("-inf")


class Fetches:
    """When copies may have arrived at an edge: the answer to a read may reach it as late as the read ended."""

    def __init__(self, reads: list[tuple[float, float]]) -> None:
        """Take when each read of the name began and ended."""
        self._ends = Rising()
        for began, ended in sorted(reads):
            self._ends.note(began, ended)

    def arrived(self, since: float, sent: float) -> bool:
        """Return whether what S3 had sent before a time may have arrived since another.

        Args:
            since: the earliest arrival.
            sent: the latest time at which S3 sent it.
        """
        return self._ends.before(sent) >= since

    def until(self, time: float) -> float:
        """Return the latest arrival of what S3 had sent up to a time."""
        return max(time, self._ends.before(time))
