"""How traffic, sizes and shares are read and written: `50/s`, `10M/month`, `2KB`, `5%`, `us=70,eu=30`.

The units of each kind are in inputs.json; quantities.mjs reads the same.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

_NUMBER = re.compile(r"\s*([0-9][0-9_,]*(?:\.[0-9]+)?(?:e[0-9]+)?)\s*([a-z%]*)\s*", re.IGNORECASE)
_PART = re.compile(r"\s*([a-z-]+)\s*(?:=\s*([0-9]+(?:\.[0-9]+)?)\s*%?)?\s*")


class QuantityError(ValueError):
    """A text that is no quantity of its kind: the message shows what one looks like."""


@cache
def inputs() -> dict[str, Any]:
    """The document inputs.json: what the calculator asks for, in groups, and the kinds of quantities."""
    text = (files("memory_console.cost") / "inputs.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@cache
def fields() -> dict[str, dict[str, Any]]:
    """All inputs by the name of the scenario's field."""
    return {name: field for group in inputs()["groups"].values() for name, field in group.items()}


def read(kind: str, text: str) -> float:
    """Read a quantity: a number with a unit of its kind, and for a rate perhaps per what.

    Raises:
        QuantityError: it is none.
    """
    spelling = inputs()["kinds"][kind]
    amount, slash, per = text.partition("/")
    match = _NUMBER.fullmatch(amount)
    unit = spelling["units"].get(match[2].lower()) if match else None
    times = spelling.get("per", {"": 1}).get(per.strip().lower())
    if match is None or unit is None or times is None or (slash and not per.strip()):
        raise QuantityError(f"Write a {kind} such as {spelling['like']}.")
    number = float(match[1].replace(",", "").replace("_", "")) * unit * times
    return float(int(number)) if kind == "count" else number


def read_readers(text: str) -> dict[str, float]:
    """Read where readers are, `us` or weights such as `us=70,eu=30`, as shares that add up to 1.

    Raises:
        QuantityError: no weights, or a region twice.
    """
    parts = [_PART.fullmatch(part) for part in text.split(",")]
    weights = {part[1]: float(part[2] or 1) for part in parts if part}
    total = sum(weights.values())
    if len(weights) < len(parts) or total <= 0:
        raise QuantityError("Write readers such as us, or us=70,eu=30.")
    return {region: weight / total for region, weight in weights.items()}


def short(number: float) -> str:
    """A count for people: 950, 12.3 k, 4.56 M, 7.89 billion."""
    scales = ((1e12, 1e12, " trillion"), (1e9, 1e9, " billion"), (1e6, 1e6, " M"), (1e4, 1e3, " k"))
    for limit, factor, suffix in scales:
        if number >= limit:
            return f"{number / factor:.3g}{suffix}"
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:.3g}"  # noqa: PLR2004


def size(number: float) -> str:
    """Bytes for people."""
    for factor, suffix in ((2**30, "GB"), (2**20, "MB"), (2**10, "KB")):
        if number >= factor:
            return f"{number / factor:.3g} {suffix}"
    return f"{number:.3g} bytes"


def money(usd: float) -> str:
    """A sum for people: cents below a thousand dollars, none above."""
    if usd == float("inf"):
        return "not possible"
    return f"${usd:,.2f}" if usd < 1000 else f"${usd:,.0f}"  # noqa: PLR2004 - cents no longer matter
