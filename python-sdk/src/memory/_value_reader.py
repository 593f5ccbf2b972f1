"""From the JSON of a tagged document to the value it stands for (specification, section 3.3)."""

from __future__ import annotations

import base64
import binascii
import math
import re
import reprlib
from typing import Any

from memory._errors import CorruptValueError
from memory._values import MAX_DIGITS, MAX_LEVELS

_INT_TEXT = re.compile(rf"0|-?[1-9][0-9]{{0,{MAX_DIGITS - 1}}}")
_FLOAT_TEXT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_FLOAT_NAMES = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_SHOWN_CHARACTERS = 60
_SHORT = reprlib.Repr()
_SHORT.maxlevel = 2


def read_tagged(node: Any, level: int = 1) -> Any:
    """Return the value of a node of a tagged document (TAG-1).

    Raises:
        CorruptValueError: A node that no tag explains, or nesting of more than 100 levels (TAG-7).
    """
    kind = type(node)
    if kind is dict:
        if len(node) == 1:
            ((key, inner),) = node.items()
            if key.startswith("$"):
                return _untagged(key, inner, level)
        return _revived_dict(node, level)
    if kind is list:
        _check_readable(level)
        return [read_tagged(item, level + 1) for item in node]
    return node


def _revived_dict(node: dict[str, Any], level: int) -> dict[str, Any]:
    _check_readable(level)
    return {key: read_tagged(item, level + 1) for key, item in node.items()}


def _check_readable(level: int) -> None:
    if level > MAX_LEVELS:
        raise CorruptValueError(f"the tagged document is nested in more than {MAX_LEVELS} levels")


def _untagged(tag: str, inner: Any, level: int) -> Any:
    if tag == "$dict" and type(inner) is dict:
        return _revived_dict(inner, level)
    if type(inner) is str:
        if tag == "$int" and _INT_TEXT.fullmatch(inner):
            return int(inner)
        if tag == "$float":
            if inner in _FLOAT_NAMES:
                return _FLOAT_NAMES[inner]
            if _FLOAT_TEXT.fullmatch(inner) and math.isfinite(number := float(inner)):
                return number
        if tag == "$bytes":
            return _from_base64(inner)
    raise CorruptValueError(f"the tagged document has a node that no tag explains: {shown({tag: inner})}")


def _from_base64(text: str) -> bytes:
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    # The comparison also refuses what b64decode lets pass: bits behind the last octet.
    if base64.b64encode(octets).decode("ascii") != text:
        raise CorruptValueError(f"$bytes is not base64: {shown(text)}")
    return octets


def shown(part: Any) -> str:
    """Show a part of a document in a message, cut short: it may be large, or too deep for `repr`."""
    text = _SHORT.repr(part)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
