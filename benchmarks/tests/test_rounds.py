from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.__main__ import exit_code
from benchmarks.figure import Limit, at_least, at_most

from benchmarks import rounds

if TYPE_CHECKING:
    from fake_figures import FakeFigures


def test_a_ratio_is_ours_over_the_peers(fake: FakeFigures) -> None:
    outcome = fake.measure("steady-150", "steady-100")
    assert outcome.summary is not None
    assert outcome.summary.median == pytest.approx(1.5)
    assert outcome.summary.rounds == 6
    assert outcome.verdict == "reported"


def test_a_program_of_node_is_measured_once_it_is_warm(
    fake: FakeFigures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "_WARM_SECONDS", {"node": 0.2})
    outcome = fake.measure("warming-100", "steady-100", language="node")
    assert outcome.summary is not None
    assert outcome.summary.median == pytest.approx(1)


def test_a_figure_of_how_many_times_faster_is_the_other_way_round(fake: FakeFigures) -> None:
    outcome = fake.measure("steady-100", "steady-800", at_least(8))
    assert outcome.summary is not None
    assert outcome.summary.median == pytest.approx(8)


@pytest.mark.parametrize(
    ("ours", "limit", "verdict", "code"),
    [
        ("steady-100", at_most(1.0), "reached", 0),
        ("steady-101", at_most(1.0), "short", 1),
        ("steady-100", at_least(1.0), "reached", 0),
        ("steady-101", at_least(1.0), "short", 1),
        ("restless-100", at_most(1.5), "inconclusive", 2),
        ("restless-100", at_most(9.0), "reached", 0),
        ("fails-100", at_most(9.0), "not measured", 2),
    ],
)
def test_the_exit_code_tells_what_came_of_the_limits(
    fake: FakeFigures, ours: str, limit: Limit, verdict: str, code: int
) -> None:
    outcome = fake.measure(ours, "steady-100", limit)
    assert (outcome.verdict, exit_code([outcome])) == (verdict, code)


def test_one_short_figure_outweighs_an_inconclusive_one(fake: FakeFigures) -> None:
    restless = fake.measure("restless-100", "steady-100", at_most(1.5))
    short = fake.measure("steady-200", "steady-100", at_most(1))
    assert exit_code([restless, short]) == 1


def test_what_spreads_is_measured_again(fake: FakeFigures) -> None:
    assert len(fake.measure("restless-100", "steady-100", at_most(9)).rounds) == 9
    assert len(fake.measure("steady-100", "steady-100", at_most(9)).rounds) == 6


def test_what_is_beside_is_measured_against_the_same_peer(fake: FakeFigures) -> None:
    beside = fake.measure("steady-200", "steady-100", at_most(2), ("steady-300",)).of_case("steady-300")
    assert beside is not None
    assert beside.median == pytest.approx(3)


def test_a_program_that_fails_says_why(fake: FakeFigures) -> None:
    assert fake.measure("fails-1", "steady-100").why.endswith("ended early (exit code 1): it broke")
