"""Cold processes: from the spawn to the end of the first call, at full speed and under a quota."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING

from benchmarks.errors import WorkerError
from benchmarks.quota import PERIOD, NoQuotaError, Quota
from benchmarks.results import Outcome

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from benchmarks.figures import Figure, Gate, Language
    from benchmarks.results import Round
    from benchmarks.rounds import Plan

_SECONDS = 120.0  # then something hangs
# Of the quota's periods so few that it is a matter of luck into which of them a process falls.
_BRIEF = 5 * PERIOD * 1000  # nanoseconds
_BRIEF_TURNS = 12


@dataclass(frozen=True)
class Life:
    """How long a cold process took, in nanoseconds, and what it held.

    Attributes:
        initialized: From the spawn to `init`.
        done: From the spawn to `done`; with a gate, from the gate.
        ended: From the spawn to its end.
        resident: Bytes in memory after the handler.
    """

    initialized: int
    done: int
    ended: int
    resident: int


@dataclass(frozen=True)
class FreshEffort:
    """How much is measured.

    Attributes:
        rounds: How many rounds.
        turns: How many processes of each case in a round.
        more: How many further rounds there may be while the spread is too large.
    """

    rounds: int = 7
    turns: int = 3
    more: int = 7


def measure(
    figures: Sequence[Figure],
    cases: Mapping[str, Sequence[str]],
    plan: Plan,
    effort: FreshEffort,
    source: random.Random,
) -> Iterable[Outcome]:
    """Measure figures of cold processes of one language and one gate, in the same rounds: they share cases.

    Args:
        figures: The figures.
        cases: Of each figure, by its id, those that can be measured here.
        plan: How they are started.
        effort: How much to measure.
        source: Shuffles.
    """
    language, gate = figures[0].language, figures[0].gate
    outcomes = {figure.id: Outcome(figure) for figure in figures}
    try:
        if gate:
            Quota().close()
        wanted = list(dict.fromkeys(case for figure in figures for case in cases[figure.id]))
        for case in wanted:
            live(plan, language, case, None)  # fills the caches of the disk, and of compiled modules
        open_ = list(figures)
        for number in range(effort.rounds + effort.more):
            if number >= effort.rounds:
                open_ = [figure for figure in open_ if outcomes[figure.id].is_restless]
                wanted = list(dict.fromkeys(case for figure in open_ for case in cases[figure.id]))
            if not open_:
                break
            lives = _round(wanted, partial(live, plan, language, gate=gate), gate, effort.turns, source)
            for figure in open_:
                kept = {case: lives[case] for case in cases[figure.id]}
                outcomes[figure.id].rounds.append(_numbers(figure, kept))
    except (NoQuotaError, WorkerError) as error:
        for outcome in outcomes.values():
            outcome.why = str(error)
            outcome.rounds.clear()
    return outcomes.values()


def _round(
    cases: Sequence[str],
    live_once: Callable[[str], Life],
    gate: Gate | None,
    turns: int,
    source: random.Random,
) -> dict[str, list[Life]]:
    """Let each case live that often, in a shuffled order, and as often again where luck decides."""
    if gate == "start-up":
        # They take a fourteenth of a core each, for seconds: one would idle away the time of the others.
        with ThreadPoolExecutor(len(cases)) as pool:
            order = source.sample(cases, len(cases)) * turns
            lived = list(zip(order, pool.map(live_once, order), strict=True))
    else:
        lived = [(case, live_once(case)) for _ in range(turns) for case in source.sample(cases, len(cases))]
    if gate == "handler":
        brief = [case for case, life in lived[: len(cases)] if life.done < _BRIEF]
        more = [case for _ in range(_BRIEF_TURNS - turns) for case in source.sample(brief, len(brief))]
        lived += [(case, live_once(case)) for case in more]
    return {case: [life for one, life in lived if one == case] for case in cases}


def _numbers(figure: Figure, lives: Mapping[str, list[Life]]) -> Round:
    if figure.measure == "megabytes":
        return {case: statistics.median(life.resident for life in all_) for case, all_ in lives.items()}
    if figure.gate:
        # Under a quota waiting for the next period is a part of it.
        return {case: statistics.fmean(life.done for life in all_) for case, all_ in lives.items()}
    # What else runs on the machine only ever adds.
    return {case: min(life.done for life in all_) for case, all_ in lives.items()}


def live(plan: Plan, language: Language, case: str, gate: Gate | None) -> Life:
    """Let one process live.

    Args:
        plan: How it is started.
        language: Of its program.
        case: What it runs.
        gate: Where it waits to be put under the quota; None for full speed.

    Raises:
        NoQuotaError: There is no quota to be had.
        WorkerError: It failed, or says something else than the protocol.
    """
    if gate is None:
        return _lived(plan, language, case, None, None)
    quota = Quota()
    try:
        return _lived(plan, language, case, gate, quota)
    finally:
        quota.close()


def _lived(plan: Plan, language: Language, case: str, gate: Gate | None, quota: Quota | None) -> Life:
    command = plan.command(language, "fresh", case)
    environment = {**os.environ, **plan.environment(case), **({"GATE": gate} if gate else {})}
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter_ns()
        process = subprocess.Popen(  # noqa: S603 - the harness names the programs
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=0
        )
        watchdog = threading.Timer(_SECONDS, process.kill)
        watchdog.start()
        try:
            stdin, stdout = process.stdin, process.stdout
            if stdin is None or stdout is None:
                raise TypeError("the program was started without pipes")
            with stdin, stdout:
                try:
                    _expect(stdout, b"init")
                    initialized = gated = time.perf_counter_ns()
                    if gate:
                        if quota is not None:
                            quota.take(process.pid)
                        gated = time.perf_counter_ns()
                        stdin.write(b"1")
                    _expect(stdout, b"done")
                    done = time.perf_counter_ns()
                    resident = int(_expect(stdout, b"resident ").split()[1])
                except (ValueError, OSError) as error:
                    raise _failed(process, command, errors, str(error)) from None
            if process.wait():
                raise _failed(process, command, errors, "failed")
            ended = time.perf_counter_ns()
        finally:
            watchdog.cancel()
            if process.poll() is None:
                process.kill()
                process.wait()
    return Life(initialized - began, done - (gated if gate else began), ended - began, resident)


def _expect(stdout: IO[bytes], beginning: bytes) -> bytes:
    line = stdout.readline()
    if not line.startswith(beginning):
        raise ValueError(f"said {line!r} and not {beginning!r}")
    return line


def _failed(
    process: subprocess.Popen[bytes], command: Sequence[str], errors: IO[bytes], how: str
) -> WorkerError:
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    errors.seek(0)
    said = errors.read().decode(errors="replace").strip()[-2000:]
    return WorkerError(f"{' '.join(command[-2:])} {how} (exit code {process.returncode}): {said}")
