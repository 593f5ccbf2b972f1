"""The model where its answer is known without it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from memory_console.cost.hit_ratios import asked_in_epoch, memory_misses, told_age, traffic
from memory_console.cost.scenario import Scenario

MONTH = 730 * 3600
ONE_NAME = Scenario(
    gets_per_month=2.0 * MONTH, names=1, functions=1, environments=1, pops=1, edge_ttl=10, memory=False
)


def test_one_cache_hits_what_comes_within_the_life_of_a_copy() -> None:
    assert traffic(ONE_NAME, 730).edge_ratio == pytest.approx(20 / 21)  # of 1 + 2 * 10 gets one is a miss


def test_without_memory_every_get_goes_to_the_edge() -> None:
    spread = traffic(ONE_NAME, 730)

    assert spread.edge_total == pytest.approx(ONE_NAME.gets_per_month)
    assert spread.memory_ratio == 0


def test_memory_of_a_single_process_leaves_the_edge_nothing_to_hit() -> None:
    spread = traffic(dataclasses.replace(ONE_NAME, memory=True), 730)

    assert spread.memory_ratio == pytest.approx(20 / 21)
    assert spread.edge_ratio == pytest.approx(0, abs=1e-9)


def test_memory_too_small_for_one_value_holds_none() -> None:
    scenario = dataclasses.replace(ONE_NAME, memory=True, value_bytes=4096, memory_bytes=4095)

    assert traffic(scenario, 730).memory_ratio == 0
    assert memory_misses(scenario, 730) == ONE_NAME.gets_per_month


def test_absent_names_pass_every_cache() -> None:
    scenario = dataclasses.replace(ONE_NAME, absent=1.0, memory=True)
    spread = traffic(scenario, 730)

    assert spread.edge_total == spread.regional_requests == spread.s3_gets == ONE_NAME.gets_per_month


def test_no_gets_make_no_requests() -> None:
    spread = traffic(dataclasses.replace(ONE_NAME, gets_per_month=0), 730)

    assert (spread.edge_total, spread.s3_gets, spread.memory_ratio, spread.edge_ratio) == (0, 0, 0, 0)


def test_each_region_asks_s3_by_itself() -> None:
    two = dataclasses.replace(ONE_NAME, gets_per_month=4.0 * MONTH, readers={"us": 0.5, "eu": 0.5})

    assert traffic(two, 730).s3_gets == pytest.approx(2 * traffic(ONE_NAME, 730).s3_gets)


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

    assert told_age(np.array([rate]), ttl) == pytest.approx(total / steps, rel=0.01, abs=1e-4)


def test_told_age_of_rare_gets_is_half_of_the_epoch() -> None:
    assert told_age(np.array([0.99e-4 / 60]), 60) == 59 / 2
    assert told_age(np.array([1.01e-4 / 60]), 60) == pytest.approx(59 / 2, rel=1e-3)


def test_busy_cache_asks_once_in_every_epoch() -> None:
    assert asked_in_epoch(np.array([1e6]), 5) == pytest.approx(1, rel=1e-3)


def test_idle_cache_asks_as_often_as_it_is_asked() -> None:
    assert asked_in_epoch(np.array([1e-7]), 5) == pytest.approx(5e-7, rel=1e-3)


def test_longer_edge_ttl_never_makes_more_requests() -> None:
    ratios = [
        traffic(Scenario(gets_per_month=100.0 * MONTH, edge_ttl=ttl), 730).s3_gets
        for ttl in (1, 2, 5, 30, 600)
    ]

    assert ratios == sorted(ratios, reverse=True)
