"""Values in the neutral notation (VECTORS.md), and when two are equal.

The *normal form* has no recipes: `null`, `bool`, `int`, `float`, `str`, `bytes`, `list` and `dict` alone, with the
pairs of a dict in the order of their keys and one pattern of bits for every NaN. Equal values have equal normal forms.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Notation = list[Any]

_INT = re.compile(r"0|-?[1-9][0-9]*")
_BITS = re.compile("[0-9a-f]{16}")
_HEX = re.compile("(?:[0-9a-f]{2})*")
_NAN = "7ff8000000000000"
_TEXTS = ("str", "str16", "repeat")
_EXPONENT, _FRACTION = 0x7FF0000000000000, 0x000FFFFFFFFFFFFF


class NotationError(Exception):
    """Something is no value in the notation."""


def normal(notation: Notation) -> Notation:
    """Return the normal form of a vector's value, recipes carried out.

    Raises:
        NotationError: It is none, or a value that only some languages have.
    """
    return plain(expand(notation))


def expand(notation: Notation) -> Notation:
    """Carry out the recipes `nest`, `repeat`, `repeat-int` and, if it is valid text, `str16`."""
    match notation:
        case ["nest", container, levels, inner]:
            value = expand(inner)
            for _ in range(levels):
                value = ["list", [value]] if container == "list" else ["dict", [["k", value]]]
            return value
        case ["repeat", text, count]:
            return ["str", text * count]
        case ["repeat-int", digit, count]:
            return ["int", digit * count]
        case ["str16", units]:
            return _text(units)
        case ["list", items]:
            return ["list", [expand(item) for item in items]]
        case ["dict", pairs]:
            return ["dict", [[_key(key), expand(value)] for key, value in pairs]]
    return notation


def plain(notation: Any) -> Notation:
    """Return the normal form of a value that a driver said.

    Raises:
        NotationError: It is none: a driver says values without recipes.
    """
    if not isinstance(notation, list) or not notation or not isinstance(notation[0], str):
        raise NotationError(f"{shortened(notation)} is no value in the notation")
    kind, *rest = notation
    if kind == "null" and not rest:
        return ["null"]
    if kind not in _PLAIN or len(rest) != 1:
        raise NotationError(f"{shortened(notation)} is no value in the notation")
    return [kind, _PLAIN[kind](rest[0])]


def is_lacked_somewhere(part: Any) -> bool:
    """Whether some language has no such value: a `native` one is inside, or a key or name that is no string."""
    match part:
        case ["native", str()]:
            return True
        case ["dict", [*pairs]]:
            return any(_is_lacked_pair(pair) for pair in pairs)
        case {"name": [str() as kind, *_]} if kind not in _TEXTS and kind != "null":
            return True
        case dict():
            return any(is_lacked_somewhere(value) for value in part.values())
        case list():
            return any(is_lacked_somewhere(item) for item in part)
    return False


def shortened(value: Any, limit: int = 200) -> str:
    """Return a value as text for people, of about `limit` characters at most."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else f"{text[: limit - 30]}… ({len(text):,} characters)"


def _is_lacked_pair(pair: Any) -> bool:
    key, value = pair
    is_string = isinstance(key, str) or key[0] in _TEXTS
    return not is_string or is_lacked_somewhere(value)


def _key(key: str | Notation) -> Any:
    if isinstance(key, str):
        return key
    expanded = expand(key)
    return expanded[1] if expanded[0] == "str" else expanded


def _text(units: str) -> Notation:
    try:
        return ["str", bytes.fromhex(units).decode("utf-16-be")]
    except UnicodeDecodeError:
        return ["str16", units]


def _bool(flag: Any) -> bool:
    if not isinstance(flag, bool):
        raise NotationError(f"{shortened(flag)} is no bool")
    return flag


def _str(text: Any) -> str:
    if not isinstance(text, str):
        raise NotationError(f"{shortened(text)} is no text")
    return text


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[Any], str]:
    def check(text: Any) -> str:
        if not isinstance(text, str) or not pattern.fullmatch(text):
            raise NotationError(f"{shortened(text)} is not {what}")
        return text

    return check


def _float(bits: Any) -> str:
    number = int(_matching(_BITS, "16 hexadecimal digits")(bits), 16)
    is_nan = number & _EXPONENT == _EXPONENT and number & _FRACTION
    return _NAN if is_nan else str(bits)


def _list(items: Any) -> list[Notation]:
    if not isinstance(items, list):
        raise NotationError(f"{shortened(items)} is no list of values")
    return [plain(item) for item in items]


def _dict(pairs: Any) -> list[list[Any]]:
    members: dict[str, Notation] = {}
    for pair in pairs if isinstance(pairs, list) else [pairs]:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):  # noqa: PLR2004 - key, value
            raise NotationError(f"{shortened(pair)} is no key with a value")
        if pair[0] in members:
            raise NotationError(f"the key {shortened(pair[0])} is there twice")
        members[pair[0]] = plain(pair[1])
    return [[key, members[key]] for key in sorted(members)]


_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "bool": _bool,
    "int": _matching(_INT, "an integer"),
    "float": _float,
    "str": _str,
    "bytes": _matching(_HEX, "hexadecimal"),
    "list": _list,
    "dict": _dict,
}
