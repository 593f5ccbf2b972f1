"""Tries Memory Service on AWS, in a throw-away stack: says what it will do and cost, asks, does it, and deletes all."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from demos.run import say
from local_cloud import LocalCloudError

from acceptance import scenarios, walkthrough
from acceptance.account import Account
from acceptance.environment import ROOT, exported, started_here
from acceptance.errors import AcceptanceError
from acceptance.estimate import Plan
from acceptance.interrupts import ending_by_signal, held_back
from acceptance.leftovers import Leftovers
from acceptance.report import times
from acceptance.run import AcceptanceRun, Scope
from acceptance.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Sequence

_OK, _FAILED, _NOT_BEGUN = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit status: 0 accepted, 1 not, 2 not begun.

    Args:
        arguments: the command line without the program, `sys.argv` if None.
    """
    options = _options(arguments)
    try:
        with ExitStack() as opened:
            opened.enter_context(ending_by_signal())
            if options.walkthrough:
                return _walk(options.out)
            opened.enter_context(exported())
            if options.local:
                cloud = opened.enter_context(started_here())
                opened.enter_context(exported(cloud.environment()))
            return _run(Account(options.region), options)
    except (AcceptanceError, LocalCloudError) as error:
        say(f"acceptance: {error}")
    except KeyboardInterrupt:
        say("Nothing was made.")
    return _NOT_BEGUN


def _run(account: Account, options: argparse.Namespace) -> int:
    if options.delete:
        return _delete(account, options.delete)
    checks = scenarios.count(options.only)
    plan = Plan(checks, options.edge_ttl, options.rounds, options.reads, options.cold_starts)
    boundary = account.policy(options.boundary)
    if not account.is_local and not _agreed(account, plan, boundary, yes=options.yes):
        return _NOT_BEGUN
    report = AcceptanceRun(account, Scope(plan, tuple(options.only), boundary)).run()
    say(f"\n{report.markdown()}")
    say(f"Written to {report.write(options.out)} and, as JSON, beside it.")
    return _OK if report.accepted else _FAILED


def _agreed(account: Account, plan: Plan, boundary: str, *, yes: bool) -> bool:
    """Say what will happen and what it costs, and ask."""
    say(
        f"On {account.describe()}, this deploys the template as a stack memory-acceptance-…, with two\n"
        "distributions, two buckets, a signing key, layers and functions; tries and measures them; and deletes all of\n"
        "it, also if it fails or is stopped. Nothing of another name is touched. It takes about\n"
        f"{plan.minutes} minutes and costs:\n"
        f"{plan.text()}\n"
        + (
            f"No role that it makes may do more than {boundary}."
            if boundary
            else "NO BOUNDARY holds the roles that it makes: to make such roles you need what amounts to an\n"
            "administrator's permissions, and so does whatever else runs with your credentials meanwhile.\n"
            "Take an account of its own for this, or --boundary (acceptance/README.md)."
        )
    )
    if yes:
        return True
    if not sys.stdin.isatty():
        say("Nothing was made: there is nobody to ask; --yes says yes.")
        return False
    if input("Go on? [y/N] ").strip().lower() in {"y", "yes"}:
        return True
    say("Nothing was made.")
    return False


def _delete(account: Account, name: str) -> int:
    """Delete what an earlier run has left."""
    with held_back("deleting"):
        remains = Leftovers(account, Stack(account, name)).delete()
    for line in remains:
        say(f"- {line}")
    say(
        f"NOT everything of {name} is deleted."
        if remains
        else f"Nothing of {name} is left on {account.describe()}."
    )
    return _FAILED if remains else _OK


def _walk(folder: Path) -> int:
    """Time a person who follows infra/DEPLOY.md."""
    if not sys.stdin.isatty():
        raise AcceptanceError("--walkthrough times a person at a terminal, and there is none")
    timed = walkthrough.by_hand()
    text = times(timed)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(timezone.utc):%Y-%m-%d-%H%M%S}-walkthrough.md"
    path.write_text(f"# From SAR to a running demo\n\n{text}\n", encoding="utf-8")
    path.with_suffix(".json").write_text(
        json.dumps([asdict(step) for step in timed], indent=2) + "\n", encoding="utf-8"
    )
    say(f"\n{text}\n\nWritten to {path} and, as JSON, beside it.")
    return _OK if walkthrough.person(timed) <= walkthrough.A_PERSON_HAS else _FAILED


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 noxfile.py -s acceptance --", description=__doc__)
    add = parser.add_argument
    add(
        "--local",
        action="store_true",
        help="run against the local cloud, which costs nothing and needs no account",
    )
    add("--yes", action="store_true", help="do not ask")
    add("--region", help="the AWS Region; default: as for every AWS tool")
    add(
        "--boundary",
        default="",
        metavar="POLICY",
        help="a policy, by name or ARN, that bounds each role it makes",
    )
    add(
        "--out", type=Path, default=ROOT / "build" / "acceptance", metavar="DIR", help="where the report goes"
    )
    add("--edge-ttl", type=_positive, default=5, metavar="SECONDS", help="of the consistency checks; 5")
    add("--rounds", type=_positive, default=10, metavar="N", help="of each consistency check; 10")
    add("--reads", type=_positive, default=50, metavar="N", help="measured, of each kind; 50")
    add("--cold-starts", type=_positive, default=5, metavar="N", help="measured, of each function; 5")
    add("--only", action="append", default=[], metavar="GLOB", help="conformance scenarios; may be repeated")
    add("--delete", metavar="STACK", help="only delete what an earlier run has left")
    add("--walkthrough", action="store_true", help="only time a person who follows infra/DEPLOY.md by hand")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
