"""A value as the page shows it: a tree of which only the first part is sent, the rest when it is unfolded."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from memory_console.sdk import TYPE_NAMES
from memory_console.values import value_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CHILDREN = 100  # of one list or dict at a time
NODES = 400  # in one answer
OPEN_LEVELS = 2
CHARACTERS = 5_000  # of a string that is the whole value
INNER_CHARACTERS = 400
ALL_CHARACTERS = 500_000  # what a page can hold; what is longer is for the download
OCTETS = 512
INNER_OCTETS = 64
ALL_OCTETS = 64 * 1024
_ROW = 16


@dataclass
class Node:
    """A value in the tree.

    Attributes:
        kind: Its type.
        path: Keys and indices that lead to it, as JSON.
        label: Its key or index; None at the root.
        text: Of a scalar: what to show. Of bytes: rows of a hex dump.
        length: Characters, bytes, elements or members.
        shown: How much of that is here.
        children: Of a list or dict.
        folded: Whether the children are left out until it is unfolded.
    """

    kind: str
    path: str
    label: str | int | None
    text: str = ""
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    length: int = 0
    shown: int = 0
    children: list[Node] = field(default_factory=list)
    folded: bool = False

    @property
    def rest(self) -> int:
        """How much is not here."""
        return self.length - self.shown


class _Budget:
    def __init__(self, nodes: int) -> None:
        self.left = nodes


def tree(value: Any) -> Node:
    """Return the tree of a whole value."""
    return _node(value, (), OPEN_LEVELS, _Budget(NODES))


def found(value: Any, path: Sequence[str | int]) -> Any:
    """Return what lies at a path.

    Raises:
        LookupError: Nothing does.
    """
    for step in path:
        if type(value) not in (list, dict) or (type(value) is list) != (type(step) is int):
            raise LookupError("there is nothing at this path")
        value = value[step]
    return value


def whole(value: Any, path: Sequence[str | int]) -> Node:
    """Return a string or bytes at a path as far as a page can hold it."""
    return _scalar(value, tuple(path), ALL_CHARACTERS, ALL_OCTETS)


def octets(body: bytes, length: int) -> Node:
    """Return the first bytes of an object of a length, as they are."""
    node = _scalar(body, (), ALL_CHARACTERS, ALL_OCTETS)
    node.length = length
    return node


def children(value: Any, path: Sequence[str | int], start: int) -> Node:
    """Return the list or dict at a path with some of its children.

    Args:
        value: The list or dict.
        path: Where it is.
        start: Number of the first child.
    """
    return _container(value, tuple(path), 1, _Budget(NODES), start)


def _node(value: Any, path: tuple[str | int, ...], levels: int, budget: _Budget) -> Node:
    budget.left -= 1
    if type(value) not in (list, dict):
        if path:
            return _scalar(value, path, INNER_CHARACTERS, INNER_OCTETS)
        return _scalar(value, path, CHARACTERS, OCTETS)
    if value and (levels == 0 or budget.left <= 0):
        return Node(_kind(value), json.dumps(path), _label(path), length=len(value), folded=True)
    return _container(value, path, levels, budget, 0)


def _container(value: Any, path: tuple[str | int, ...], levels: int, budget: _Budget, start: int) -> Node:
    node = Node(_kind(value), json.dumps(path), _label(path), length=len(value))
    items: Iterable[tuple[str | int, Any]]
    if type(value) is dict:
        items = list(value.items())[start : start + CHILDREN]
    else:
        items = enumerate(value[start : start + CHILDREN], start)
    for step, item in items:
        node.children.append(_node(item, (*path, step), levels - 1, budget))
    node.shown = start + len(node.children)
    return node


def _scalar(value: Any, path: tuple[str | int, ...], characters: int, octets: int) -> Node:
    node = Node(_kind(value), json.dumps(path), _label(path))
    if type(value) is bytes:
        node.length, node.shown = len(value), min(len(value), octets)
        node.rows = [_row(value, at) for at in range(0, node.shown, _ROW)]
        return node
    text = value if type(value) is str else value_text(value)
    node.length, node.shown = len(text), min(len(text), characters)
    node.text = text[: node.shown]
    return node


def _row(octets: bytes, at: int) -> tuple[str, str, str]:
    """Return a row of a hex dump: offset, octets, and those that are printable ASCII."""
    row = octets[at : at + _ROW]
    return f"{at:06x}", row.hex(" "), "".join(chr(one) if 0x20 <= one < 0x7F else "." for one in row)  # noqa: PLR2004 - ASCII's bounds


def _kind(value: Any) -> str:
    return TYPE_NAMES[type(value)]


def _label(path: tuple[str | int, ...]) -> str | int | None:
    return path[-1] if path else None
