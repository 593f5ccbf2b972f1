from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figure import Figure, at_most

if TYPE_CHECKING:
    from fake_figures import FakeFigures


def _figure(name: str, ours: str) -> Figure:
    return Figure(
        f"python/{name}", at_most(2), ours, "steady-1000000", name, kind="fresh", measure="megabytes"
    )


def test_a_process_is_measured_in_each_round(fake: FakeFigures) -> None:
    (outcome,) = fake.live(_figure("memory", "steady-3500000"))
    assert (outcome.verdict, len(outcome.rounds)) == ("short", 3)
    assert outcome.summary is not None
    assert outcome.summary.median == 2.5


def test_a_case_that_fails_leaves_out_its_own_figures_alone(fake: FakeFigures) -> None:
    good, bad = fake.live(_figure("good", "steady-2000000"), _figure("bad", "fails"))
    assert (good.verdict, good.why) == ("reached", "")
    assert bad.verdict == "not measured"
    assert "fails said 'oh\\n' and not 'done'" in bad.why
