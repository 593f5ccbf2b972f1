"""Medians, their spread, and what they say about a limit."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.figure import Limit

MOST_SPREAD = 0.10

Verdict = Literal["reached", "short", "inconclusive", "not measured", "reported"]


@dataclass(frozen=True)
class Summary:
    """Several measurements of the same thing: a quarter of them are below `low`, and a quarter above `high`."""

    median: float
    low: float
    high: float
    least: float
    most: float
    rounds: int

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Summary | None:
        """Return the summary of numbers; None if there are none."""
        if not numbers:
            return None
        enough = numbers if len(numbers) > 1 else [*numbers, *numbers]  # quarters take two
        low, median, high = statistics.quantiles(enough, n=4, method="inclusive")
        return cls(median, low, high, min(numbers), max(numbers), len(numbers))

    def spread(self, scale: float | None = None) -> float:
        """Return the distance of the quarters, as a part of the median or of another scale."""
        base = abs(self.median if scale is None else scale)
        return (self.high - self.low) / base if base else float(self.high > self.low)

    def is_restless(self, scale: float | None = None) -> bool:
        """Return whether the spread asks for more rounds."""
        return self.spread(scale) > MOST_SPREAD


def verdict(summary: Summary, limit: Limit | None, scale: float | None = None) -> Verdict:
    """Return what a summary says about a limit, None for a figure that is only reported.

    The spread is a part of the median, or of a scale: a difference of two times spreads as they do, however small it is
    itself, so its scale is the limit.
    """
    if limit is None:
        return "reported"
    # However restless: where every round is on one side of the limit, no luck decides on which the figure is.
    if summary.is_restless(scale) and limit.allows(summary.least) != limit.allows(summary.most):
        return "inconclusive"
    return "reached" if limit.allows(summary.median) else "short"
