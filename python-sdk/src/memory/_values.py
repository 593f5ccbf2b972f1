"""What both directions know about values: their types and limits (specification, section 2)."""

from __future__ import annotations

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
