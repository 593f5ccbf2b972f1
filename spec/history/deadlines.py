"""Judges how long reads took (TIME-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .operation import Operation

SLACK = 5.0  # seconds: a machine may be slow


def judge(operations: Iterable[Operation]) -> Iterator[Violation]:
    """Return the reads that took longer than their object's `DEADLINE`, by a clock that nobody moves."""
    for one in operations:
        if one.verb == "get" and one.took > one.deadline + SLACK:
            because = f"it took {one.took:.1f} s, and its DEADLINE is {one.deadline:g} s"
            yield Violation("late answer", one, because)
