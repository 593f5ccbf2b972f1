"""How the command reads traffic, sizes and shares: `50/s`, `10M/month`, `2KB`, `5%`, `us=70,eu=30`."""

from __future__ import annotations

import re

import click

from memory_console.cost.scenario import SECONDS_PER_HOUR

_HOURS = 730
_PER_MONTH = {
    "s": _HOURS * SECONDS_PER_HOUR, "second": _HOURS * SECONDS_PER_HOUR, "sec": _HOURS * SECONDS_PER_HOUR,
    "min": _HOURS * 60, "minute": _HOURS * 60, "h": _HOURS, "hour": _HOURS,
    "day": _HOURS / 24, "d": _HOURS / 24, "month": 1, "mo": 1, "m": 1,
}  # fmt: skip
_TIMES = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9, "t": 1e12}
_BYTES = {"": 1, "b": 1, "k": 1024, "kb": 1024, "kib": 1024, "m": 2**20, "mb": 2**20, "mib": 2**20,
          "g": 2**30, "gb": 2**30, "gib": 2**30}  # fmt: skip
_NUMBER = re.compile(r"\s*([0-9][0-9_,]*(?:\.[0-9]+)?(?:e[0-9]+)?)\s*([a-z]*)\s*", re.IGNORECASE)


def _number(text: str, units: dict[str, float]) -> float | None:
    match = _NUMBER.fullmatch(text)
    if match is None or match[2].lower() not in units:
        return None
    return float(match[1].replace(",", "").replace("_", "")) * units[match[2].lower()]


class Count(click.ParamType[float]):
    """A number of things: `500`, `20k`, `5M`, `2B`."""

    name = "count"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it, or fail with what it may look like."""
        number = _number(str(value), dict(_TIMES))
        if number is None:
            self.fail(f"{value!r} is no number: write 500, 20k, 5M or 2B", param, ctx)
        return number


class Rate(click.ParamType[float]):
    """Calls per month, or with a unit per second, minute, hour or day: `10M`, `10M/month`, `50/s`."""

    name = "rate"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it as calls per month, or fail with what it may look like."""
        amount, _, unit = str(value).partition("/")
        number = _number(amount, dict(_TIMES))
        per = _PER_MONTH.get(unit.strip().lower() or "month")
        if number is None or per is None:
            self.fail(f"{value!r} is no rate: write 10M/month, 50/s, 3/min, 40k/day", param, ctx)
        return number * per


class Size(click.ParamType[float]):
    """Bytes: `512`, `2KB`, `1.5MB`; a KB has 1,024."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it as bytes, or fail with what it may look like."""
        number = _number(str(value), dict(_BYTES))
        if number is None:
            self.fail(f"{value!r} is no size: write 512, 2KB or 1.5MB", param, ctx)
        return number


class Share(click.ParamType[float]):
    """A share: `5%` or `0.05`."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it as a number from 0 to 1, or fail with what it may look like."""
        text = str(value).strip()
        try:
            share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self.fail(f"{value!r} is no share: write 5% or 0.05", param, ctx)
        return share


class Readers(click.ParamType[dict[str, float]]):
    """Where readers are: `us`, or parts such as `us=70,eu=30` in any unit."""

    name = "readers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, float]:
        """Read it as shares by region that add up to 1, or fail with what it may look like."""
        if isinstance(value, dict):
            return value
        parts: dict[str, float] = {}
        for part in str(value).split(","):
            region, _, weight = part.strip().partition("=")
            number = _number(weight or "1", {"": 1, "%": 1}) if not weight.endswith("%") else None
            number = _number(weight.removesuffix("%") or "1", {"": 1}) if number is None else number
            if not region or number is None or region in parts:
                self.fail(f"{value!r} names no readers: write us, or us=70,eu=30", param, ctx)
            parts[region] = number
        total = sum(parts.values())
        if total <= 0:
            self.fail(f"{value!r} adds up to nothing: write us, or us=70,eu=30", param, ctx)
        return {region: weight / total for region, weight in parts.items()}


def short(number: float) -> str:
    """A count for people: 950, 12.3 k, 4.56 M, 7.89 billion."""
    for limit, factor, suffix in (
        (1e12, 1e12, " trillion"),
        (1e9, 1e9, " billion"),
        (1e6, 1e6, " M"),
        (1e4, 1e3, " k"),
    ):
        if number >= limit:
            return f"{number / factor:.3g}{suffix}"
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:.3g}"  # noqa: PLR2004


def size(number: float) -> str:
    """Bytes for people."""
    for factor, suffix in ((2**30, "GB"), (2**20, "MB"), (2**10, "KB")):
        if number >= factor:
            return f"{number / factor:.3g} {suffix}"
    return f"{number:.3g} bytes"
