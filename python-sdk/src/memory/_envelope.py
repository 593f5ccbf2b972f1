"""Values to documents and back, with their types (specification, sections 2 and 3)."""

from __future__ import annotations

import base64
import binascii
import json
import math
import os
import re
from typing import Any, NamedTuple, NoReturn

from memory._errors import CorruptValueError, UnsupportedTypeError

MAX_SAFE_INTEGER = 2**53 - 1
MAX_DIGITS = 4300
MAX_LEVELS = 100

_TOO_MANY_DIGITS = 10**MAX_DIGITS
_TYPE_NAMES = {
    type(None): "null",
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    bytes: "bytes",
    list: "list",
    dict: "dict",
}
_TYPES = frozenset(_TYPE_NAMES.values())
_INSTEAD = {
    "tuple": "a list",
    "set": "a list",
    "frozenset": "a list",
    "bytearray": "bytes",
    "memoryview": "bytes",
    "datetime": "its isoformat()",
    "date": "its isoformat()",
    "Decimal": "its str()",
}

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WRITE_ID = re.compile(r"[0-9a-f]{16}")
_INT_TEXT = re.compile(rf"0|-?[1-9][0-9]{{0,{MAX_DIGITS - 1}}}")
_FLOAT_TEXT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_FLOAT_NAMES = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_SHOWN_CHARACTERS = 60
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89A-Fa-f]")


class Envelope(NamedTuple):
    """A decoded document: the value and what is known about it. `expires_at` is Unix time in milliseconds."""

    value: Any
    type: str
    write: str | None
    expires_at: int | None


def encode(value: Any) -> bytes:
    """Return the document of a value.

    Raises:
        UnsupportedTypeError: Something in the value would not come back as it is (VAL-2 to VAL-7).
    """
    writer = _Writer()
    try:
        node = writer.node(value, 1)
    except _RefusalError as refusal:
        if refusal.levels and (cycle := _path_of_cycle(value, [])) is not None:
            refusal = _RefusalError("a value that contains itself cannot be stored", cycle)
        path = "$" + "".join(_path_part(part) for part in reversed(refusal.path))
        raise UnsupportedTypeError(f"{path}: {refusal}") from None
    document: dict[str, Any] = {"v": 1, "type": _TYPE_NAMES[type(value)], "value": node}
    if writer.tagged:
        document["tagged"] = True
    document["write"] = os.urandom(8).hex()
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def decode(document: bytes) -> Envelope:
    """Return what a document holds.

    Raises:
        CorruptValueError: It is not an envelope (ENV-4). Nothing else is raised, whatever the bytes are.
    """
    try:
        text = document.decode()
        parsed = _JSON.decode(text)
        if _SURROGATE_ESCAPE.search(text):
            json.dumps(parsed, ensure_ascii=False).encode()
    except RecursionError:
        raise CorruptValueError("the document is nested too deeply to be read") from None
    except UnicodeDecodeError as error:
        raise CorruptValueError(f"the document is not UTF-8: {error}") from None
    except UnicodeEncodeError:
        raise CorruptValueError("the document has an escaped lone surrogate") from None
    except ValueError as error:
        raise CorruptValueError(f"the document is not JSON: {error}") from None
    if type(parsed) is not dict:
        raise CorruptValueError(f"the document is not an envelope but a JSON {_json_type(parsed)}")
    return _opened(parsed)


class _RefusalError(Exception):
    """Why a node is refused; callers add the path on the way out, innermost part first."""

    def __init__(self, reason: str, path: list[str | int] | None = None, *, levels: bool = False) -> None:
        super().__init__(reason)
        self.path = path if path is not None else []
        self.levels = levels


class _Writer:
    """Turns a value into what `json.dumps` writes as its document, and notes whether any node is tagged."""

    def __init__(self) -> None:
        self.tagged = False

    def node(self, value: Any, level: int) -> Any:
        kind = type(value)
        if kind is str:
            return _checked_text(value)
        if kind is bool or value is None:
            return value
        if kind is int:
            return value if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else self._big_int(value)
        if kind is float:
            return (
                value
                if math.isfinite(value) and (value or math.copysign(1, value) > 0)
                else self._float(value)
            )
        if kind is list:
            return self._list(value, level)
        if kind is dict:
            return self._dict(value, level)
        if kind is bytes:
            return self._tag("$bytes", base64.b64encode(value).decode("ascii"))
        raise _RefusalError(_reason(value))

    def _tag(self, key: str, inner: Any) -> dict[str, Any]:
        self.tagged = True
        return {key: inner}

    def _big_int(self, value: int) -> dict[str, Any]:
        if abs(value) >= _TOO_MANY_DIGITS:
            raise _RefusalError(f"an integer of more than {MAX_DIGITS} digits cannot be stored")
        try:
            return self._tag("$int", str(value))
        except ValueError as error:  # the process lowered sys.set_int_max_str_digits
            raise _RefusalError(f"an integer cannot be stored: {error}") from None

    def _float(self, value: float) -> dict[str, Any]:
        if math.isnan(value):
            return self._tag("$float", "NaN")
        if value:
            return self._tag("$float", "Infinity" if value > 0 else "-Infinity")
        return self._tag("$float", "-0.0")

    def _list(self, value: list[Any], level: int) -> list[Any]:
        _check_level(level)
        index = 0
        nodes = []
        try:
            for item in value:
                nodes.append(self.node(item, level + 1))
                index += 1
        except _RefusalError as refusal:
            refusal.path.append(index)
            raise
        return nodes

    def _dict(self, value: dict[Any, Any], level: int) -> dict[str, Any]:
        _check_level(level)
        nodes = {}
        for key, item in value.items():
            if type(key) is not str:
                raise _RefusalError(
                    f"a dict has string keys only, not {type(key).__name__}: use str({key!r})"
                )
            _checked_text(key)
            try:
                nodes[key] = self.node(item, level + 1)
            except _RefusalError as refusal:
                refusal.path.append(key)
                raise
        if len(nodes) == 1 and next(iter(nodes)).startswith("$"):
            return self._tag("$dict", nodes)
        return nodes


