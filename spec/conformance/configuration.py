"""The table of configuration keys, and the vectors that follow from it: what each takes and refuses at its borders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SUITE = "configuration/table"
_LEAST = {"DISTRIBUTION": "d111111abcdef8.cloudfront.net", "BUCKET_NAME": "values"}
_ARN = "arn:aws:ssm:us-east-1:123456789012:parameter/memory-service/key"
_NO_NUMBERS = ("1.0", "1e1", "+1", "-1", "0x10", "1_0", "\u0663", "five", "00000000001", 1.5, True, [1])
_NO_FLAGS: tuple[Any, ...] = ("yes", "1", 1, 0, [])
_NO_TEXTS = (12345, True, ["abc"])


def keys(path: Path) -> list[dict[str, Any]]:
    """Read the table."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["keys"]
    return found


def derived(path: Path) -> Iterator[dict[str, Any]]:
    """Return the vectors that follow from the table."""
    for key in keys(path):
        slug = key["name"].lower().replace("_", "-")
        for number, (value, is_taken) in enumerate(_cases(key), 1):
            shown = json.dumps(value)
            yield {
                "id": f"{slug}-{number}",
                "title": f"{key['name']} {'takes' if is_taken else 'refuses'} {shown[:30]} ({number})",
                "clause": "CFG-3",
                **({"requires": [key["feature"]]} if "feature" in key else {}),
                "conf": _conf(key["name"], value),
                "environment": {},
                **(
                    {"visibility": _visibility(key["name"], value)}
                    if is_taken
                    else {"error": "configuration"}
                ),
            }


def _cases(key: Mapping[str, Any]) -> Iterator[tuple[Any, bool]]:
    yield from ((value, is_taken) for value, is_taken in _FORMS[key["type"]](key))
    # Where presence counts, an empty one is for section 10.
    if not key.get("presence_counts"):
        yield "", not key.get("required")
        yield " \t\r\n", not key.get("required")


def _whole(key: Mapping[str, Any]) -> Iterator[tuple[Any, bool]]:
    least, most = key["least"], key["most"]
    yield from ((value, True) for value in (least, most, f"{least}", f"{most}", f" {most}\n", f"0{least}"))
    beyond = (least - 1, most + 1, f"{most + 1}", "9" * 5000, most * 2**40)
    yield from ((value, False) for value in (*beyond, *_NO_NUMBERS))


def _choice(key: Mapping[str, Any]) -> Iterator[tuple[Any, bool]]:
    for choice in key["choices"]:
        yield choice, True
        yield choice.swapcase(), key.get("ignores_case", False)
        yield f"\t{choice} ", True
        yield f"{choice}x", False
    yield from ((value, False) for value in _NO_TEXTS)


def _flag(_: Mapping[str, Any]) -> Iterator[tuple[Any, bool]]:
    yield from ((value, True) for value in (True, False, "true", "False", " TRUE "))
    yield from ((value, False) for value in _NO_FLAGS)


def _text(key: Mapping[str, Any]) -> Iterator[tuple[Any, bool]]:
    yield from ((value, True) for value in key["accepts"])
    if key.get("trimmed", True):
        yield f" \t{key['accepts'][0]}\r\n", True
    yield f"\u00a0{key['accepts'][0]}", False
    yield from ((value, False) for value in (*key["refuses"], *_NO_TEXTS))


def _key(key: Mapping[str, Any]) -> Iterator[tuple[Any, bool]]:
    yield from ((value, True) for value in key["accepts"])
    yield from ((value, False) for value in (*key["refuses"], *_NO_TEXTS))


_FORMS = {"whole": _whole, "choice": _choice, "flag": _flag, "text": _text, "origin": _text, "key": _key}


def _conf(name: str, value: Any) -> dict[str, Any]:
    is_private = _visibility(name, value) == "private"
    private = {"PK_PATH": _ARN, "PUBLIC_KEY_ID": "K36X4X2EO997HM"} if is_private else {}
    return {**_LEAST, **private, name: value}


def _visibility(name: str, value: Any) -> str:
    """Return what a service with such a key is; the keys of private ones make it private."""
    is_said = name == "VISIBILITY" and str(value).strip().lower() == "private"
    return "private" if is_said or name in ("PK_PATH", "PUBLIC_KEY_ID") else "public"
