"""What counts as a reply: the shapes of VECTORS.md."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .answers import Message

VERSION = 1
FEATURES = (
    "single-number",
    "async",
    "files",
    "endpoints",
    "credentials",
    "double",
    "named-arguments",
    "changes",
    "tags",
    "write-grants",
    "grants",
    "browser",
)
_SHAPES: Mapping[str, tuple[Mapping[str, type], ...]] = {
    "start": ({"protocol": int, "sdk": str, "version": str, "runtime": str, "features": list},),
    "encode": ({"wire": str},),
    "decode": ({"value": list, "native": str}, {"missing": bool}),
    "locate": ({"key": str, "url": str},),
    "cache_name": ({"cache_name": str},),
    "configure": ({"visibility": str},),
    "sign": ({"query": str},),
    "put": ({"version": str},),
    "get": ({"value": list, "native": str}, {"missing": bool}),
    "remove": (),
    "entry": ({"value": list, "type": str, "version": str, "source": str, "age": int}, {"missing": bool}),
    "put_many": ({"versions": list},),
    "get_many": ({"values": list},),
    "remove_many": (),
    "list": ({"names": list},),
    "clear": ({"count": int},),
    "update": ({"value": list, "waits": list},),
    "increment": ({"value": list, "waits": list},),
    "touch": ({"version": str}, {"missing": bool}),
    "get_or_put": ({"value": list, "called": bool},),
    "cached": ({"value": list, "called": bool},),
    "grant": ({"grant": dict, "printed": str},),
    "grant_put": ({"grant": dict, "printed": str},),
    "mint": ({"grant": dict, "printed": str},),
    "open": ({"key": str, "url": str},),
    "stats": ({"stats": dict},),
    "invalidate_tags": (),
    "together": ({"lanes": list},),
    "endpoint": ({"url": str},),
    "changes": (
        {"bucket": int},
        {"key": str, "place": str},
        {"record": dict},
        {"believed": bool},
        {"wire": str},
        {"f": int},
        {"f": float},
        {"missing": bool},
        {"confirmed": bool},
        {"distrusts": bool},
    ),
    "double": (),
    "clock": (),
    "random": (),
    "log": (),
    "close": (),
}


class ReplyError(Exception):
    """A line is no reply to the request."""


def parse(line: bytes) -> Message:
    """Read a line as a reply to any request.

    Raises:
        ReplyError: It is no JSON object with an integer `id`.
    """
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ReplyError(f"this is no JSON: {_shown(line)}") from error
    if not isinstance(message, dict) or type(message.get("id")) is not int:
        raise ReplyError(f"this is no reply: {_shown(line)}")
    return message


def check_start(message: Message, request: int) -> None:
    """Check that a reply is the one to `start`, and take its id away.

    Raises:
        ReplyError: It is not.
    """
    check_shape("start", message)
    if message.pop("id") != request or message["protocol"] != VERSION:
        raise ReplyError(f"start was answered with {message}")
    for feature in message["features"]:
        if feature not in FEATURES:
            near = difflib.get_close_matches(str(feature), FEATURES, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(FEATURES)}"
            raise ReplyError(f"start announces a feature that there is not, {feature!r}: {hint}")


def check_shape(operation: str, message: Message) -> None:
    """Check that a reply is exactly one of a result, an error and a skip.

    Raises:
        ReplyError: It is not.
    """
    refusals = ("error" in message) + ("skipped" in message)
    shapes = _SHAPES[operation]
    results = sum(_fits(message, shape) for shape in shapes) if shapes else int(not refusals)
    if results + refusals != 1 or not _is_well_formed(message):
        raise ReplyError(f"this is no reply to {operation}: {_shown(json.dumps(message).encode())}")


def _fits(message: Message, shape: Mapping[str, type]) -> bool:
    return all(isinstance(message.get(name), kind) for name, kind in shape.items())


def _is_well_formed(message: Message) -> bool:
    error: Any = message.get("error", {"code": ""})
    return (
        isinstance(error, dict)
        and isinstance(error.get("code"), str)
        and isinstance(error.get("message", ""), str)
        and isinstance(message.get("skipped", ""), str)
    )


def _shown(line: bytes) -> str:
    return line[:300].decode(errors="replace")
