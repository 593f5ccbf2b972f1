"""A run: selected figures and curves, each by its kind."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import curves, fresh, layers, rounds
from benchmarks.figures import needs
from benchmarks.fresh import FreshEffort
from benchmarks.results import Outcome
from benchmarks.rounds import Effort

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.curves import Curve, Growth
    from benchmarks.figures import Figure
    from benchmarks.rounds import Plan


@dataclass(frozen=True)
class Efforts:
    """How much is measured of each kind."""

    warm: Effort
    fresh: FreshEffort
    quota: FreshEffort

    @classmethod
    def of(cls, rounds: int | None) -> Efforts:
        """Return the usual efforts, or those with that many rounds."""
        if rounds is None:
            return cls(Effort(), FreshEffort(), FreshEffort(rounds=4, turns=1, more=2))
        return cls(
            Effort(rounds=rounds),
            FreshEffort(rounds=rounds),
            FreshEffort(rounds=rounds, turns=1, more=rounds),
        )


class Run:
    """Measures what can be measured here, and says of the rest why not.

    Args:
        plan: How cases are started.
        missing: Why servers are not there, by their key in `BENCH`.
        efforts: How much to measure.
        source: Shuffles.
        tell: Is told of each figure as it is done.
    """

    def __init__(
        self,
        plan: Plan,
        missing: Mapping[str, str],
        efforts: Efforts,
        source: random.Random,
        tell: Callable[[Outcome], None],
    ) -> None:
        self._plan = plan
        self._missing = missing
        self._efforts = efforts
        self._source = source
        self._tell = tell

    def figures(self, figures: Sequence[Figure]) -> list[Outcome]:
        """Measure figures and return what was found, in their order."""
        found: dict[str, Outcome] = {}
        for outcome in self._each(figures):
            found[outcome.figure.id] = outcome
            self._tell(outcome)
        return [found[figure.id] for figure in figures]

    def curves(self, wanted: Sequence[Curve]) -> Iterator[Growth]:
        """Measure curves, one after the other."""
        for curve in wanted:
            yield curves.measure(curve, self._plan, self._missing, self._source)

    def _each(self, figures: Sequence[Figure]) -> Iterator[Outcome]:
        fresh_ones: dict[tuple[str, str | None], list[Figure]] = {}
        cases: dict[str, list[str]] = {}
        for figure in figures:
            cases[figure.id], why = self._possible(figure)
            if why and figure.kind != "size":
                yield Outcome(figure, why=why)
            elif figure.kind == "size":
                yield layers.measure(figure)
            elif figure.kind == "fresh":
                fresh_ones.setdefault((figure.language, figure.gate), []).append(figure)
            else:
                yield rounds.measure(figure, cases[figure.id], self._plan, self._efforts.warm, self._source)
        for (_, gate), group in fresh_ones.items():
            effort = self._efforts.quota if gate else self._efforts.fresh
            yield from fresh.measure(group, cases, self._plan, effort, self._source)

    def _possible(self, figure: Figure) -> tuple[list[str], str]:
        """Return the cases that can be measured, and why the figure as a whole cannot; empty if it can."""
        if figure.language == "node" and not shutil.which("node"):
            return [], "Node is not installed"
        cases, why = [], ""
        for case in figure.cases:
            lacking = [key for key in needs(case) if key in self._missing]
            if not lacking:
                cases.append(case)
            elif case not in figure.reported:
                why = self._missing[lacking[0]]
        return cases, why
