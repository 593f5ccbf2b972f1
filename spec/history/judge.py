"""Judges a history: finds the operations that the guarantees forbid."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from . import counters, registers, sets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .operation import Operation
    from .violation import Violation

_JUDGES: Mapping[str, Callable[[list[Operation]], Iterable[Violation]]] = {
    "register": registers.judge,
    "counter": counters.judge,
    "set": sets.judge,
}


def judge(history: Iterable[Operation]) -> list[Violation]:
    """Return every violation, by the end of its operation.

    Guarantees are about one name each, so the names are judged one by one, by what their first segment says they are.

    Args:
        history: all operations of all clients, in any order.
    """
    by_name: dict[str, list[Operation]] = defaultdict(list)
    for operation in history:
        by_name[operation.name].append(operation)
    found = [
        violation
        for name, operations in by_name.items()
        for violation in _JUDGES[name.partition("/")[0]](operations)
    ]
    return sorted(found, key=lambda violation: violation.operation.ended)
