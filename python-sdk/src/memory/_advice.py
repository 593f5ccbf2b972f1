"""What to store in place of what cannot be stored (specification, VAL-2)."""

from __future__ import annotations

from typing import Any

_LIST = "a list"
_DICT = "dict(it)"
_TEXT = "str(it)"
_BY_TYPE = {
    **dict.fromkeys(
        ("tuple", "set", "frozenset", "deque", "range", "generator", "map", "filter", "zip"), _LIST
    ),
    **dict.fromkeys(("dict_keys", "dict_values", "dict_items", "list_iterator", "array", "enumerate"), _LIST),
    **dict.fromkeys(("OrderedDict", "defaultdict", "Counter", "mappingproxy", "ChainMap"), _DICT),
    **dict.fromkeys(("UUID", "PurePath", "Fraction", "BaseException", "IPv4Address", "IPv6Address"), _TEXT),
    "bytearray": "bytes",
    "memoryview": "bytes",
    "datetime": "its isoformat(), or its timestamp()",
    "date": "its isoformat()",
    "time": "its isoformat()",
    "timedelta": "its total_seconds()",
    "Decimal": "str(it), or float(it) if that is exact enough",
    "complex": "[it.real, it.imag]",
    "function": "what it returns: call it",
    "builtin_function_or_method": "what it returns: call it",
    "method": "what it returns: call it",
    "coroutine": "what it gives: await it",
    "Task": "what it gives: await it",
    "Future": "its result()",
    "type": "its name, or an instance's members",
    "Pattern": "its pattern",
}


# What a class has that knows a dict of its own.
_BY_MEMBER = {
    "__dataclass_fields__": "dataclasses.asdict(it)",
    "__attrs_attrs__": "attrs.asdict(it)",
    "model_dump": "it.model_dump()",
}
_OF_ARRAYS = ("numpy", "torch", "jax", "pandas", "polars")


def advice(value: Any) -> str | None:
    """Return what to store instead, `it` being the value; None if nobody can know."""
    kind = type(value)
    if hasattr(kind, "__members__") and hasattr(value, "value"):
        return "its value"
    if kind.__module__.partition(".")[0] in _OF_ARRAYS:
        return _of_arrays(value)
    if isinstance(value, tuple) and hasattr(kind, "_asdict"):
        return "it._asdict()"
    known = [instead for member, instead in _BY_MEMBER.items() if hasattr(kind, member)]
    known += [_BY_TYPE[base.__name__] for base in kind.__mro__[:-1] if base.__name__ in _BY_TYPE]
    known += [
        f"{plain.__name__}(it)" for plain in (int, float, str, bytes, list, dict) if isinstance(value, plain)
    ]
    if hasattr(value, "__dict__"):
        known.append("a dict of what is to be kept, such as vars(it)")
    return known[0] if known else None


def _of_arrays(value: Any) -> str:
    if getattr(value, "ndim", 1) == 0 and hasattr(value, "item"):
        return "its item()"
    if hasattr(value, "to_dict"):
        return "its to_dict()"
    return "its tolist()" if hasattr(value, "tolist") else "its item()"
