"""Values in the notation of the test vectors, to Python values and back (spec/VECTORS.md)."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

Notation = list[Any]


class _Point(NamedTuple):
    x: int
    y: int


class Unavailable(Exception):  # noqa: N818 - not an error: the vector is about another language
    """Python has no such value."""


def to_python(notation: Notation) -> Any:
    """Return the Python value of a notation.

    Raises:
        Unavailable: It is a value that only another language has.
    """
    kind, *rest = notation
    return _READERS[kind](*rest)


def from_python(value: Any) -> Notation:
    """Return the notation of a value that was read."""
    kind = type(value)
    if value is None:
        return ["null"]
    if kind is int:
        return ["int", str(value)]
    if kind is float:
        return ["float", struct.pack(">d", value).hex()]
    if kind is bytes:
        return ["bytes", value.hex()]
    if kind is list:
        return ["list", [from_python(item) for item in value]]
    if kind is dict:
        return ["dict", sorted([key, from_python(item)] for key, item in value.items())]
    if kind in (bool, str):
        return [kind.__name__, value]
    raise TypeError(f"no SDK returns {kind}")


def normal(notation: Notation) -> Notation:
    """Return a notation without recipes, its dicts in order, so that equal values have equal notations."""
    return from_python(to_python(notation))


def _key(key: str | Notation) -> Any:
    return key if isinstance(key, str) else to_python(key)


def _nest(container: str, levels: int, inner: Notation) -> Any:
    value = to_python(inner)
    for _ in range(levels):
        value = [value] if container == "list" else {"k": value}
    return value


def _native(name: str) -> Any:
    if name not in _NATIVE:
        raise Unavailable(name)
    return _NATIVE[name]()


def _cycle_list() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def _cycle_dict() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["a"] = {"b": value}
    return value


_READERS: dict[str, Callable[..., Any]] = {
    "null": lambda: None,
    "bool": lambda flag: flag,
    "int": int,
    "float": lambda bits: struct.unpack(">d", bytes.fromhex(bits))[0],
    "str": lambda text: text,
    "str16": lambda units: bytes.fromhex(units).decode("utf-16-be", "surrogatepass"),
    "bytes": bytes.fromhex,
    "list": lambda items: [to_python(item) for item in items],
    "dict": lambda pairs: {_key(key): to_python(item) for key, item in pairs},
    "nest": _nest,
    "repeat": lambda text, count: text * count,
    "repeat-int": lambda digit, count: sum(int(digit) * 10**place for place in range(count)),
    "native": _native,
}

_NATIVE: dict[str, Callable[[], Any]] = {
    "tuple": lambda: (1, 2),
    "set": lambda: {1},
    "frozenset": lambda: frozenset({1}),
    "bytearray": lambda: bytearray(b"a"),
    "complex": lambda: 1j,
    "decimal": lambda: decimal.Decimal("1.5"),
    "date": lambda: dt.date(2026, 11, 23),
    "int-enum": lambda: enum.IntEnum("Color", "RED").RED,  # type: ignore[attr-defined]
    "str-enum": lambda: enum.Enum("Name", {"A": "a"}, type=str).A,  # type: ignore[attr-defined]
    "int-subclass": lambda: type("Count", (int,), {})(5),
    "str-subclass": lambda: type("Text", (str,), {})("a"),
    "list-subclass": type("Stack", (list,), {}),
    "ordered-dict": lambda: collections.OrderedDict(a=1),
    "named-tuple": lambda: _Point(1, 2),
    "instance": object,
    "function": lambda: len,
    "generator": lambda: (letter.upper() for letter in "ab"),
    "cycle-list": _cycle_list,
    "cycle-dict": _cycle_dict,
}
