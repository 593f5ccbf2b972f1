"""Judges a counter: increments by one, and reads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from .knowledge import Rising
from .violation import AGE_STEP, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .knowledge import Fetches
    from .operation import Operation


def judge(operations: list[Operation], fetches: Fetches) -> Iterator[Violation]:
    """Return what is wrong with the operations on one counter, given when copies may have come to edges."""
    return _Counter(operations, fetches).violations()


class _Counter:
    def __init__(self, operations: list[Operation], fetches: Fetches) -> None:
        self._ordered = sorted(operations, key=lambda operation: operation.ended)
        increments = [operation for operation in self._ordered if operation.is_write]
        done = [operation for operation in increments if operation.outcome == "done"]
        self._begun = sorted(operation.began for operation in increments)
        self._ended = [operation.ended for operation in done]
        self._arrived = _arrived(done, fetches)
        self._fresh = max((operation.edge_ttl for operation in increments), default=0.0)
        self._own: dict[str, Rising] = defaultdict(Rising)
        self._seen: dict[str, Rising] = defaultdict(Rising)
        self._all = Rising()
        self._results: dict[int, Operation] = {}

    def violations(self) -> Iterator[Violation]:
        for operation in self._ordered:
            if operation.outcome != "done":
                continue
            number = _number(operation)
            most = bisect_right(self._begun, operation.ended)
            if number > most:
                because = f"no more than {most} increments had begun: one was counted twice"
                yield Violation("lost update", operation, because)
            elif operation.is_read:
                yield from self._read(operation, number)
            else:
                yield from self._increment(operation, number)
            known = self._seen if operation.is_read else self._own
            known[operation.service].note(operation.ended, number)
            self._all.note(operation.ended, number)

    def _increment(self, increment: Operation, number: int) -> Iterator[Violation]:
        newest = self._all.before(increment.began)
        if number in self._results:
            yield Violation("lost update", increment, f"so did {self._results[number]}")
        elif number <= newest:
            yield Violation("lost update", increment, f"the counter had been {newest:g} before")
        self._results[number] = increment

    def _read(self, read: Operation, number: int) -> Iterator[Violation]:
        least = bisect_left(self._ended, read.began)
        bound = self._fresh + AGE_STEP + (read.stale if read.source == "stale" else 0.0)
        if number < self._own[read.service].before(read.began):
            yield Violation("stale own read", read, "the same object had counted further")
        elif number < self._seen[read.service].before(read.began):
            yield Violation("backward read", read, "the same object had read more")
        elif read.consistent and number < least:
            yield Violation("lost update", read, f"{least} increments had succeeded")
        elif read.consistent and number < self._all.before(read.began):
            yield Violation("stale consistent read", read, "more had been read before")
        elif number < self._arrived.before(read.began - bound):
            yield Violation("read older than its bound", read, f"more had been counted {bound} s before")


def _arrived(done: list[Operation], fetches: Fetches) -> Rising:
    rising = Rising()
    for until, number in sorted((fetches.until(one.ended), _number(one)) for one in done):
        rising.note(until, number)
    return rising


def _number(operation: Operation) -> int:
    return operation.value if isinstance(operation.value, int) else 0
