"""Figures whose programs are fake."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, Limit
from benchmarks.rounds import Effort, Plan, measure

if TYPE_CHECKING:
    from benchmarks.results import Outcome

PROGRAM = Path(__file__).with_name("fake_program.py")


class FakeFigures:
    """Measures figures whose programs are fake."""

    def __init__(self, seed: int) -> None:
        self._source = random.Random(seed)
        self._plan = Plan({}, start=lambda _language, _kind, case: [sys.executable, str(PROGRAM), case])

    def measure(
        self, ours: str, over: str, limit: Limit | None = None, reported: tuple[str, ...] = ()
    ) -> Outcome:
        return self.of("python", ours, over, limit, reported)

    def of(
        self,
        language: str,
        ours: str,
        over: str,
        limit: Limit | None = None,
        reported: tuple[str, ...] = (),
    ) -> Outcome:
        figure = Figure(f"{language}/fake", "fake", ours, over, limit, reported)
        effort = Effort(launches=2, rounds=3, turns=1, more=1)
        return measure(figure, figure.cases, self._plan, effort, self._source)
