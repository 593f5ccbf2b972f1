"""How deep a document is nested, seen before it is parsed (specification, ENV-8)."""

from __future__ import annotations

from itertools import accumulate, count
from operator import sub
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NESTING = 256
_BLOCK = 64 * 1024  # bytes: what is taken apart at once takes a multiple of its size
_CHUNK = (
    128  # brackets that are counted at once; fewer than MAX_NESTING, so that flat ones need no closer look
)
_NO_MARKS = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_TWO_OR_NOTHING = bytes(2 * (byte in b"[{") for byte in range(256))


def is_too_deep(document: bytes) -> bool:
    """Return whether arrays and objects are nested in more than `MAX_NESTING` levels.

    A flat document of 16 MiB takes tens of milliseconds. Of what is no JSON it may say either.
    """
    if len(document) <= _BLOCK and document.count(b"[") + document.count(b"{") <= MAX_NESTING:
        return False  # most documents
    depth = at = 0
    in_string = False
    while at < len(document):
        end = at + _BLOCK
        while document[end - 1 : end] == b"\\":  # an escape is not divided
            end += 1
        block = document[at:end]
        if b"\\" in block:
            block = block.replace(b"\\\\", b"").replace(b'\\"', b"")
        marks = block.translate(None, _NO_MARKS)
        # Without two quotes beside each other the others are within strings and outside as before.
        parts = (b'"' * in_string + marks).replace(b'""', b"").split(b'"')
        brackets = b"".join(parts[::2])
        in_string = len(parts) % 2 == 0
        at = end
        for start in range(0, len(brackets), _CHUNK):
            chunk = brackets[start : start + _CHUNK]
            opened = chunk.count(b"[") + chunk.count(b"{")
            if depth + opened > MAX_NESTING and depth + _deepest(chunk) > MAX_NESTING:
                return True
            depth += 2 * opened - len(chunk)
    return False


def _deepest(brackets: bytes) -> int:
    """Return by how much the depth grows at most: two for each that opens, less one for each bracket at all."""
    depths: Iterable[int] = map(sub, accumulate(brackets.translate(_TWO_OR_NOTHING)), count(1))
    return max(depths)
