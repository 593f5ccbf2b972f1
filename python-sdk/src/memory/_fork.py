"""What a forked process must not share with its parent: connections, locks, requests and computations (WIRE-7)."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import Any


class Forked(Protocol):
    """What has something to drop in a forked process."""

    def reset_after_fork(self) -> None:
        """Drop what belongs to the parent. There is one thread, and no lock is to be trusted."""


# A set of its own, not a WeakSet: that one keeps order with Python code, and a fork may come in the middle of it.
_objects: set[weakref.ref[Any]] = set()


def reset_in_child(of: Forked) -> None:
    """Have an object reset in each process that is forked from this one, for as long as it lives."""
    _objects.add(weakref.ref(of, _objects.discard))


def alive() -> list[Any]:
    """Return the objects that are to be reset."""
    return [of for reference in tuple(_objects) if (of := reference()) is not None]


def _reset_all() -> None:
    for of in alive():
        of.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
