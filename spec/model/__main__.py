"""The command `python -m model`: tries to break the change record's bound, whole and with each part left out."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections import Counter
from typing import TYPE_CHECKING

from .rule import LEFT_OUT, RULE
from .trial import trial

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN = 5
_SPREAD = 1_000_000  # between the seeds of one run's trials and another's


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit status: 0 if nothing is broken and everything noticed."""
    options = _options(arguments)
    seed: int = options.seed
    _say(f"seed {seed}")
    wrong = _whole(seed, options.trials)
    for part in options.left_out or LEFT_OUT:
        found = noticed(part, seed, options.most)
        _say(
            f"{part}: noticed in trial {found}"
            if found
            else f"{part}: NOT NOTICED in {options.most:,} trials"
        )
        wrong |= not found
    return int(wrong)


def noticed(part: str, seed: int, most: int) -> int:
    """Return the number of the trial, from 1, that notices that a part is left out; 0 if none of them does."""
    rule, theme = LEFT_OUT[part]
    numbers = range(1, most + 1)
    return next((n for n in numbers if trial(seed + n, rule, theme).violations), 0)


def _whole(seed: int, trials: int) -> bool:
    counts: Counter[str] = Counter()
    broken = 0
    for number in range(1, trials + 1):
        found = trial(seed + number, RULE)
        counts += found.counts
        if found.violations or found.false_alarms:
            broken += 1
            told = found.violations or [f"{found.false_alarms} false alarms"]
            _say(f"trial of seed {seed + number}: " + "; ".join(told[:_SHOWN]))
    gets, confirmed, fresh = counts["gets"], counts["confirmed"], counts["fresh"]
    _say(f"{trials:,} trials: {gets:,} gets, {confirmed:,} confirmed, {fresh:,} fresh; {broken:,} broken")
    return broken > 0 or (trials > 0 and not confirmed)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="model", description=__doc__)
    parser.add_argument("--trials", type=int, default=2000, help="of the whole rule (default: 2,000)")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(2**32) * _SPREAD, help="of all that is random"
    )
    parser.add_argument("--most", type=int, default=2000, help="trials with a part left out (default: 2,000)")
    parser.add_argument(
        "--left-out", action="append", default=[], choices=LEFT_OUT, metavar="PART", help="only this one"
    )
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
