"""Every case by name, each made by a function that sets it up and looks at its first result."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from cases.case import SkippedError

if TYPE_CHECKING:
    from cases.case import Make

__all__ = ["SkippedError", "find"]

_HOMES = {
    "edge": "edge",
    "edge-tls": "edge",
    "private": "edge",
    "memory": "hits",
    "put": "puts",
    "many": "many",
    "decode": "codec",
    "encode": "codec",
    "grow": "growth",
}


def find(name: str) -> Make | None:
    """Return what makes a case, None if there is none of that name.

    Only its own module is loaded: a process should hold no more than what it measures.
    """
    home = _HOMES.get(name.partition("/")[0])
    if home is None:
        return None
    cases: dict[str, Make] = importlib.import_module(f"cases.{home}").CASES
    return cases.get(name)
