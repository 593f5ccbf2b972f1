"""Judges how often an edge is asked that fails: three times, and then once in a window (FAIL-2)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .operation import Operation

FAILURES = 3  # in a row, after which the edge is left alone
WINDOW = 10.0  # seconds for which it is


def judge(operations: list[Operation]) -> Iterator[Violation]:
    """Return the reads that asked an edge which should have been left alone.

    Args:
        operations: of which those that say how often an edge was asked were made while every edge failed, one step of
            one object after the other.
    """
    by_object: dict[str, list[Operation]] = defaultdict(list)
    for one in sorted(operations, key=lambda one: one.began):
        if one.asked is not None:
            by_object[one.service].append(one)
    for steps in by_object.values():
        yield from _judge(steps)


def _judge(steps: list[Operation]) -> Iterator[Violation]:
    failures, last = 0, float("-inf")
    for step in steps:
        asked = step.asked or 0
        if failures >= FAILURES:
            # Whoever asks counts the window from the failure, which came while that step was under way.
            most = 0 if step.ended < last + WINDOW else 1
            if asked > most:
                since = f"{failures} requests had failed, the last one after {last:.3f}"
                yield Violation("edge asked too often", step, f"it asked {asked} times; {since}")
        if asked:
            failures, last = failures + asked, step.began
