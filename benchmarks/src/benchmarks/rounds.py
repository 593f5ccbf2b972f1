"""Rounds: every case of a figure in each, in a shuffled order, so that what disturbs the machine disturbs all alike."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.errors import WorkerError
from benchmarks.results import Outcome
from benchmarks.worker import Worker, command

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from benchmarks.figure import Figure, Language, Place
    from benchmarks.results import Round

_BATCH_SECONDS = 0.020
_SLOW_SECONDS = 0.100
_MOST_OPERATIONS = 10_000_000
# V8 goes on compiling a request's path anew, to something quicker, for some thousands of them.
_WARM_SECONDS: Mapping[Language, float] = {"python": 0.0, "node": 1.0}


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    launches: int = 3  # how often warm processes are started anew, so that no single process's luck decides
    rounds: int = 5  # of each launch, if there are launches
    turns: int = 5  # how often each case runs within a round; the quickest counts
    more: int = 3  # launches, or rounds of fresh processes, that there may be while the spread is too large


class Plan:
    """How a case is started: by which command, and with which environment variables."""

    def __init__(
        self,
        given: Mapping[str, str],
        trust: Mapping[Language, Mapping[str, str]] | None = None,  # more for cases that speak TLS
        layer: Callable[[], Mapping[str, str]] = dict,  # returns more for the SDK in its layer
        start: Callable[[Language, str, str], list[str]] = command,
    ) -> None:
        self._given = given
        self._trust = trust or {}
        self._layer = layer
        self.command = start

    def environment(self, language: Language, case: str, place: Place = "") -> dict[str, str]:
        """Return what a case has in its environment besides what this process has."""
        trust = self._trust.get(language, {}) if "-tls" in case else {}
        return {**self._given, **trust, **(self._layer() if place == "layer" else {})}

    def worker(self, language: Language, case: str) -> Worker:
        """Start the program of a warm case."""
        return Worker(self.command(language, "warm", case), self.environment(language, case))


def measure(
    figure: Figure, cases: Sequence[str], plan: Plan, effort: Effort, source: random.Random
) -> Outcome:
    """Measure those cases of a warm figure that there are here; a program that fails leaves its reason."""
    outcome = Outcome(figure)
    launch = 0
    while launch < effort.launches or (launch < effort.launches + effort.more and outcome.is_restless):
        try:
            outcome.rounds += list(launched(figure.language, cases, plan, effort, source))
        except WorkerError as error:
            outcome.why = str(error)
            outcome.rounds.clear()
            break
        launch += 1
    return outcome


def launched(  # noqa: PLR0913, PLR0917 - what a launch is made of
    language: Language,
    cases: Sequence[str],
    plan: Plan,
    effort: Effort,
    source: random.Random,
    facts: dict[str, dict[str, float]] | None = None,
) -> Iterator[Round]:
    """Start the programs of all cases and yield their rounds: nanoseconds of an operation by case.

    What they say beside the time goes to `facts`, by case.
    """
    with ExitStack() as running:
        workers = {case: running.enter_context(plan.worker(language, case)) for case in cases}
        for worker in workers.values():
            worker.wait_until_ready()
        _warm(workers.values(), language)
        operations, seconds = {}, {}
        for case, worker in workers.items():
            operations[case], seconds[case] = _calibrated(worker)
        # What takes so long is its own average.
        slow = max(seconds.values()) > _SLOW_SECONDS
        for _ in range(effort.rounds):
            taken: dict[str, list[float]] = {case: [] for case in cases}
            for _ in range(1 if slow else effort.turns):
                for case in source.sample(list(cases), len(cases)):
                    taken[case].append(workers[case].run(operations[case]) / operations[case])
            # What else runs on the machine only ever adds.
            yield {case: min(times) for case, times in taken.items()}
        if facts is not None:
            facts.update({case: worker.facts for case, worker in workers.items()})


def _warm(workers: Collection[Worker], language: Language) -> None:
    """Let them run, in turns: a connection that idles meanwhile would be replaced, and compiled code with it."""
    deadline = time.monotonic() + _WARM_SECONDS[language] * len(workers)
    while time.monotonic() < deadline:
        for worker in workers:
            operations, _ = _calibrated(worker)
            worker.run(operations)


def _calibrated(worker: Worker) -> tuple[int, float]:
    """Return how many operations make a batch, and the seconds of one."""
    operations = 1
    while True:
        seconds = worker.run(operations) / 1e9
        if seconds >= _BATCH_SECONDS / 2 or operations >= _MOST_OPERATIONS:
            one = max(seconds / operations, 1e-9)
            return max(1, min(_MOST_OPERATIONS, round(_BATCH_SECONDS / one))), one
        operations = min(operations * 4, _MOST_OPERATIONS)
