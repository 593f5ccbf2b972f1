"""Names as keys have them."""

from __future__ import annotations

import re

_ESCAPED = re.compile(rb"[^A-Za-z0-9_/-]")


def escaped(name: str) -> str:
    """Return a name as KEY-2 escapes it."""
    return _ESCAPED.sub(lambda byte: b".%02X" % byte[0][0], name.encode()).decode()


def key_behind_place(name: str) -> str:
    """Return what follows the place in the key of a name (KEY-1)."""
    return f"{escaped(name)}.json"
