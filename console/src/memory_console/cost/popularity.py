"""How the gets spread over the names: Zipf's law, in groups, so that a billion names cost no more than a thousand.

Name number k (the most popular is 1) gets a share proportional to k to the power of minus `exponent`. The first
names stand alone. The others are taken together in groups that grow by 3 % each; within one the popularity hardly
differs, and every name is given the group's mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_ALONE = 200
_GROWTH = 1.03

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Popularity:
    """Groups of names that are about equally popular, the most popular first.

    Attributes:
        names: how many names each group has.
        shares: the share of all gets that one name of each group receives.
    """

    names: Floats
    shares: Floats


@lru_cache
def zipf(names: int, exponent: float) -> Popularity:
    """Spread the gets over `names` names; an exponent of 0 makes all equally popular.

    Returns:
        The groups; their names times their shares add up to 1.
    """
    firsts, lasts = list(range(1, min(names, _ALONE) + 1)), list(range(1, min(names, _ALONE) + 1))
    first = _ALONE + 1
    while first <= names:
        last = min(names, max(first, int(first * _GROWTH)))
        firsts.append(first)
        lasts.append(last)
        first = last + 1
    low, high = np.array(firsts, dtype=np.float64), np.array(lasts, dtype=np.float64)
    counts = high - low + 1
    alone = low**-exponent
    together = _area(low - 0.5, high + 0.5, exponent) / counts
    weights = np.where(counts == 1, alone, together)
    return Popularity(counts, weights / float(np.sum(counts * weights)))


def _area(low: Floats, high: Floats, exponent: float) -> Floats:
    """The integral of k ** -exponent: the mean over a group stands for each of its names."""
    if abs(exponent - 1) < 1e-9:  # noqa: PLR2004 - the integral of 1/k has a form of its own
        return np.log(high / low)
    return (high ** (1 - exponent) - low ** (1 - exponent)) / (1 - exponent)
