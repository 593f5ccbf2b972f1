"""The parts of the model where their answer is known without them; vectors.json has the whole."""

from __future__ import annotations

import math

import pytest
from memory_console.cost.hit_ratios import asked_in_epoch, told_age, traffic
from memory_console.cost.scenario import Scenario

MONTH = 730 * 3600


@pytest.mark.parametrize("rate", [0.003, 0.1, 1.0, 40.0])
@pytest.mark.parametrize("ttl", [1, 2, 5, 60])
def test_told_age_is_the_mean_of_whole_seconds(rate: float, ttl: int) -> None:
    """A cache whose copy outlived its epoch by f of a second asks at f + Exp(rate), folded into the epoch."""
    steps = 40 if rate < 1 else 2_000
    fractions = [(step + 0.5) / steps for step in range(steps)]
    folds = range(math.ceil(40 / (rate * ttl)) + 1)
    total = sum(
        age * (math.exp(-rate * (fold * ttl + age - f)) - math.exp(-rate * (fold * ttl + age + 1 - f)))
        for f in fractions
        for fold in folds
        for age in range(1, ttl)
    )

    assert told_age(rate, ttl) == pytest.approx(total / steps, rel=0.01, abs=1e-4)


def test_told_age_of_rare_gets_is_half_of_the_epoch() -> None:
    assert told_age(0.99e-4 / 60, 60) == 59 / 2
    assert told_age(1.01e-4 / 60, 60) == pytest.approx(59 / 2, rel=1e-3)


def test_busy_cache_asks_once_in_every_epoch() -> None:
    assert asked_in_epoch(1e6, 5) == pytest.approx(1, rel=1e-3)


def test_idle_cache_asks_as_often_as_it_is_asked() -> None:
    assert asked_in_epoch(1e-7, 5) == pytest.approx(5e-7, rel=1e-3)


def test_longer_edge_ttl_never_makes_more_requests() -> None:
    ratios = [
        traffic(Scenario(gets_per_month=100.0 * MONTH, edge_ttl=ttl), 730).s3_gets
        for ttl in (1, 2, 5, 30, 600)
    ]

    assert ratios == sorted(ratios, reverse=True)
