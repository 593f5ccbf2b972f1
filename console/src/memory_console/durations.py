"""Lengths of time, as people write and read them."""

from __future__ import annotations

import re

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PARTS = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")


def parse_duration(text: str) -> float:
    """Return seconds for a text such as `90`, `15m`, `1h30m` or `7d`.

    Raises:
        ValueError: It is no such text.
    """
    match = _PARTS.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        raise ValueError(f"{text!r} is no length of time: write seconds, or such as 15m, 1h30m or 7d")
    return sum(
        float(number) * seconds
        for number, seconds in zip(match.groups(), _UNITS.values(), strict=True)
        if number
    )


def shown_duration(seconds: float) -> str:
    """Return a length of time in its two largest units, such as `3h 12m`."""
    left = max(0, int(seconds))
    parts: list[str] = []
    for unit, length in _UNITS.items():
        number, left = divmod(left, length)
        if number or (unit == "s" and not parts):
            parts.append(f"{number}{unit}")
        elif parts:
            break
    return " ".join(parts[:2])
