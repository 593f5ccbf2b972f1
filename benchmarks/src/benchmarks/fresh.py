"""Fresh processes: from the spawn to the end of the first call, at full speed and under a quota."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.errors import BenchmarkError
from benchmarks.quota import PERIOD, Quota
from benchmarks.results import Outcome
from benchmarks.worker import Program

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from benchmarks.figure import Figure, Language, Place
    from benchmarks.results import Round
    from benchmarks.rounds import Effort, Plan

# What a process waits for at the gate, to go on under the quota.
_GATES = {"quota": "handler", "quota-all": "start-up"}
# Of the quota's periods so few that it is a matter of luck into which of them a process falls.
_BRIEF = 5 * PERIOD * 1000  # nanoseconds
_BRIEF_TURNS = 12


class Life(NamedTuple):
    """Of a process the nanoseconds from its spawn, or from its gate, to `done`, and the bytes it held by then."""

    done: int
    resident: int


def measure(
    figures: Sequence[Figure],
    cases: Mapping[str, Sequence[str]],
    plan: Plan,
    effort: Effort,
    source: random.Random,
) -> Iterable[Outcome]:
    """Measure figures of fresh processes of one language at one place, in the same rounds: they share cases.

    A case that fails leaves out its own figures alone. `cases` has those that there are here, by the id of a figure.
    """
    language, place = figures[0].language, figures[0].place
    outcomes = {figure.id: Outcome(figure) for figure in figures}
    open_ = list(figures)
    failed: dict[str, str] = {}

    def try_to_live(case: str, where: Place = place) -> Life | None:
        try:
            return live(plan, language, case, where)
        except BenchmarkError as error:
            failed[case] = str(error)
            return None

    def wanted() -> list[str]:
        cases_open = dict.fromkeys(case for figure in open_ for case in cases[figure.id])
        return [case for case in cases_open if case not in failed]

    for case in wanted():  # fills the caches of the disk, and of compiled modules
        try_to_live(case, "layer" if place == "layer" else "")
    for number in range(effort.rounds + effort.more):
        lives = _round(wanted(), try_to_live, place, effort.turns, source)
        for figure in open_:
            outcome = outcomes[figure.id]
            if why := [failed[case] for case in cases[figure.id] if case in failed]:
                outcome.why = why[0]
                outcome.rounds.clear()
            else:
                outcome.rounds.append(_numbers(figure, {case: lives[case] for case in cases[figure.id]}))
        needed = number + 1 < effort.rounds
        open_ = [
            each for each in open_ if not outcomes[each.id].why and (needed or outcomes[each.id].is_restless)
        ]
        if not open_:
            break
    return outcomes.values()


def _round(
    cases: Sequence[str],
    live_once: Callable[[str], Life | None],
    place: Place,
    turns: int,
    source: random.Random,
) -> dict[str, list[Life]]:
    """Let each case live that often, in a shuffled order, and as often again where luck decides."""
    lived: list[tuple[str, Life | None]]
    if place == "quota-all":
        # They take a fourteenth of a core each, for seconds: one would idle away the time of the others.
        with ThreadPoolExecutor(max(1, len(cases))) as pool:
            order = source.sample(cases, len(cases)) * turns
            lived = list(zip(order, pool.map(live_once, order), strict=True))
    else:
        lived = [(case, live_once(case)) for _ in range(turns) for case in source.sample(cases, len(cases))]
    if place == "quota":
        brief = [case for case, life in lived[: len(cases)] if life and life.done < _BRIEF]
        more = [case for _ in range(_BRIEF_TURNS - turns) for case in source.sample(brief, len(brief))]
        lived += [(case, live_once(case)) for case in more]
    return {case: [life for one, life in lived if one == case and life] for case in cases}


def _numbers(figure: Figure, lives: Mapping[str, list[Life]]) -> Round:
    if figure.measure == "megabytes":
        return {case: statistics.median(life.resident for life in all_) for case, all_ in lives.items()}
    if figure.place in _GATES:
        # Under a quota waiting for the next period is a part of it.
        return {case: statistics.fmean(life.done for life in all_) for case, all_ in lives.items()}
    # What else runs on the machine only ever adds.
    return {case: min(life.done for life in all_) for case, all_ in lives.items()}


def live(plan: Plan, language: Language, case: str, place: Place) -> Life:
    """Let one process live."""
    gate = _GATES.get(place)
    environment = plan.environment(language, case, place) | ({"GATE": gate} if gate else {})
    with closing(Quota()) if gate else nullcontext() as quota:
        began = time.perf_counter_ns()
        with Program(plan.command(language, "fresh", case), environment) as program:
            _expect(program, "init")
            if quota is not None:
                quota.take(program.process.pid)
                began = time.perf_counter_ns()
                program.say("1")
            _expect(program, "done")
            done = time.perf_counter_ns()
            resident = int(_expect(program, "resident "))
            if program.line() or program.process.wait():
                raise program.failed("did not end well")
    return Life(done - began, resident)


def _expect(program: Program, beginning: str) -> str:
    line = program.line()
    if not line.startswith(beginning):
        raise program.failed(f"said {line!r} and not {beginning!r}" if line else "ended early")
    return line.removeprefix(beginning)
