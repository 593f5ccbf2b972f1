"""Names as keys have them."""

from __future__ import annotations

import re

_ESCAPED = re.compile(rb"[^A-Za-z0-9_/-]")


def escaped(name: str) -> str:
    """Return a name as KEY-2 escapes it."""
    return _ESCAPED.sub(lambda byte: b".%02X" % byte[0][0], name.encode()).decode()
