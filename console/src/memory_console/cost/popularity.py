"""How the gets spread over the names: Zipf's law, in groups, so that a billion names cost no more than a thousand.

Name number k (the most popular is 1) gets a share proportional to k to the power of minus `exponent`. The first
names stand alone. The others are taken together in groups that grow by 3 % each; within one the popularity hardly
differs, and every name is given the group's mean.
"""

from __future__ import annotations

import math
from functools import lru_cache

_ALONE = 200
_GROWTH = 1.03

#: How many names there are in a group, and the share of all gets that each of them receives.
Group = tuple[int, float]


@lru_cache
def zipf(names: int, exponent: float) -> list[Group]:
    """Spread the gets over `names` names, the most popular first; an exponent of 0 makes all equally popular.

    Returns:
        The groups; their names times their shares add up to 1.
    """
    weights = [(1, rank**-exponent) for rank in range(1, min(names, _ALONE) + 1)]
    first = _ALONE + 1
    while first <= names:
        last = min(names, int(first * _GROWTH))
        count = last - first + 1
        weights.append((count, _area(first - 0.5, last + 0.5, exponent) / count))
        first = last + 1
    total = sum(count * weight for count, weight in weights)
    return [(count, weight / total) for count, weight in weights]


def _area(low: float, high: float, exponent: float) -> float:
    """The integral of k ** -exponent: its mean over a group stands for each of the names."""
    if abs(exponent - 1) < 1e-9:  # noqa: PLR2004 - the integral of 1/k has a form of its own
        return math.log(high / low)
    area: float = (high ** (1 - exponent) - low ** (1 - exponent)) / (1 - exponent)
    return area
