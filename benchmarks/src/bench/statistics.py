"""Medians, their spread, and what they say about a limit."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.figures import Limit

MOST_SPREAD = 0.10

Verdict = Literal["reached", "short", "inconclusive", "not measured", "reported"]


@dataclass(frozen=True)
class Summary:
    """Several measurements of the same thing.

    Attributes:
        median: The middle one.
        low: A quarter of them are below.
        high: A quarter of them are above.
        rounds: How many there are.
    """

    median: float
    low: float
    high: float
    rounds: int

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Summary:
        """Return the summary of at least one number."""
        if len(numbers) == 1:
            return cls(numbers[0], numbers[0], numbers[0], 1)
        low, median, high = statistics.quantiles(numbers, n=4, method="inclusive")
        return cls(median, low, high, len(numbers))

    def spread(self, scale: float | None = None) -> float:
        """Return the distance of the quarters, as a part of the median or of another scale."""
        base = abs(self.median if scale is None else scale)
        return (self.high - self.low) / base if base else float(self.high > self.low)


def verdict(summary: Summary, limit: Limit | None, scale: float | None = None) -> Verdict:
    """Return what a summary says about a limit.

    Args:
        summary: Of the rounds.
        limit: None for a figure that is only reported.
        scale: What the spread is a part of; the median without. A difference of two times spreads as they do, however
            small it is itself: its scale is the limit, so that the spread says how much of it is in doubt.
    """
    if limit is None:
        return "reported"
    if summary.spread(scale) > MOST_SPREAD:
        return "inconclusive"
    return "reached" if limit.allows(summary.median) else "short"
