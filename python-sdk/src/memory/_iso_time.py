"""Times as AWS's interfaces have them: 2026-11-29T22:00:00Z."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:?00)", re.ASCII)


def iso_time(text: object) -> float | None:
    """Return a time as Unix seconds; None if it is none."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None
