"""What a document says that a writer wrote, read independently of any SDK and strictly as the clauses have it."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import struct
from dataclasses import dataclass
from typing import Any

from .notation import Notation, shortened

_SAFE = 2**53 - 1
_WRITE = re.compile("[0-9a-f]{16}")
_INTEGER = re.compile(r"-?[1-9][0-9]{15,4299}")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)")
_NAMED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class MeaningError(Exception):
    """A document that no writer may write; the message names the clause."""


@dataclass(frozen=True)
class Document:
    """The meaning of a document.

    Attributes:
        value: the value in normal form.
        members: the other members, without `write` and `tagged`.
        write: what made it differ from every other document of the same value.
    """

    value: Notation
    members: dict[str, Any]
    write: str

    def says_the_same_as(self, other: Document) -> bool:
        """Whether both say the same, `write` aside."""
        return (self.value, self.members) == (other.value, other.members)


def written(text: str) -> Document:
    """Read a document that was written.

    Raises:
        MeaningError: It breaks a clause that binds writers.
    """
    try:
        return _document(
            json.loads(
                text,
                object_pairs_hook=_members,
                parse_int=_integer,
                parse_float=_float,
                parse_constant=_constant,
            )
        )
    except ValueError as error:
        raise MeaningError(f"ENV-1: {error}") from error
    except RecursionError as error:
        raise MeaningError("VAL-6: nested without end") from error


def _document(document: Any) -> Document:
    if not isinstance(document, dict):
        raise MeaningError("ENV-2: the document is no object")
    for name in ("v", "type", "value", "write"):
        if name not in document:
            raise MeaningError(f"ENV-2: {name} is missing")
    write = document.pop("write")
    if not isinstance(write, str) or not _WRITE.fullmatch(write):
        raise MeaningError(f"ENV-2: write is {shortened(write)}, not 16 lower-case hexadecimal digits")
    tagged = document.pop("tagged", None)
    reading = _Reading()
    value = reading.node(document.pop("value"))
    if tagged is not (True if reading.tags else None):
        raise MeaningError(f"TAG-1: tagged is {tagged!r}, with {reading.tags} tagged nodes inside")
    if document["type"] != value[0]:
        raise MeaningError(f"ENV-2: type is {shortened(document['type'])}, but the value is {value[0]}")
    return Document(value, document, write)


class _Reading:
    """Reads the nodes of one document, and counts the tagged ones."""

    def __init__(self) -> None:
        self.tags = 0

    def node(self, node: Any) -> Notation:
        if node is None:
            return ["null"]
        if isinstance(node, dict):
            key = next(iter(node), "")
            if len(node) == 1 and key.startswith("$"):
                self.tags += 1
                return self._tagged(key, node[key])
            return self._dict(node)
        if isinstance(node, list):
            return ["list", [self.node(item) for item in node]]
        if isinstance(node, float):
            if math.copysign(1, node) < 0 and not node:
                raise MeaningError("TAG-3: -0.0 is not tagged")
            return _bits(node)
        return [type(node).__name__, str(node) if type(node) is int else _scalar(node)]

    def _dict(self, node: dict[str, Any]) -> Notation:
        return ["dict", [[_scalar(name), self.node(node[name])] for name in sorted(node)]]

    def _tagged(self, key: str, inner: Any) -> Notation:
        if key == "$dict":
            if not isinstance(inner, dict) or len(inner) != 1 or not next(iter(inner)).startswith("$"):
                raise MeaningError("TAG-6: $dict holds no dict whose single key starts with $")
            return self._dict(inner)
        if not isinstance(inner, str):
            raise MeaningError(f"TAG-1: {key} holds {shortened(inner)}, no text")
        if key == "$int":
            return _tagged_integer(inner)
        if key == "$float":
            return _tagged_float(inner)
        if key == "$bytes":
            return _tagged_bytes(inner)
        raise MeaningError(f"TAG-1: {shortened(key)} is no tag")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MeaningError("ENV-2: a member is written twice")
    return members


def _integer(text: str) -> int:
    if text == "-0" or len(text) > len(str(-_SAFE)) or abs(int(text)) > _SAFE:
        raise MeaningError(f"INT-1: the token {shortened(text)} is no safe integer")
    return int(text)


def _float(token: str) -> float:
    number = float(token)
    if math.isinf(number):
        raise MeaningError(f"FLT-1: {shortened(token)} overflows")
    return number


def _constant(token: str) -> float:
    raise MeaningError(f"ENV-1: {token} is no JSON")


def _scalar(value: Any) -> Any:
    if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
        raise MeaningError("VAL-5: a lone surrogate is written")
    return value


def _bits(number: float) -> Notation:
    bits = math.nan if math.isnan(number) else number
    return ["float", struct.pack(">d", bits).hex()]


def _tagged_integer(text: str) -> Notation:
    if not _INTEGER.fullmatch(text) or abs(int(text)) <= _SAFE:
        raise MeaningError(f"TAG-4: {shortened(text)} is no integer beyond the safe range")
    return ["int", text]


def _tagged_float(text: str) -> Notation:
    if text in _NAMED:
        return _bits(_NAMED[text])
    if not _FLOAT.fullmatch(text):
        raise MeaningError(f"TAG-3: {shortened(text)} is no number with a fraction or an exponent")
    return _bits(_float(text))


def _tagged_bytes(text: str) -> Notation:
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MeaningError(f"TAG-5: {shortened(text)} is no base64: {error}") from error
    if base64.b64encode(value).decode() != text:
        raise MeaningError(f"TAG-5: {shortened(text)} is no base64 with zero bits at its end")
    return ["bytes", value.hex()]
