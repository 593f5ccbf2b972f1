"""Values as a person types and reads them, and as JSON that loses no type."""

from __future__ import annotations

import base64
import binascii
import json
import math
from typing import Any, NoReturn

import memory

from memory_console.failures import InvalidTextError
from memory_console.sdk import TYPE_NAMES, read_tagged, write_value

TYPES = ("json", "null", "bool", "int", "float", "str", "bytes", "list", "dict")
_FLOATS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf, "-inf": -math.inf, "-infinity": -math.inf}


def parse_value(text: str, kind: str = "json", *, tagged: bool = False) -> Any:
    """Return the value that a text stands for.

    Args:
        text: JSON; for `str` the string itself, for `bytes` base64, for `float` also NaN and Infinity.
        kind: `json` takes the type that the JSON has, every other type must be the JSON's.
        tagged: Whether the JSON has the specification's tagged nodes, such as `{"$bytes": "AP8="}`.

    Raises:
        InvalidTextError: It is no such text.
    """
    if kind == "str":
        return text
    if kind == "bytes":
        return _bytes(text)
    if kind == "float" and text.strip().lower() in _FLOATS:
        return _FLOATS[text.strip().lower()]
    value = _json(text, kind)
    if tagged:
        try:
            value = read_tagged(value)
        except memory.CorruptValueError as error:
            raise InvalidTextError(f"{error}") from None
    if kind == "float" and type(value) is int:
        value = float(value)
    if kind not in ("json", TYPE_NAMES[type(value)]):
        raise InvalidTextError(f"the value is of type {TYPE_NAMES[type(value)]}, not {kind}")
    return value


def value_text(value: Any) -> str:
    """Return the text of a value: a string itself, bytes as base64, all else as tagged JSON on several lines."""
    if type(value) is str:
        return value
    if type(value) is bytes:
        return base64.b64encode(value).decode("ascii")
    if type(value) is float and not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if type(value) in (int, float):
        return repr(value)
    return json.dumps(write_value(value)[0], ensure_ascii=False, indent=2)


def _json(text: str, kind: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except RecursionError:
        raise InvalidTextError("the JSON is nested too deeply") from None
    except ValueError as error:
        hint = ". A text is stored with --type str, or in quotes" if kind == "json" else ""
        raise InvalidTextError(f"the value is not JSON: {error}{hint}") from None


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidTextError(f"the value is not base64: {error}. --file stores a file's bytes") from None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value] # add returns None
        raise ValueError(f"the key {json.dumps(twice, ensure_ascii=False)} is there twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f'{name} is no JSON: write --tagged and {{"$float": "{name}"}}')
