"""From a value to the JSON of its document, tagging what JSON cannot carry (specification, sections 2 and 3.3)."""

from __future__ import annotations

import base64
import json
import math
import re
from typing import Any, NoReturn

from memory._errors import UnsupportedTypeError
from memory._values import MAX_DIGITS, MAX_LEVELS, MAX_SAFE_INTEGER, TYPE_NAMES, is_plain

_TOO_MANY_DIGITS = 10**MAX_DIGITS
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def write_value(value: Any) -> tuple[Any, bool]:
    """Return what `json.dumps` writes as the value of the envelope, and whether any node in it is tagged (TAG-1).

    Of strings in a value that needs no tag, lone surrogates are not looked for: encoding the document finds them in
    one pass, and `refuse_text` then tells where.

    Raises:
        UnsupportedTypeError: Something in the value would not come back as it is (VAL-2 to VAL-7).
    """
    return (value, False) if is_plain(value) else _written(value)


def refuse_text(value: Any) -> NoReturn:
    """Raise the error for a value that has a lone surrogate somewhere (VAL-5).

    Raises:
        UnsupportedTypeError: Always.
    """
    _written(value)
    raise UnsupportedTypeError("$: the value changed while it was stored", "$")


def _written(value: Any) -> tuple[Any, bool]:
    writer = _Writer()
    try:
        return writer.node(value, 1), writer.tagged
    except _RefusalError as refusal:
        if refusal.levels and (cycle := _path_of_cycle(value, [])) is not None:
            refusal = _RefusalError("a value that contains itself cannot be stored", cycle)
        path = "$" + "".join(_path_part(part) for part in reversed(refusal.path))
        raise UnsupportedTypeError(f"{path}: {refusal}", path) from None


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
    from memory._advice import advice  # only who makes a mistake needs it

    kind, instead = type(value), advice(value)
    store = f": store {instead} instead" if instead else ""
    for supported, name in TYPE_NAMES.items():
        if isinstance(value, supported):
            why = f"a subclass of {name}, cannot be stored, as it would come back as {name}"
            return f"{kind.__qualname__}, {why}{store}"
    return f"{kind.__qualname__} cannot be stored{store}"


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
