"""The command `python -m history`: makes a random history with every SDK and judges it."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from conformance import sdk

from . import operation
from .client import BrokenError
from .judge import judge
from .run import Setting, staged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .run import History
    from .violation import Violation

_ROOT = Path(__file__).resolve().parents[2]
_SHOWN = 5
_HANGS = 0.02  # of the faults, in a long run
_LONG = 20_000  # operations
DECISIONS = ("accepted_by_version", "accepted_by_time", "sent_to_s3")
OF_TAGS = ("tag_reads",)
OF_THE_RECORD = ("confirmed", "records_read", "announcements", "conflicts")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit status: 0 if no guarantee is broken."""
    options = _options(arguments)
    if options.judge:
        with options.judge.open(encoding="utf-8") as lines:
            return _report(judge(operation.read(lines)))
    # Who has only the edge puts nothing by itself: the judge of reads would have nothing to judge it by.
    found = [one for one in sdk.find(options.root) if one.name != "browser"]
    sdks = sdk.chosen(found, options.sdk)
    setting = Setting(
        options.seed,
        options.operations,
        clients=options.clients,
        edge_ttl=1 if options.real_time else Setting.edge_ttl,
        jumps=not options.real_time,
        hangs=_HANGS if options.operations >= _LONG else 0.0,
        endings=0.0 if options.skew else Setting.endings,
        changes=options.changes,
        tags=options.tags,
        skew=options.skew,
    )
    _say(f"seed {setting.seed}: {setting.clients} processes each of {', '.join(one.name for one in sdks)}")
    with staged(options.root) as stage:
        try:
            history = stage.history(sdks, setting)
        except BrokenError as error:
            _say(str(error))
            return 1
    if options.keep:
        options.keep.write_text("".join(f"{line}\n" for line in operation.written(history.operations)))
    _say(summary(history))
    needed = (*DECISIONS, *(OF_THE_RECORD if setting.changes else ()), *(OF_TAGS if setting.tags else ()))
    return _report(judge(history.operations)) or _report_decisions(history, needed)


def summary(history: History) -> str:
    """Say how large a history is, and how reads came to be accepted."""
    decided = _counted(history, DECISIONS)
    done = f"{len(history.operations):,} operations in {history.seconds:.0f} s; reads of the edge {decided}"
    if any(operation.tags for operation in history.operations):
        invalidated = sum(operation.verb == "invalidate" for operation in history.operations)
        done = f"{done}; {_counted(history, OF_TAGS)}, tags invalidated {invalidated:,}"
    if not any(operation.record for operation in history.operations):
        return done
    return f"{done}; of the change record {_counted(history, OF_THE_RECORD)}"


def _counted(history: History, names: Sequence[str]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {history.stats[name]:,}" for name in names)


def _report(violations: list[Violation]) -> int:
    for violation in violations[:_SHOWN]:
        _say(str(violation))
    _say(f"{len(violations)} violations")
    return 1 if violations else 0


def _report_decisions(history: History, needed: Sequence[str]) -> int:
    never = [name for name in needed if not history.stats[name]]
    for name in never:
        _say(f"{name.replace('_', ' ')} 0: nothing is proved")
    return 1 if never else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="history", description=__doc__)
    parser.add_argument("--operations", type=int, default=3000, help="how many, about (default: 3,000)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="of all that is random")
    parser.add_argument("--clients", type=int, default=2, help="processes of each SDK (default: 2)")
    parser.add_argument("--sdk", action="append", default=[], help="only this one; may be given again")
    parser.add_argument("--real-time", action="store_true", help="time does not jump, and EDGE_TTL is 1")
    parser.add_argument(
        "--changes", action="store_true", help="with a change record, and processes that freeze and end"
    )
    parser.add_argument("--tags", action="store_true", help="with tags, which are invalidated")
    parser.add_argument(
        "--skew",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="by which the clocks of two processes in three are wrong",
    )
    parser.add_argument("--root", type=Path, default=_ROOT, help="a clone with the SDKs (default: this one)")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the history to a file")
    parser.add_argument("--judge", type=Path, metavar="FILE", help="only judge a history that was kept")
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
