"""Judges a set: a dict to which each update adds a key of its own, and reads."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .violation import AGE_STEP, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .knowledge import Fetches
    from .operation import Operation
    from .tags import Tags
    from .violation import Rule

_NEVER = float("inf")
_Learnt = list[tuple[float, frozenset[str]]]


def judge(operations: list[Operation], fetches: Fetches, tags: Tags) -> Iterator[Violation]:
    """Return what is wrong with the operations on one set.

    Args:
        operations: on the set.
        fetches: when copies may have come to edges.
        tags: says what was invalidated: an update after that begins anew.
    """
    ordered = sorted(operations, key=lambda operation: operation.ended)
    updates = [operation for operation in ordered if operation.is_write]
    began = {str(operation.value): operation.began for operation in updates}
    ends = {str(operation.value): tags.may_end(operation) for operation in updates}
    done = [operation for operation in updates if operation.outcome == "done"]
    fresh = max((operation.edge_ttl for operation in updates), default=0.0)
    arrived: _Learnt = [(fetches.until(one.ended), frozenset([str(one.value)])) for one in done]
    own: dict[str, _Learnt] = defaultdict(list)
    seen: dict[str, _Learnt] = defaultdict(list)
    everyone: _Learnt = []
    for one in ordered:
        if one.verb == "update" and one.outcome == "done":
            added = frozenset([str(one.value)])
            own[one.service].append((one.ended, added))
            everyone.append((one.ended, added))
            yield from tags.updates(one)
        if not one.is_read:
            continue
        words = frozenset(one.value if isinstance(one.value, tuple) else ())
        unheard = {word for word in words if began.get(word, float("inf")) > one.ended}
        if unheard:
            yield Violation("read of what nobody wrote", one, f"nobody had added {_some(unheard)}")
        yield from tags.violations(one)
        bound = fresh + AGE_STEP + (one.stale if one.source == "stale" else 0.0)
        required: list[tuple[Rule, _Learnt, float]] = [
            ("stale own read", own[one.service], one.began),
            ("backward read", seen[one.service], one.began),
            ("read older than its bound", arrived, one.began - bound),
        ]
        if one.consistent:
            required.insert(0, ("lost update", everyone, one.began))
        for rule, learnt, time in required:
            wanted = _known(learnt, time) - words
            if missing := {word for word in wanted if ends.get(word, _NEVER) > one.ended}:
                yield Violation(rule, one, f"it lacks {_some(missing)}")
                break
        seen[one.service].append((one.ended, words - unheard))
        everyone.append((one.ended, words - unheard))


def _known(learnt: _Learnt, time: float) -> frozenset[str]:
    """Return all words that were known before a time."""
    return frozenset().union(*(words for moment, words in learnt if moment < time))


def _some(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)[:3])
