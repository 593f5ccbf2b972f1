"""What a history says of tags: which values are invalid for sure, which may be, and what each object knows of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from .knowledge import Fetches, Rising
from .violation import AGE_STEP, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .operation import Operation

_NEVER = float("inf")
_Writes = dict[tuple[str, str], "Operation"]


class Tags:
    """The invalidations of a history, and who has seen the records of tags as they were when.

    A write has read the generations of its tags since it began, and before it ended. So what was invalidated between
    is valid or not, and all that was invalidated later makes it invalid. What an update invalidates within its own
    function comes after that reading.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        """Take all operations of a history."""
        ordered = sorted(operations, key=lambda operation: operation.ended)
        self._writes: _Writes = {(one.name, str(one.value)): one for one in ordered if one.tags}
        invalidations: dict[str, list[Operation]] = defaultdict(list)
        reads: dict[str, list[tuple[float, float]]] = defaultdict(list)
        tags_of: dict[str, set[str]] = defaultdict(set)
        for one in ordered:
            tags_of[one.name].update(one.tags)
            for tag in _invalidated(one):
                invalidations[tag].append(one)
        for one in ordered:
            # A record is the same whatever value it was read for. A change record confirms those of all tags.
            if one.verb == "get":
                for tag in invalidations if one.record else tags_of[one.name]:
                    reads[tag].append((one.began, one.ended))
        self._of = {tag: _Invalidations(ones, Fetches(reads[tag])) for tag, ones in invalidations.items()}
        self._own: dict[tuple[str, str], Rising] = defaultdict(Rising)
        self._seen: dict[tuple[str, str], Rising] = defaultdict(Rising)
        for one in ordered:
            self._note(one)

    def may_end(self, write: Operation) -> float:
        """Return when what was written may have become invalid, at the earliest; infinity if nothing made it so."""
        found = [self._of[tag].possible(write.began) for tag in write.tags if tag in self._of]
        return min(found, default=_NEVER)

    def is_over(self, write: Operation) -> float:
        """Return since when what was written has been invalid for sure; infinity if that cannot be said."""
        return min((since for since, _ in self._ends(write)), default=_NEVER)

    def violations(self, read: Operation) -> Iterator[Violation]:
        """Return what is wrong with a read, of which others say when it may return what was not invalidated."""
        for write in self._seen_by(read):
            because = self._complaint(read, write)
            if because:
                yield Violation("read of what was invalidated", read, f"it is of {write}; {because}")
                return

    def updates(self, update: Operation) -> Iterator[Violation]:
        """Return what is wrong with an update, which reads S3 (CTAG-5)."""
        for write in self._seen_by(update):
            over = self.is_over(write)
            if write.value != update.value and over < update.began:
                because = f"it was given what is of {write}; that was invalid since {over:.3f}"
                yield Violation("update of what was invalidated", update, because)
                return

    def _complaint(self, read: Operation, write: Operation) -> str | None:
        stale = read.stale if read.source == "stale" else 0.0
        for tag in write.tags:
            if (own := self._own[read.service, tag].before(read.began)) > write.ended:
                return f"its own object has invalidated {tag} since, at {own:.3f}"
        over = self.is_over(write)
        if read.consistent and over < read.began:
            return f"that was invalid since {over:.3f}"
        for tag in write.tags:
            seen = self._seen[read.service, tag].before(read.began)
            if self._over_by(write, tag) < seen:
                return f"its own object has seen {tag} as it was at {seen:.3f} or later"
        for since, invalidations in self._ends(write):
            bound = invalidations.fresh + AGE_STEP + stale
            arrived = invalidations.arrived(since)
            if read.began > arrived + bound:
                return f"no copy of a record was younger than {arrived:.3f}, and it is good for {bound} s"
        return None

    def _ends(self, write: Operation) -> Iterator[tuple[float, _Invalidations]]:
        if write.outcome == "done":
            for tag in write.tags:
                if tag in self._of:
                    yield self._over_by(write, tag), self._of[tag]

    def _over_by(self, write: Operation, tag: str) -> float:
        if tag not in self._of or write.outcome != "done":
            return _NEVER
        return write.ended if tag in write.invalidates else self._of[tag].sure(write.ended)

    def _seen_by(self, one: Operation) -> list[Operation]:
        """Return the writes with tags whose values it has returned."""
        shown = one.shown if one.verb == "update" else one.value
        words = shown if isinstance(shown, tuple) else (shown,)
        found = (self._writes.get((one.name, str(word))) for word in words if word is not None)
        return [write for write in found if write]

    def _note(self, one: Operation) -> None:
        """Note what its object has seen of records by then."""
        if one.outcome != "done":
            return
        if one.verb == "invalidate":
            self._own[one.service, one.name].note(one.ended, one.began)
        for tag in one.tags:
            self._seen[one.service, tag].note(one.ended, one.began)
        for write in self._seen_by(one):
            # Valid is what has the generation of the record; at S3 that is the one of now.
            known = one.began if one.consistent or one.verb == "update" else write.began
            for tag in write.tags:
                self._seen[one.service, tag].note(one.ended, known)


class _Invalidations:
    """Those of one tag."""

    def __init__(self, operations: list[Operation], fetches: Fetches) -> None:
        self.fresh = max(one.edge_ttl for one in operations)
        self._fetches = fetches
        done = sorted((one.began, one.ended) for one in operations if one.outcome == "done")
        self._began = [began for began, _ in done]
        self._ended = [_NEVER] * (len(done) + 1)
        for index in range(len(done) - 1, -1, -1):
            self._ended[index] = min(self._ended[index + 1], done[index][1])
        # By when each is over at the latest, and when it began: what has no end yet may come at any time.
        self._latest = sorted((one.latest, one.began) for one in operations)
        self._earliest = [_NEVER] * (len(operations) + 1)
        for index in range(len(operations) - 1, -1, -1):
            self._earliest[index] = min(self._earliest[index + 1], self._latest[index][1])

    def sure(self, ended: float) -> float:
        """Return when one that began after a time had ended, at the earliest."""
        return self._ended[bisect_right(self._began, ended)]

    def possible(self, began: float) -> float:
        """Return when one may have come that was not over before a time, at the earliest."""
        return max(began, self._earliest[bisect_left(self._latest, (began, -_NEVER))])

    def arrived(self, ended: float) -> float:
        """Return when the last copy had arrived at an edge of what an invalidation had replaced by then."""
        return ended if ended == _NEVER else self._fetches.until(ended)


def _invalidated(one: Operation) -> Iterable[str]:
    return (one.name,) if one.verb == "invalidate" else one.invalidates
