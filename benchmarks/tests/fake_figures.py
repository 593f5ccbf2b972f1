"""Figures whose programs are fake."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figure import Figure, Limit
from benchmarks.rounds import Effort, Plan, measure

from benchmarks import fresh

if TYPE_CHECKING:
    from benchmarks.results import Outcome

PROGRAM = Path(__file__).with_name("fake_program.py")


class FakeFigures:
    """Measures figures whose programs are fake."""

    def __init__(self, seed: int) -> None:
        self._source = random.Random(seed)
        self._plan = Plan({}, start=lambda _language, kind, case: [sys.executable, str(PROGRAM), kind, case])
        self._effort = Effort(launches=2, rounds=3, turns=1, more=1)

    def measure(
        self,
        ours: str,
        over: str,
        limit: Limit | None = None,
        beside: tuple[str, ...] = (),
        language: str = "python",
    ) -> Outcome:
        figure = Figure(f"{language}/fake", limit, ours, over, "fake", beside)
        return measure(figure, figure.cases, self._plan, self._effort, self._source)

    def live(self, *figures: Figure) -> list[Outcome]:
        cases = {figure.id: figure.cases for figure in figures}
        return [*fresh.measure(figures, cases, self._plan, self._effort, self._source)]
