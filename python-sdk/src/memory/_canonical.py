"""A value as text, the same for the same value in every language (specification, CALL-2)."""

from __future__ import annotations

import base64
import json
import math
import struct
from typing import Any

from memory._value_writer import refuse_text, write_value
from memory._values import MAX_SAFE_INTEGER

_NAN = "7ff8000000000000"  # there are many, which a document does not tell apart


def canonical(value: Any) -> str:
    """Return the text of a value. Values with one text are equal, and of the same types.

    Raises:
        UnsupportedTypeError: It is nothing that could be stored.
    """
    write_value(value)  # refuses that
    text = json.dumps(_node(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        refuse_text(value)
    return text


def _node(value: Any) -> Any:
    kind = type(value)
    if kind is float:
        return {"$float": _NAN if math.isnan(value) else struct.pack(">d", value).hex()}
    if kind is bytes:
        return {"$bytes": base64.b64encode(value).decode("ascii")}
    if kind is int:
        return value if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else {"$int": str(value)}
    if kind is list:
        return [_node(item) for item in value]
    if kind is dict:
        nodes = {key: _node(item) for key, item in value.items()}
        return {"$dict": nodes} if len(nodes) == 1 and next(iter(nodes)).startswith("$") else nodes
    return value
