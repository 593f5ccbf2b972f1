"""Dates as HTTP and AWS have them. The standard library's reader of HTTP's takes longer to load than a read takes."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|\+0000|-0000)",
    re.ASCII,
)
_MONTHS = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)  # noqa: SIM905 - twelve quotes more
}
_FIRST_YEAR = 1970
_ISO_TIME = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:?00)"  # compiled when it is needed: seldom


def unix_time(date: str | None) -> float | None:
    """Return a date as Unix seconds; None if it is none, or before 1970 (WIRE-4)."""
    match = _DATE.fullmatch(date) if date else None
    if match is None:
        return None
    day, year = int(match[1]), int(match[3])
    hour, minute, second = int(match[4]), int(match[5]), int(match[6])
    month = _MONTHS.get(match[2])
    if month is None or year < _FIRST_YEAR or not 1 <= day <= _days_of(month, year):
        return None
    if hour > 23 or minute > 59 or second > 60:  # noqa: PLR2004 - a clock's
        return None
    # Days since 1970 in the calendar that begins its years with March, so that leap days come last.
    shifted = year - (month <= 2)  # noqa: PLR2004 - February
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1  # noqa: PLR2004
    days = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return float(days * 86_400 + hour * 3600 + minute * 60 + second)


def iso_time(text: object) -> float | None:
    """Return a time such as `2026-11-29T22:00:00Z` as Unix seconds; None if it is none."""
    match = re.fullmatch(_ISO_TIME, text, re.ASCII) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None


def _days_of(month: int, year: int) -> int:
    if month == 2:  # noqa: PLR2004 - February
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
