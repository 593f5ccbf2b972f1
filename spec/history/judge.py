"""Judges a history: finds the operations that the guarantees forbid."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from . import circuit, counters, deadlines, registers, sets
from .knowledge import Fetches
from .tags import Tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .operation import Operation
    from .violation import Violation

_JUDGES: Mapping[str, Callable[[list[Operation], Fetches, Tags], Iterable[Violation]]] = {
    "blackout": lambda operations, *_: circuit.judge(operations),
    "register": registers.judge,
    "counter": lambda operations, fetches, _: counters.judge(operations, fetches),
    "set": sets.judge,
    "tag": lambda *_: (),  # what was invalidated is seen by reads of other names
}


def judge(history: Iterable[Operation]) -> list[Violation]:
    """Return every violation, by the end of its operation.

    Nearly all guarantees are about one name each, so the names are judged one by one, by what their first segment says
    they are. But a change record is one for all names: any read may bring it to an edge. And tags are of many names.

    Args:
        history: all operations of all clients, in any order.
    """
    by_name: dict[str, list[Operation]] = defaultdict(list)
    operations = list(history)
    for operation in operations:
        by_name[operation.name].append(operation)
    found = list(deadlines.judge(operations))
    tags = Tags(operations)
    of_the_record = _fetches(operations) if any(one.record for one in operations) else None
    found += [
        violation
        for name, ones in by_name.items()
        for violation in _JUDGES[name.partition("/")[0]](ones, of_the_record or _fetches(ones), tags)
    ]
    return sorted(found, key=lambda violation: violation.operation.ended)


def _fetches(operations: list[Operation]) -> Fetches:
    return Fetches([(one.began, one.ended) for one in operations if one.verb == "get"])
