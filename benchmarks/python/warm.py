"""Runs one case again and again: `python warm.py CASE`, as PROTOCOL.md says."""

from __future__ import annotations

import importlib
import json
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cases.case import Make

_HOMES = {
    "reads": ("edge/", "edge-tls/", "private/", "many/", "grow/read", "grow/plain-read", "grow/concurrent"),
    "hits": ("memory/", "grow/memory", "grow/names"),
    "puts": ("put/", "grow/put"),
    "codec": ("decode/", "encode/", "grow/depth"),
}


def _find(name: str) -> Make:
    """Return what makes a case. Only its own module is loaded: a process should hold no more than it measures."""
    for home, beginnings in _HOMES.items():
        if name.startswith(beginnings):
            cases: dict[str, Make] = importlib.import_module(f"cases.{home}").CASES
            if name in cases:
                return cases[name]
    sys.exit(f"there is no case {name!r}: PROTOCOL.md names them")


def _say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def main(name: str) -> None:
    """Make the case, which runs it once, then run it as often as each line of standard input says."""
    case = _find(name)()
    _say(ready=True)
    for line in sys.stdin:
        operations = json.loads(line)["operations"]
        began = time.perf_counter_ns()
        case.run(operations)
        ended = time.perf_counter_ns()
        _say(nanoseconds=ended - began, **case.facts)


if __name__ == "__main__":
    main(sys.argv[1])
