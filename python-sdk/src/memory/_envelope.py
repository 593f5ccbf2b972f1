"""Values to documents and back, with their types (specification, sections 2 and 3)."""

from __future__ import annotations

import json
import math
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from memory._errors import CorruptValueError
from memory._names import is_name
from memory._nesting import MAX_NESTING, is_too_deep
from memory._value_reader import read_tagged, shown
from memory._value_writer import refuse_text, write_value
from memory._values import MAX_SAFE_INTEGER, TYPE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_TAGS = 16

_TYPES = frozenset(TYPE_NAMES.values())
_WRITE_ID = re.compile(r"[0-9a-f]{16}")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89A-Fa-f]")


class Envelope(NamedTuple):
    """A decoded document: the value and what is known about it.

    Attributes:
        value: The value.
        type: Its type as the specification names it.
        write: The id of the put; None in a document without.
        expires_at: When the value ends, in Unix milliseconds; None if never.
        previous: The ids of the puts it was made from, newest first (COND-5).
        took: Milliseconds that computing it took (COMP-4).
        tags: The generation of each of its tags; None of a value without (CTAG-4).
    """

    value: Any
    type: str
    write: str | None
    expires_at: int | None
    previous: tuple[str, ...]
    took: int
    tags: Mapping[str, str] | None = None

    def is_expired(self, now: float) -> bool:
        """Return whether the value no longer exists at a Unix time in seconds (ENV-5)."""
        return self.expires_at is not None and self.expires_at <= now * 1000


def new_write_id() -> str:
    """Return an id that no other put has (ENV-6)."""
    return os.urandom(8).hex()


def encode(  # noqa: PLR0913 - the members of a document
    value: Any,
    expires_at: int | None = None,
    *,
    write: str | None = None,
    previous: Sequence[str] = (),
    took: int | None = None,
    tags: Mapping[str, str] | None = None,
) -> bytes:
    """Return the document of a value.

    Args:
        value: The value.
        expires_at: When it ends, in Unix milliseconds; None if never.
        write: The id of the put; a new one unless given.
        previous: The ids of the puts it was made from, newest first (COND-5).
        took: Milliseconds that computing it took (COMP-4).
        tags: The generation of each of its tags; None without (CTAG-4).

    Raises:
        UnsupportedTypeError: Something in the value would not come back as it is (VAL-2 to VAL-7).
    """
    node, tagged = write_value(value)
    document: dict[str, Any] = {"v": 2 if tags else 1, "type": TYPE_NAMES[type(value)], "value": node}
    if tagged:
        document["tagged"] = True
    document["write"] = write or new_write_id()
    if expires_at is not None:
        document["expires_at"] = expires_at
    if previous:
        document["previous"] = list(previous)
    if took is not None:
        document["took"] = took
    if tags:
        document["tags"] = tags
    try:
        return _WRITER.encode(document).encode()
    except UnicodeEncodeError:
        refuse_text(value)


def decode(document: bytes) -> Envelope:
    """Return what a document holds.

    Raises:
        CorruptValueError: It is not an envelope (ENV-4). Nothing else is raised, whatever the bytes are.
    """
    if is_too_deep(document):
        raise CorruptValueError(f"the document is nested in more than {MAX_NESTING} levels")
    try:
        text = document.decode()
        parsed = _PARSER.decode(text)
        # Most documents have no escape at all, and this is seen at once.
        if type(parsed) is dict and b"\\" in document and _SURROGATE_ESCAPE.search(text):
            json.dumps(parsed.get("value"), ensure_ascii=False).encode()
    except RecursionError:
        raise CorruptValueError("the document is nested too deeply for what is left of the stack") from None
    except MemoryError:
        raise CorruptValueError(
            f"the document of {len(document)} bytes takes more memory than there is: lower MAX_VALUE_BYTES"
        ) from None
    except UnicodeDecodeError as error:
        raise CorruptValueError(f"the document is not UTF-8: {error}") from None
    except UnicodeEncodeError:
        raise CorruptValueError("the document has an escaped lone surrogate") from None
    except ValueError as error:
        raise CorruptValueError(f"the document is not JSON: {error}") from None
    if type(parsed) is not dict:
        raise CorruptValueError(f"the document is not an envelope but a JSON {_json_type(parsed)}")
    return _opened(parsed)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Kept: the functions of json would make one for each call.
