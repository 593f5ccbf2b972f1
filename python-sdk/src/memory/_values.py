"""What both directions know about values: types, limits, and which of them JSON carries as they are (section 2)."""

from __future__ import annotations

import math
from typing import Any

MAX_SAFE_INTEGER = 2**53 - 1
MAX_DIGITS = 4300
MAX_LEVELS = 100

TYPE_NAMES = {
    type(None): "null",
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    bytes: "bytes",
    list: "list",
    dict: "dict",
}


def is_plain(value: Any, level: int = 1) -> bool:  # noqa: C901, PLR0912 - flat, because every put runs it
    """Return whether every node is of a type and in a range that needs no tag (VAL-2, TAG-1): nearly all are.

    Args:
        value: A value, or anything else.
        level: How deep it lies; the root is at 1.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER)
    if kind is float:
        return math.isfinite(value) and (value != 0 or math.copysign(1, value) > 0)
    if level > MAX_LEVELS:
        return False
    if kind is dict:
        for key in value:
            if type(key) is not str:
                return False
        if len(value) == 1 and key.startswith("$"):
            return False
        items = value.values()
    elif kind is list:
        items = value
    else:
        return False
    level += 1
    for item in items:
        kind = type(item)
        # The commonest kinds, without a call of their own.
        if kind is str or kind is bool or item is None:
            continue
        if kind is int:
            if not -MAX_SAFE_INTEGER <= item <= MAX_SAFE_INTEGER:
                return False
        elif not is_plain(item, level):
            return False
    return True
