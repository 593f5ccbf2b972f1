"""What somebody else does to an object in the middle of an SDK's request."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

WRITE, NEW = "$WRITE", "$NEW"


@dataclass(frozen=True)
class Change:
    """An object that is stored, or removed.

    Attributes:
        headers: of the object.
        body: its text, in which `$WRITE` is the `write` of what it replaces and `$NEW` a new one; None removes it.
    """

    headers: Mapping[str, str]
    body: str | None

    def octets(self, replaced: str | None) -> bytes:
        """Return the body, given the `write` of what is replaced."""
        return filled(self.body or "", replaced).encode()


def filled(text: str, replaced: str | None) -> str:
    """Return a text with the ids of a `write` in it: that of what is replaced, and a new one."""
    return text.replace(WRITE, str(replaced)).replace(NEW, secrets.token_hex(8))


def write_of(document: bytes) -> str | None:
    """Return the `write` of a document, if it is one that has one."""
    write = members_of(document).get("write")
    return None if write is None else str(write)


def members_of(document: bytes) -> dict[str, Any]:
    """Return the members of a document; none of what is no JSON object."""
    try:
        parsed = json.loads(document)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
