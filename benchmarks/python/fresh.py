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


def _loading(module: str = "sys", name: str = "") -> Callable[[], Handler]:
    """Return a start-up that imports a module, and a name of it if one is given, and whose handler does nothing."""

    def start_up() -> Handler:
        loaded = __import__(module)  # importlib is not loaded either
        if name:
            getattr(loaded, name)
        return lambda: None

    return start_up


_LOADS = {
    "bare": _loading(),
    "import": _loading("memory"),
    "import-class": _loading("memory", "MemoryService"),
    "import-requests": _loading("requests"),
}

if __name__ == "__main__":
    main(sys.argv[1])
