"""A run: what can be measured here, each figure by its kind, and of the rest why not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks import fresh, layers, rounds
from benchmarks.figure import needs
from benchmarks.results import Outcome
from benchmarks.rounds import Effort

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.figure import Figure
    from benchmarks.rounds import Plan

_FRESH = Effort(rounds=7, turns=3, more=7)
_QUOTA = Effort(rounds=4, turns=1, more=2)


def measured(
    figures: Sequence[Figure],
    plan: Plan,
    missing: Mapping[str, str],
    fixed: int | None,
    source: random.Random,
) -> Iterator[Outcome]:
    """Measure figures and yield what was found: fresh processes last, those that share a place together.

    `missing` says why a server is not there, by its key in `BENCH`; `fixed` how many rounds there are, None for the
    usual number.
    """
    together: dict[tuple[str, str], list[Figure]] = {}
    cases: dict[str, list[str]] = {}
    for figure in figures:
        cases[figure.id], why = _possible(figure, missing)
        if figure.kind == "size":
            yield layers.measure(figure)
        elif why:
            yield Outcome(figure, why=why)
        elif figure.kind == "fresh":
            together.setdefault((figure.language, figure.place), []).append(figure)
        else:
            yield rounds.measure(figure, cases[figure.id], plan, _effort(Effort(), fixed), source)
    for (_, place), group in together.items():
        effort = _effort(_QUOTA if place.startswith("quota") else _FRESH, fixed)
        yield from fresh.measure(group, cases, plan, effort, source)


def _effort(usual: Effort, fixed: int | None) -> Effort:
    return usual if fixed is None else replace(usual, rounds=fixed)


def _possible(figure: Figure, missing: Mapping[str, str]) -> tuple[list[str], str]:
    """Return the cases that can be measured, and why the figure as a whole cannot; empty if it can."""
    if figure.language == "node" and not shutil.which("node"):
        return [], "Node is not installed"
    lacking = {case: missing[needs(case)] for case in figure.cases if needs(case) in missing}
    why = [reason for case, reason in lacking.items() if case not in figure.beside]
    return [case for case in figure.cases if case not in lacking], why[0] if why else ""
