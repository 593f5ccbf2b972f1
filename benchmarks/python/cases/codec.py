"""Documents to values and back: the SDK's way, and json's."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from memory._envelope import decode, encode

from cases.case import Case, document, repeated, value

if TYPE_CHECKING:
    from cases.case import Make

_SIZES = ("1kb", "10kb", "100kb", "1mb")


def decode_case(name: str) -> Case:
    """Return the case of decoding a document with the SDK."""
    given = document(name)
    if decode(given).value != json.loads(given)["value"]:
        raise SystemExit(f"{name}: decode and json.loads disagree")
    return repeated(partial(decode, given))


def json_loads_case(name: str) -> Case:
    """Return the case of parsing the same bytes with json."""
    return repeated(partial(json.loads, document(name)))


def encode_case(name: str) -> Case:
    """Return the case of encoding a document's value with the SDK."""
    given = value(name)
    if json.loads(encode(given))["value"] != given:
        raise SystemExit(f"{name}: encode loses something")
    return repeated(partial(encode, given))


def json_dumps_case(name: str) -> Case:
    """Return the case of writing the same value with json."""
    return repeated(partial(json.dumps, value(name)))


CASES: dict[str, Make] = {
    **{f"decode/{size}": partial(decode_case, size) for size in _SIZES},
    **{f"decode/{size}-json": partial(json_loads_case, size) for size in _SIZES},
    **{f"encode/{size}": partial(encode_case, size) for size in _SIZES},
    **{f"encode/{size}-json": partial(json_dumps_case, size) for size in _SIZES},
}
