"""Documents to values and back: the SDK's way, and json's."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from cases.case import Case, document, grown, repeated, value
from memory._envelope import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from cases.case import Make

_SIZES = ("1kb", "10kb", "100kb", "1mb")
_DEPTHS = (1, 10, 50, 100)


def _decode(name: str) -> Case:
    given = document(name)
    if decode(given).value != value(name):
        raise SystemExit(f"{name}: decode and json.loads disagree")
    return repeated(partial(decode, given))


def _json_loads(name: str) -> Case:
    return repeated(partial(json.loads, document(name)))


def _encode(name: str) -> Case:
    given = value(name)
    if json.loads(encode(given))["value"] != given:
        raise SystemExit(f"{name}: encode loses something")
    return repeated(partial(encode, given))


def _json_dumps(name: str) -> Case:
    return repeated(partial(json.dumps, value(name)))


def _deep(make: Callable[[str], Case]) -> Callable[[int], Case]:
    return lambda levels: make(f"depth-{levels}")


CASES: dict[str, Make] = {
    **{f"decode/{size}": partial(_decode, size) for size in _SIZES},
    **{f"decode/{size}-json": partial(_json_loads, size) for size in _SIZES},
    **{f"encode/{size}": partial(_encode, size) for size in _SIZES},
    **{f"encode/{size}-json": partial(_json_dumps, size) for size in _SIZES},
    **grown("depth-decode", _DEPTHS, _deep(_decode), _deep(_json_loads)),
    **grown("depth-encode", _DEPTHS, _deep(_encode), _deep(_json_dumps)),
}
