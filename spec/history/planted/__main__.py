"""The command `python -m history.planted`: plants every fault and fails unless histories show each."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from history.planted import SDKS, faults_of, find_fault
from history.run import staged

_ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Do what the command line says and return the exit status: 0 if every fault was found."""
    parser = argparse.ArgumentParser(prog="history.planted", description=__doc__)
    parser.add_argument("sdks", nargs="*", metavar="sdk", help=f"{', '.join(SDKS)} (default: both)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only faults with this text in their name")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="of the histories")
    options = parser.parse_args()
    if unknown := set(options.sdks) - set(SDKS):
        parser.error(f"no such SDK: {', '.join(sorted(unknown))}")
    missed = 0
    with staged(_ROOT) as stage:
        for sdk in options.sdks or SDKS:
            for fault in faults_of(sdk):
                if options.only not in fault.name:
                    continue
                found = find_fault(stage, sdk, fault, options.seed)
                missed += found is None
                how = (
                    f"found after {found.operations:,} operations, seed {found.seed}: {found.violation}"
                    if found
                    else f"NOT FOUND, seed {options.seed}"
                )
                sys.stdout.write(f"{sdk}: {fault.name}: {how}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{missed} were not found\n" if missed else "Every fault was found.\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
