"""The command `python -m benchmarks`: measures the SDKs, and can fail when they fall short."""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import curves, machine, report
from benchmarks.errors import BenchmarkError
from benchmarks.figures import selected
from benchmarks.rounds import Plan
from benchmarks.run import Efforts, Run
from benchmarks.servers import Servers
from benchmarks.worker import FOLDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.curves import Growth
    from benchmarks.results import Outcome

SHORT, INCONCLUSIVE = 1, 2
RESULTS = FOLDER.parent / "build" / "benchmarks" / "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    figures, wanted = selected(options.only), curves.selected(options.only)
    if not (figures or wanted):
        print(f"nothing is called {' or '.join(options.only)}: --list shows the names", file=sys.stderr)
        return 1
    if options.list:
        for figure in figures:
            print(f"{figure.id:<32} {figure.limit or ''!s:<7} {figure.title}")
        for curve in wanted:
            print(f"{curve.id:<32} {'':<7} {curve.title}")
        return 0
    if options.check and not options.only:
        wanted = []
    try:
        results, outcomes, grown = _measured(options, figures, wanted)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return INCONCLUSIVE
    if not options.only and not options.check and options.rounds is None:
        report.write(FOLDER / "README.md", results, grown)
    return exit_code(outcomes) if options.check else 0


def _measured(
    options: argparse.Namespace, figures: Sequence[Any], wanted: Sequence[Any]
) -> tuple[dict[str, Any], list[Outcome], list[Growth]]:
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    began = time.monotonic()
    results: dict[str, Any] = {"machine": machine.description(), "seed": seed, "figures": [], "curves": []}

    def keep() -> None:
        # After each figure: a run takes long, and what was measured should outlive one that is broken off.
        results["minutes"] = round((time.monotonic() - began) / 60, 1)
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def tell(outcome: Outcome) -> None:
        print(report.line(outcome.as_json()), flush=True)
        results["figures"].append(outcome.as_json())
        keep()

    print(f"seed {seed}; starting the servers", flush=True)
    with Servers() as servers:
        results["versions"] = {**machine.versions(), **servers.versions}
        for why in dict.fromkeys(servers.missing.values()):
            print(why, flush=True)
        plan = Plan(servers.environment, servers.bench.get("edge", {}).get("ca"))
        source = random.Random(seed)  # noqa: S311 - an order that can be had again
        run = Run(plan, servers.missing, Efforts.of(options.rounds), source, tell)
        outcomes = run.figures(figures)
        results["figures"] = [outcome.as_json() for outcome in outcomes]
        grown = []
        for growth in run.curves(wanted):
            grown.append(growth)
            results["curves"].append(growth.as_json())
            print(report.growth([growth]) + "\n", flush=True)
            keep()
        keep()
    print(report.header(results))
    return results, outcomes, grown


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """Return 1 if a limit is not kept, else 2 if that cannot be said of one, else 0."""
    verdicts = {outcome.verdict for outcome in outcomes if outcome.figure.limit}
    if "short" in verdicts:
        return SHORT
    return INCONCLUSIVE if verdicts & {"inconclusive", "not measured"} else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nox -s benchmarks --", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit with 1 if a limit is not kept, with 2 if that cannot be said of one; leaves out the curves",
    )
    parser.add_argument("--only", action="append", default=[], metavar="GLOB", help="such as 'python/edge/*'")
    parser.add_argument("--rounds", type=int, help="rounds of each figure, or of each launch")
    parser.add_argument("--seed", type=int, help="of the order within each round")
    parser.add_argument("--json", type=Path, metavar="OUT", default=RESULTS, help=f"default: {RESULTS}")
    parser.add_argument("--list", action="store_true", help="show what there is to measure, and its limits")
    return parser


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    # Without, whoever ends a run leaves its servers behind, and its group of the quota.
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
