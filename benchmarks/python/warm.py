"""Runs one case again and again: `python warm.py CASE`, as PROTOCOL.md says."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from cases import SkippedError, find


def _say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def main(name: str) -> None:
    """Make the case, which runs it once, then run it as often as each line of standard input says."""
    make = find(name)
    if make is None:
        sys.exit(f"there is no case {name!r}: PROTOCOL.md names them")
    try:
        case = make()
    except SkippedError as why:
        _say(skip=str(why))
        return
    _say(ready=True)
    for line in sys.stdin:
        operations = json.loads(line)["operations"]
        began = time.perf_counter_ns()
        case.run(operations)
        ended = time.perf_counter_ns()
        _say(nanoseconds=ended - began, **case.facts)


if __name__ == "__main__":
    main(sys.argv[1])
