"""The command `python -m benchmarks`: measures the SDKs, and can fail when they fall short."""

from __future__ import annotations

import argparse
import fnmatch
import functools
import json
import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import curves, layers, machine, report
from benchmarks.errors import BenchmarkError
from benchmarks.figure import needs
from benchmarks.figures import FIGURES
from benchmarks.rounds import Plan
from benchmarks.run import measured
from benchmarks.servers import Servers
from benchmarks.worker import FOLDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.curves import Curve, Growth
    from benchmarks.figure import Figure
    from benchmarks.results import Outcome

SHORT, INCONCLUSIVE = 1, 2
RESULTS = FOLDER.parent / "build" / "benchmarks" / "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    figures = [figure for figure in FIGURES if _is_selected(figure.id, options.only)]
    wanted = [curve for curve in curves.CURVES if _is_selected(curve.id, options.only)]
    if not (figures or wanted):
        print(f"nothing is called {' or '.join(options.only)}: --list shows the names", file=sys.stderr)
        return 1
    if options.list:
        lines = [(figure.id, figure.limit or "", figure.title) for figure in figures]
        for name, limit, title in (*lines, *((curve.id, "", curve.title) for curve in wanted)):
            print(f"{name:<32} {limit!s:<7} {title}")
        return 0
    if options.check and not options.only:
        wanted = []
    try:
        outcomes = _measured(options, figures, wanted)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return INCONCLUSIVE
    return exit_code(outcomes) if options.check else 0


def _is_selected(name: str, patterns: list[str]) -> bool:
    return not patterns or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _measured(options: argparse.Namespace, figures: list[Figure], wanted: list[Curve]) -> list[Outcome]:
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    began = time.monotonic()
    results: dict[str, Any] = {"machine": machine.description(), "seed": seed}
    outcomes: list[Outcome] = []
    grown: list[Growth] = []

    def keep(text: str) -> None:
        # After each figure: a run takes long, and what was measured should outlive one that is broken off.
        print(text, flush=True)
        results["minutes"] = round((time.monotonic() - began) / 60, 1)
        results["figures"] = [outcome.as_json() for outcome in outcomes]
        results["curves"] = [growth.as_json() for growth in grown]
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    print(f"seed {seed}; starting the servers", flush=True)
    cases = [case for figure in figures for case in figure.cases]
    cases += [case for curve in wanted for case in curve.cases(curve.points[0])]
    with Servers({needs(case) for case in cases}) as servers:
        results["versions"] = {**machine.versions(), **servers.versions}
        for why in dict.fromkeys(servers.missing.values()):
            print(why, flush=True)
        unpack = functools.cache(functools.partial(layers.unpack, servers.folder))
        plan = Plan(servers.environment, servers.trust, unpack)
        source = random.Random(seed)  # noqa: S311 - an order that can be had again
        for outcome in measured(figures, plan, servers.missing, options.rounds, source):
            outcomes.append(outcome)
            keep(report.line(outcome))
        outcomes.sort(key=lambda outcome: figures.index(outcome.figure))
        for curve in wanted:
            grown.append(curves.measure(curve, plan, servers.missing, source))
            keep(report.growth(grown[-1:]) + "\n")
    keep(report.header(results))
    if not (options.only or options.check or options.rounds):
        report.write(FOLDER / "README.md", results, outcomes, grown)
    return outcomes


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """Return 1 if a limit is not kept, else 2 if that cannot be said of one, else 0."""
    verdicts = {outcome.verdict for outcome in outcomes if outcome.figure.limit}
    if "short" in verdicts:
        return SHORT
    return INCONCLUSIVE if verdicts & {"inconclusive", "not measured"} else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nox -s benchmarks --", description=__doc__)
    checks = "exit with 1 if a limit is not kept, with 2 if that cannot be said of one; leaves out the curves"
    parser.add_argument("--check", action="store_true", help=checks)
    parser.add_argument("--only", action="append", default=[], metavar="GLOB", help="such as 'python/edge/*'")
    parser.add_argument("--rounds", type=int, help="rounds of each figure, or of each launch")
    parser.add_argument("--seed", type=int, help="of the order within each round")
    parser.add_argument("--json", type=Path, metavar="OUT", default=RESULTS, help="where the raw results go")
    parser.add_argument("--list", action="store_true", help="show what there is to measure, and its limits")
    return parser


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    # Without, whoever ends a run leaves its servers behind, and its group of the quota.
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