def _checked_text(text: str) -> str:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise _RefusalError(
                f"a string with a lone surrogate (at index {error.start}) cannot be stored"
            ) from None
    return text


def _check_level(level: int) -> None:
    if level > MAX_LEVELS:
        raise _RefusalError(
            f"lists and dicts nested in more than {MAX_LEVELS} levels cannot be stored", levels=True
        )


def _reason(value: Any) -> str:
    kind = type(value)
    for supported, name in _TYPE_NAMES.items():
        if isinstance(value, supported):
            return (
                f"{kind.__qualname__}, a subclass of {name}, cannot be stored: it would come back as {name}"
            )
    instead = _INSTEAD.get(kind.__name__)
    return f"{kind.__qualname__} cannot be stored" + (f": store {instead} instead" if instead else "")


def _path_part(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if _IDENTIFIER.fullmatch(part) else f"[{json.dumps(part, ensure_ascii=False)}]"


def _path_of_cycle(value: Any, ancestors: list[Any]) -> list[str | int] | None:
    """Return the path to the first node that is its own ancestor, innermost part first."""
    if any(value is ancestor for ancestor in ancestors):
        return []
    if len(ancestors) > MAX_LEVELS or type(value) not in (list, dict):
        return None
    for part, item in enumerate(value) if type(value) is list else value.items():
        path = _path_of_cycle(item, [*ancestors, value])
        if path is not None:
            return [*path, part]
    return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Kept: json.loads with a hook would make a decoder for each call.
_JSON = json.JSONDecoder(parse_constant=_refuse_constant)


def _opened(document: dict[str, Any]) -> Envelope:
    version, kind, tagged = document.get("v"), document.get("type"), document.get("tagged", False)
    write, expires_at = document.get("write"), document.get("expires_at")
    if version != 1 or type(version) is bool:
        raise CorruptValueError(f"the document is not an envelope of version 1: its v is {_shown(version)}")
    if type(kind) is not str or kind not in _TYPES:
        raise CorruptValueError(f"the envelope has no known type: {_shown(kind)}")
    if "value" not in document:
        raise CorruptValueError("the envelope has no value")
    if type(tagged) is not bool:
        raise CorruptValueError(f"the envelope's tagged is neither true nor false: {_shown(tagged)}")
    if "write" in document and not (type(write) is str and _WRITE_ID.fullmatch(write)):
        raise CorruptValueError(f"the envelope's write is not 16 hexadecimal digits: {_shown(write)}")
    if "expires_at" in document and not _is_integer(expires_at):
        raise CorruptValueError(f"the envelope's expires_at is not an integer: {_shown(expires_at)}")
    value = _root(kind, document["value"], tagged=tagged)
    return Envelope(value, kind, write, None if expires_at is None else int(expires_at))


def _root(kind: str, node: Any, *, tagged: bool) -> Any:
    """Return the root value, which must be what the envelope's type says."""
    if type(node) is int or type(node) is float:
        value = _root_number(kind, node)
    else:
        value = _revived(node, 1) if tagged else node
    if _TYPE_NAMES[type(value)] != kind:
        raise CorruptValueError(f"the envelope's type is {kind}, but its value is {_shown(node)}")
    return value


def _root_number(kind: str, number: float) -> float:
    """Return the number in the class that the type decides, not its notation (INT-2, FLT-2)."""
    if kind == "int":
        if number % 1 == 0 and abs(number) <= MAX_SAFE_INTEGER:
            return int(number)
        raise CorruptValueError(f"the envelope's type is int, but its value is {_shown(number)}")
    try:
        as_float = float(number)
    except OverflowError:
        as_float = math.inf
    if not math.isfinite(as_float):
        raise CorruptValueError(f"the envelope's number is beyond any float: {_shown(number)}")
    return as_float


def _revived(node: Any, level: int) -> Any:
    """Return the value of a node of a tagged document (TAG-1)."""
    kind = type(node)
    if kind is dict:
        if len(node) == 1:
            ((key, inner),) = node.items()
            if key.startswith("$"):
                return _untagged(key, inner, level)
        return _revived_dict(node, level)
    if kind is list:
        _check_readable(level)
        return [_revived(item, level + 1) for item in node]
    return node


def _revived_dict(node: dict[str, Any], level: int) -> dict[str, Any]:
    _check_readable(level)
    return {key: _revived(item, level + 1) for key, item in node.items()}


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
    raise CorruptValueError(f"the tagged document has a node that no tag explains: {_shown({tag: inner})}")


def _from_base64(text: str) -> bytes:
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    # The comparison also refuses what b64decode lets pass: bits behind the last octet.
    if base64.b64encode(octets).decode("ascii") != text:
        raise CorruptValueError(f"$bytes is not base64: {_shown(text)}")
    return octets


def _is_integer(number: Any) -> bool:
    return type(number) is int or (type(number) is float and number.is_integer())


def _json_type(parsed: Any) -> str:
    return {list: "array", str: "string", bool: "boolean", type(None): "null"}.get(type(parsed), "number")


def _shown(part: Any) -> str:
    """Show a part of a document in a message, cut short: values may be large."""
    text = repr(part)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