_PARSER = json.JSONDecoder(parse_constant=_refuse_constant)
# A value that contains itself is refused before, by its levels.
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def _opened(document: dict[str, Any]) -> Envelope:
    version, kind, tagged = document.get("v"), document.get("type"), document.get("tagged", False)
    write, expires_at = document.get("write"), document.get("expires_at")
    if version not in (1, 2) or type(version) is bool:
        raise CorruptValueError(
            f"the document is not an envelope of version 1 or 2: its v is {shown(version)}"
        )
    if type(kind) is not str or kind not in _TYPES:
        raise CorruptValueError(f"the envelope has no known type: {shown(kind)}")
    if "value" not in document:
        raise CorruptValueError("the envelope has no value")
    if type(tagged) is not bool:
        raise CorruptValueError(f"the envelope's tagged is neither true nor false: {shown(tagged)}")
    if "write" in document and not (type(write) is str and _WRITE_ID.fullmatch(write)):
        raise CorruptValueError(f"the envelope's write is not 16 hexadecimal digits: {shown(write)}")
    if "expires_at" in document and not _is_integer(expires_at):
        raise CorruptValueError(f"the envelope's expires_at is not an integer: {shown(expires_at)}")
    value = _root(kind, document["value"], tagged=tagged)
    end = None if expires_at is None else int(expires_at)
    tags = _tags(document.get("tags")) if version == 2 else None  # noqa: PLR2004 - a version
    return Envelope(
        value, kind, write, end, _lineage(document.get("previous")), _took(document.get("took")), tags
    )


def _root(kind: str, node: Any, *, tagged: bool) -> Any:
    """Return the root value, which must be what the envelope's type says."""
    if type(node) is int or type(node) is float:
        value = _root_number(kind, node)
    else:
        value = read_tagged(node) if tagged else node
    if TYPE_NAMES[type(value)] != kind:
        raise CorruptValueError(f"the envelope's type is {kind}, but its value is {shown(node)}")
    return value


def _root_number(kind: str, number: float) -> float:
    """Return the number in the class that the type decides, not its notation (INT-2, FLT-2)."""
    if kind == "int":
        if number % 1 == 0 and abs(number) <= MAX_SAFE_INTEGER:
            return int(number)
        raise CorruptValueError(f"the envelope's type is int, but its value is {shown(number)}")
    try:
        as_float = float(number)
    except OverflowError:
        as_float = math.inf
    if not math.isfinite(as_float):
        raise CorruptValueError(f"the envelope's number is beyond any float: {shown(number)}")
    return as_float


def _lineage(previous: Any) -> tuple[str, ...]:
    """Return the ids; none of what is no list of ids (COND-5)."""
    if type(previous) is not list or not all(
        type(id_) is str and _WRITE_ID.fullmatch(id_) for id_ in previous
    ):
        return ()
    return tuple(previous)


def _tags(tags: Any) -> Mapping[str, str]:
    """Return the generations by tag (CTAG-4)."""
    if type(tags) is not dict or not 1 <= len(tags) <= MAX_TAGS:
        raise CorruptValueError(f"the envelope's tags are not 1 to {MAX_TAGS} of them: {shown(tags)}")
    for tag, generation in tags.items():
        if not (is_name(tag) and type(generation) is str and _WRITE_ID.fullmatch(generation)):
            raise CorruptValueError(
                f"the envelope's tag {shown(tag)} is no name, or its generation none: {shown(generation)}"
            )
    return tags


def _took(took: Any) -> int:
    return took if type(took) is int and took > 0 else 0


def _is_integer(number: Any) -> bool:
    return type(number) is int or (type(number) is float and number.is_integer())


def _json_type(parsed: Any) -> str:
    return {list: "array", str: "string", bool: "boolean", type(None): "null"}.get(type(parsed), "number")
