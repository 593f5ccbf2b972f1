from __future__ import annotations

import pytest
from benchmarks.figure import at_most
from benchmarks.statistics import Summary, verdict


def test_a_summary_is_the_median_and_the_quarters() -> None:
    assert Summary.of([5.0, 1.0, 3.0, 2.0, 4.0]) == Summary(3.0, 2.0, 4.0, 1.0, 5.0, 5)
    assert Summary.of([7.0]) == Summary(7.0, 7.0, 7.0, 7.0, 7.0, 1)


def test_one_outlier_is_no_spread() -> None:
    summary = Summary.of([1.0, 1.0, 1.0, 1.0, 90.0])
    assert summary is not None
    assert summary.spread() == 0


@pytest.mark.parametrize(("high", "said"), [(1.09, "reached"), (1.11, "inconclusive")])
def test_a_spread_of_more_than_a_tenth_says_nothing(high: float, said: str) -> None:
    assert verdict(Summary(1.0, 1.0, high, 1.0, 3.0, 9), at_most(2)) == said


@pytest.mark.parametrize(("least", "most", "said"), [(0.5, 1.9, "reached"), (2.1, 9.0, "short")])
def test_a_spread_says_nothing_only_where_rounds_are_on_both_sides_of_the_limit(
    least: float, most: float, said: str
) -> None:
    middle = (least + most) / 2
    assert verdict(Summary(middle, least, most, least, most, 9), at_most(2)) == said


def test_the_spread_of_a_small_difference_is_a_part_of_its_limit() -> None:
    nearly_nothing = Summary(0.1, 0.0, 0.9, 0.0, 16.0, 9)
    assert verdict(nearly_nothing, at_most(15)) == "inconclusive"
    assert verdict(nearly_nothing, at_most(15), scale=15) == "reached"
