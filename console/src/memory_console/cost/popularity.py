"""How the gets spread over the names: Zipf's law, in groups, so that a billion names cost no more than a thousand.

Name number k (the most popular is 1) gets a share proportional to k to the power of minus `exponent`. The first
names stand alone. The others are taken together in groups that grow by 3 % each; within one the popularity hardly
differs, and every name is given the group's mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

_ALONE = 200
_GROWTH = 1.03


@dataclass(frozen=True)
class Group:
    """Names that are about equally popular.

    Attributes:
        names: how many they are.
        share: the share of all gets that one of them receives.
    """

    names: int
    share: float


@lru_cache
def zipf(names: int, exponent: float) -> tuple[Group, ...]:
    """Spread the gets over `names` names; an exponent of 0 makes all equally popular.

    Returns:
        The groups, most popular first; their names times their shares add up to 1.
    """
    spans = [(rank, rank) for rank in range(1, min(names, _ALONE) + 1)]
    first = _ALONE + 1
    while first <= names:
        last = min(names, max(first, math.floor(first * _GROWTH)))
        spans.append((first, last))
        first = last + 1
    weights = [(last - first + 1, _mean_weight(first, last, exponent)) for first, last in spans]
    total = sum(count * weight for count, weight in weights)
    return tuple(Group(count, weight / total) for count, weight in weights)


def _mean_weight(first: int, last: int, exponent: float) -> float:
    """The mean of k ** -exponent from first to last: exact for one name, by the integral for more."""
    if first == last:
        return float(first**-exponent)
    low, high = first - 0.5, last + 0.5
    if abs(exponent - 1) < 1e-9:  # noqa: PLR2004 - the integral of 1/k has a form of its own
        area = math.log(high / low)
    else:
        area = (high ** (1 - exponent) - low ** (1 - exponent)) / (1 - exponent)
    return area / (last - first + 1)
