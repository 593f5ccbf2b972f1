"""One cold process: `python fresh.py CASE`, as PROTOCOL.md says.

It loads nothing but what its case needs: each import here would be counted as the peer's as well as ours.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing's own is not loaded
if TYPE_CHECKING:
    from collections.abc import Callable

    Handler = Callable[[], object]


def main(name: str) -> None:
    """Run the start-up and the handler of a case, and wait between them as `GATE` says."""
    gate = os.environ.get("GATE")
    start_up = _LOADS.get(name)
    if start_up is None:
        from first_calls import CASES

        start_up = CASES[name]
    if gate == "start-up":
        _pass_gate()
        start_up()()
    else:
        handler = start_up()
        if gate == "handler":
            _pass_gate()
        else:
            _say("init")
        handler()
    _say("done")
    with open("/proc/self/statm", encoding="ascii") as status:  # noqa: PTH123 - pathlib is not loaded yet
        pages = int(status.read().split()[1])
    _say(f"resident {pages * os.sysconf('SC_PAGE_SIZE')}")


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def _pass_gate() -> None:
    _say("init")
    os.read(0, 1)


def _nothing() -> None:
    """Stand in for a handler that has nothing to do."""


def _bare() -> Handler:
    return _nothing


def _import() -> Handler:
    import memory  # noqa: F401 - this is what is measured

    return _nothing


def _import_class() -> Handler:
    from memory import MemoryService  # noqa: F401 - this is what is measured

    return _nothing


def _import_requests() -> Handler:
    import requests  # noqa: F401 - this is what is measured

    return _nothing


_LOADS = {
    "bare": _bare,
    "import": _import,
    "import-class": _import_class,
    "import-requests": _import_requests,
}

if __name__ == "__main__":
    main(sys.argv[1])
