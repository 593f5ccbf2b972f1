"""Conditional reads: does the one who asks already have this version?"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def unchanged(asked: Mapping[str, str], held: Mapping[str, str]) -> bool:
    """Return whether the version that is held is the one that is there already (RFC 9110, section 13.1).

    Args:
        asked: The request's headers, whose names are found in any case.
        held: What describes the version, by lower-case name.
    """
    if "If-None-Match" in asked:
        tags = [tag.strip().removeprefix("W/") for tag in asked["If-None-Match"].split(",")]
        return "*" in tags or held.get("etag", "").removeprefix("W/") in tags
    if "If-Modified-Since" not in asked or "last-modified" not in held:
        return False
    try:
        since = parsedate_to_datetime(asked["If-Modified-Since"])
        return parsedate_to_datetime(held["last-modified"]) <= since
    except (ValueError, TypeError):  # no date, or one without a time zone: as if not asked
        return False
