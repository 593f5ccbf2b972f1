"""Command: `python -m docs python-sdk/src memory python-sdk/API.md`; with `--check` it only compares."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from docs.page import page


def main() -> int:
    """Write the page, or say that it is out of date."""
    parser = argparse.ArgumentParser(prog="docs", description=__doc__)
    parser.add_argument("source", type=Path, help="folder that holds the package")
    parser.add_argument("package", help="name of the package")
    parser.add_argument("out", type=Path, help="the page")
    parser.add_argument("--check", action="store_true", help="fail if the page is not what it would be now")
    arguments = parser.parse_args()
    text = page(arguments.source, arguments.package)
    if not arguments.check:
        arguments.out.write_text(text, encoding="utf-8")
        return 0
    if arguments.out.exists() and arguments.out.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{arguments.out} is out of date: run python3 noxfile.py -s docs\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
