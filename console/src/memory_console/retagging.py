"""Values that come to another place with the tags that they had (specification, section 15)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from memory_console.sdk import decode
from memory_console.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from memory_console.archive import Archived
    from memory_console.bucket import Bucket
    from memory_console.stored import Address


class Retagging:
    """Gives values the tags that they had, in the place where they come to.

    Each tag's generation is that from before the first value with it is stored (CTAG-12): what is invalidated from then
    on makes all of them a miss.

    Attributes:
        known: what is valid there now.

    Args:
        bucket: Where they come to.
        is_back: Whether they come from the same place: then its records say what was invalidated since.
    """

    def __init__(self, bucket: Bucket, *, is_back: bool = False) -> None:
        self.known = Tags(bucket)
        self._before = Tags(bucket)
        self._is_back = is_back

    def tagged(self, value: Archived) -> Archived | None:
        """Return a value with its tags; None if it was invalidated since."""
        own = value.envelope.tags
        if not own:
            return value
        address = value.address
        if self._is_back and any(
            self._before.generation(address, tag) not in (None, generation) for tag, generation in own.items()
        ):
            return None
        document = _retagged(value.document, self.take(address, own))
        return replace(value, document=document, envelope=decode(document))

    def take(self, address: Address, tags: Iterable[str]) -> Mapping[str, str]:
        """Return the generations of tags there; what has none gets one."""
        return self._before.take(address, tags)


def _retagged(document: bytes, tags: Mapping[str, str]) -> bytes:
    """Return a document that says the same, with other generations of its tags."""
    members = json.loads(document) | {"tags": dict(tags)}
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
