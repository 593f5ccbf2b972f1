"""Builds the layers' zip files and says how large they are."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .build import DEPLOYED, FAILURES, NAMES, RELEASED, build

_ROOT = Path(__file__).resolve().parents[3]


def main(arguments: list[str] | None = None, root: Path = _ROOT) -> int:
    """Build what the command line asks for and return the exit code.

    Args:
        arguments: the command line without the program, `sys.argv` if None.
        root: the repository, which the SDKs and the lock files are taken from.
    """
    parser = argparse.ArgumentParser(prog="layers", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder for the zip files")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=NAMES,
        default=DEPLOYED,
        metavar="LAYER",
        help=f"build these alone: python, nodejs, browser-demo, cryptography (for this machine), or as {RELEASED[-1]}",
    )
    parser.add_argument("--stale", action="store_true", help="build only what its sources have changed since")
    options = parser.parse_args(arguments)
    try:
        build(options.only, options.out, root, say=print, stale_only=options.stale)
    except FAILURES as error:
        print(f"layers: {error}", file=sys.stderr)  # noqa: T201 talks to who started it
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
