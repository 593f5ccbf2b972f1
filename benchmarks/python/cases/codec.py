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
_DEPTHS = (1, 10, 50, 100)


def _decode(name: str) -> Case:
    given = document(name)
    if decode(given).value != json.loads(given)["value"]:
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


CASES: dict[str, Make] = {
    **{f"decode/{size}": partial(_decode, size) for size in _SIZES},
    **{f"decode/{size}-json": partial(_json_loads, size) for size in _SIZES},
    **{f"encode/{size}": partial(_encode, size) for size in _SIZES},
    **{f"encode/{size}-json": partial(_json_dumps, size) for size in _SIZES},
    **{f"grow/depth-decode/{levels}": partial(_decode, f"depth-{levels}") for levels in _DEPTHS},
    **{f"grow/depth-decode/{levels}-peer": partial(_json_loads, f"depth-{levels}") for levels in _DEPTHS},
    **{f"grow/depth-encode/{levels}": partial(_encode, f"depth-{levels}") for levels in _DEPTHS},
    **{f"grow/depth-encode/{levels}-peer": partial(_json_dumps, f"depth-{levels}") for levels in _DEPTHS},
}
