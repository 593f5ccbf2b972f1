"""Judges a register: puts, with conditions and without, removals and reads."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from . import conditions
from .knowledge import Fetches, Rising
from .violation import AGE_STEP, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .operation import Operation
    from .tags import Tags
    from .violation import Rule

_NEVER = float("inf")


class State(NamedTuple):
    """A state of the register.

    Attributes:
        earliest: when it began to be, at the earliest.
        latest: the same at the latest.
        fresh: for how many seconds copies of it are fresh.
        words: what made it.
        ended: of a value that has expired since, or was invalidated, which is a miss: when it did, at the earliest.
        is_invalidated: whether that is why.
    """

    earliest: float
    latest: float
    fresh: float
    words: str
    ended: float = -_NEVER
    is_invalidated: bool = False


def judge(operations: list[Operation], fetches: Fetches, tags: Tags) -> list[Violation]:
    """Return what is wrong with the operations on one register, in the order in which they ended.

    Args:
        operations: on the register.
        fetches: when copies may have come to edges, its own or of a change record.
        tags: says what was invalidated.
    """
    told = [conditions.in_doubt(operation, operations) for operation in operations]
    return [*_Register(told, fetches, tags).violations(), *conditions.judge(told, tags)]


class _Register:
    def __init__(self, operations: list[Operation], fetches: Fetches, tags: Tags) -> None:
        self._tags = tags
        self._operations = sorted(operations, key=lambda operation: operation.ended)
        self._writes = writes = [operation for operation in operations if operation.is_write]
        self._puts = {write.value: write for write in writes if write.verb != "remove"}
        self._refused = {one.value for one in operations if one.verb != "get" and not one.is_write}
        self._ends = [State(-_NEVER, -_NEVER, 0.0, "before the first put")]
        self._ends += [State(one.began, one.latest, 0.0, str(one)) for one in writes if one.verb == "remove"]
        self._ends += [_state(one)._replace(ended=_expiry(one)) for one in writes if one.ttl is not None]
        self._ends += [
            _state(one)._replace(ended=ended, is_invalidated=True)
            for one in writes
            if (ended := tags.may_end(one)) < _NEVER
        ]
        self._reads = _reads(operations)
        self._looks = _looks(operations)
        self._replaced = _Replaced(writes, fetches)
        self._own: dict[str, Rising] = defaultdict(Rising)
        self._seen: dict[str, Rising] = defaultdict(Rising)
        self._all = Rising()

    def violations(self) -> Iterator[Violation]:
        for operation in self._operations:
            if operation.is_read:
                yield from self._read(operation)
            elif operation.verb != "get" and operation.outcome == "done":
                self._own[operation.service].note(operation.ended, operation.began)
                self._all.note(operation.ended, operation.began)

    def _read(self, read: Operation) -> Iterator[Violation]:
        states = self._states(read)
        if not states:
            refused = ", whose put had been refused" if read.value in self._refused else ""
            yield Violation("read of what nobody wrote", read, f"nobody has put that{refused}")
            return
        complaints = [self._complaint(read, state) for state in states]
        plausible = [state for state, complaint in zip(states, complaints, strict=True) if complaint is None]
        if plausible:
            known = min(state.earliest for state in plausible)
            self._seen[read.service].note(read.ended, known)
            self._all.note(read.ended, known)
            yield from self._tags.violations(read)
        elif complaints[-1]:
            yield self._named(complaints[-1])

    def _named(self, complaint: Violation) -> Violation:
        """Say more of the miss of a value with tags."""
        read = complaint.operation
        done = [one for one in self._writes if one.outcome == "done" and one.ended < read.began]
        newest = max(done, key=lambda one: one.ended, default=None)
        if read.value is not None or newest is None or not newest.tags:
            return complaint
        return complaint._replace(rule="miss without an invalidation")

    def _states(self, read: Operation) -> list[State]:
        """Return the states that the read may have seen, the most plausible last."""
        if read.value is None:
            return sorted(miss for miss in self._ends if max(miss.earliest, miss.ended) <= read.ended)
        put = self._puts.get(read.value)
        return [_state(put)] if put else []

    def _complaint(self, read: Operation, state: State) -> Violation | None:
        rule, known = self._older(read, state)
        if rule:
            return Violation(rule, read, f"it is of {state.words}; newer was known: since {known:.3f}")
        if state.earliest > read.ended:
            return Violation("read of what nobody wrote", read, f"it was not there before {state.words}")
        put = self._puts.get(read.value) if read.value is not None else None
        if put and put.ttl is not None and read.began > put.ended + put.ttl:
            return Violation("read past its expiry", read, f"it had ended {put.ttl} s after {put}")
        written = self._replaced.ended(state.latest)
        # What this object has seen at S3 itself counts as fetched then. Of what was invalidated nothing else does: what
        # an edge has is held against S3 (CTAG-8).
        seen_by = [self._looks[read.service]]
        if not state.is_invalidated:
            seen_by.append(self._reads[read.pop])
        if state.ended > -_NEVER and not any(one.arrived(state.ended, written) for one in seen_by):
            seen = f"nobody has fetched {state.words} between its end at {state.ended:.3f} and {written:.3f}"
            return Violation("miss by an expired copy", read, f"{seen}, when something else was there")
        bound = state.fresh + AGE_STEP + (read.stale if read.source == "stale" else 0.0)
        replaced = self._replaced.at(state.latest)
        if read.began > replaced + bound:
            seen = f"no copy of {state.words} was younger than {replaced:.3f}, and it is good for {bound} s"
            return Violation("read older than its bound", read, seen)
        return None

    def _older(self, read: Operation, state: State) -> tuple[Rule | None, float]:
        """Return the rule that forbids to return what had been replaced before a time, and that time."""
        own = self._own[read.service].before(read.began)
        if state.latest < own:
            return "stale own read", own
        seen = self._seen[read.service].before(read.began)
        if state.latest < seen:
            return "backward read", seen
        newest = self._all.before(read.began)
        if read.consistent and state.latest < newest:
            return "stale consistent read", newest
        return None, newest


class _Replaced:
    """When a state had been replaced for good, and every copy that was under way had arrived."""

    def __init__(self, writes: list[Operation], fetches: Fetches) -> None:
        done = sorted((one.began, one.ended) for one in writes if one.outcome == "done")
        self._began = [began for began, _ in done]
        self._ended = [_NEVER] * (len(done) + 1)
        for index in range(len(done) - 1, -1, -1):
            self._ended[index] = min(self._ended[index + 1], done[index][1])
        self._until = [_NEVER] * (len(done) + 1)
        for index in range(len(done) - 1, -1, -1):
            self._until[index] = min(self._until[index + 1], fetches.until(done[index][1]))

    def ended(self, latest: float) -> float:
        """Return when a state that began at the latest then had been replaced at S3; infinity if nothing has."""
        return self._ended[bisect_right(self._began, latest)]

    def at(self, latest: float) -> float:
        """Return that time for the state that began at the latest then; infinity if nothing has replaced it."""
        return self._until[bisect_right(self._began, latest)]


def _reads(operations: list[Operation]) -> dict[int | None, Fetches]:
    """Return when copies may have come to each point of presence; for None, to any."""
    reads = [one for one in operations if one.verb == "get"]
    return {
        pop: Fetches([(one.began, one.ended) for one in reads if None in (pop, one.pop) or pop == one.pop])
        for pop in {None, *(one.pop for one in reads)}
    }


def _looks(operations: list[Operation]) -> dict[str, Fetches]:
    """Return when each object may have read S3."""
    looks: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in operations:
        looks[one.service].append((one.began, one.ended))
    return {service: Fetches(times) for service, times in looks.items()}


def _state(put: Operation) -> State:
    return State(put.began, put.latest, put.edge_ttl, str(put))


def _expiry(put: Operation) -> float:
    return put.began + (put.ttl or 0.0)
