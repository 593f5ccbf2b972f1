"""A document of which only the end changes: all else stays as whoever wrote it spelt it (specification, TOUCH-1)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOT_BETWEEN = re.compile(r"[^ \t\r\n,]")
_DECODER = json.JSONDecoder()


def renewed(document: bytes, expires_at: int | None, *, write: str, previous: Sequence[str] = ()) -> bytes:
    """Return a document with another end, and all else as whoever wrote it spelt it (TOUCH-1).

    Args:
        document: One that `decode` takes.
        expires_at: When the value ends, in Unix milliseconds; None if never.
        write: The id of the put.
        previous: The ids of the puts it was made from, newest first (COND-5).
    """
    members = _spelt(document.decode())
    for name, member in (
        ("write", write),
        ("expires_at", expires_at),
        ("previous", list(previous) or None),
    ):
        members.pop(name, None)
        if member is not None:
            members[name] = json.dumps(member)
    return "{{{}}}".format(",".join(f"{json.dumps(name)}:{text}" for name, text in members.items())).encode()


def _spelt(text: str) -> dict[str, str]:
    """Return the members of an object as its text has them: parsing could change how a number is written."""
    members = {}
    at = text.index("{")
    while (start := _NOT_BETWEEN.search(text, at + 1)) is not None and start[0] != "}":
        name, colon = _DECODER.raw_decode(text, start.start())
        begin = _NOT_BETWEEN.search(text, text.index(":", colon) + 1)
        assert begin is not None  # noqa: S101 - it has been decoded
        _, end = _DECODER.raw_decode(text, begin.start())
        members[name] = text[begin.start() : end]
        at = end - 1
    return members
