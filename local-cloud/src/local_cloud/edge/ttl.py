"""How long an edge may keep what the origin sent: the table of CloudFront's "Manage how long content stays".

(CloudFront Developer Guide, page Expiration; for errors the pages HTTPStatusCodes and custom-error-pages.)
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_ERROR_TTL = 10.0  # seconds, if the distribution says nothing about the status
_ALWAYS_CACHED_ERRORS = frozenset({404, 414, 500, 501, 502, 503, 504})
_FORBIDDING = ("no-cache", "no-store", "private")


@dataclass(frozen=True)
class TtlLimits:
    """A cache policy's MinTTL, DefaultTTL and MaxTTL, in seconds."""

    minimum: float
    default: float
    maximum: float

    def lifetime(self, headers: Mapping[str, str]) -> float | None:
        """Return for how many seconds an object is fresh, or None if it must not be kept.

        Args:
            headers: what the origin sent, by lower-case name.
        """
        directives = cache_control(headers)
        if any(word in directives for word in _FORBIDDING):
            return self.minimum or None  # a MinTTL above zero wins even over no-store
        stated = _stated(headers, directives)
        if stated is None:
            return max(self.minimum, self.default)
        return max(self.minimum, min(stated, self.maximum))


def error_lifetime(status: int, headers: Mapping[str, str], minimum: float) -> float:
    """Return for how many seconds an error is served again without asking the origin; 0 is not at all.

    Args:
        status: the HTTP status that the origin answered, 400 or above.
        headers: what the origin sent, by lower-case name.
        minimum: the distribution's ErrorCachingMinTTL for this status, in seconds.
    """
    directives = cache_control(headers)
    stated = _seconds(directives, "s-maxage") or _seconds(directives, "max-age") or 0.0
    if status not in _ALWAYS_CACHED_ERRORS and not stated:
        return 0.0
    return max(minimum, stated)


def stale_if_error(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds past its lifetime an object may stand in for a 5xx; None is not stated."""
    return _seconds(cache_control(headers), "stale-if-error")


def cache_control(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the directives of the `cache-control` header by lower-case name; without a value it is ''."""
    directives = {}
    for part in headers.get("cache-control", "").split(","):
        name, _, value = part.partition("=")
        directives[name.strip().lower()] = value.strip().strip('"')
    return directives


def _stated(headers: Mapping[str, str], directives: Mapping[str, str]) -> float | None:
    for name in ("s-maxage", "max-age"):
        seconds = _seconds(directives, name)
        if seconds is not None:
            return seconds
    if "expires" in headers:
        return _until(headers["expires"], headers.get("date", ""))
    return None


def _seconds(directives: Mapping[str, str], name: str) -> float | None:
    value = directives.get(name, "")
    return float(value) if value.isdecimal() else None


def _until(expires: str, date: str) -> float:
    # Both times are the origin's, so its clock and the edge's need not agree. What is no date has expired.
    try:
        return max(0.0, (parsedate_to_datetime(expires) - parsedate_to_datetime(date)).total_seconds())
    except ValueError:
        return 0.0
