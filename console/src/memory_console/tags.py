"""Tags: their records, what is valid by them, and what invalidates them (specification, section 15)."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import memory

from memory_console.bucket import DEFAULT_EDGE_TTL
from memory_console.sdk import tag_record_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from memory_console.bucket import Bucket
    from memory_console.sdk import Admin, Envelope
    from memory_console.stored import Address


class Tags:
    """The records of a bucket's tags, each read once for all values that are valid by it; from any thread.

    Args:
        bucket: Where they are.
        clock: Returns Unix time in seconds.
        edge_ttl: Of a record that is new, in seconds; one that is there keeps its own.
    """

    def __init__(
        self,
        bucket: Bucket,
        clock: Callable[[], float] = time.time,
        edge_ttl: int = DEFAULT_EDGE_TTL,
    ) -> None:
        self._bucket = bucket
        self._edge_ttl = edge_ttl
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str, str], str | None] = {}

    def differing(self, address: Address, envelope: Envelope) -> list[str]:
        """Return the tags of a value that have been invalidated: it is valid if there are none (CTAG-5).

        What differs from a record that was read before the value may be newer than that: the record is read again.

        Raises:
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        return [
            tag
            for tag, generation in (envelope.tags or {}).items()
            if generation != self.generation(address, tag)
            and generation != self.generation(address, tag, anew=True)
        ]

    def is_present(self, address: Address, envelope: Envelope, now: float) -> bool:
        """Return whether readers take it for a value: it has neither expired nor been invalidated.

        Raises:
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        return not envelope.is_expired(now) and not self.differing(address, envelope)

    def generation(self, address: Address, tag: str, *, anew: bool = False) -> str | None:
        """Return the generation of a tag in the place of a value; None if it has none."""
        key = (address.visibility, address.service, tag)
        with self._lock:
            if key in self._known and not anew:
                return self._known[key]
        generation = self._place(address).generation(tag)
        with self._lock:
            self._known[key] = generation
        return generation

    def take(self, address: Address, tags: Iterable[str]) -> Mapping[str, str]:
        """Return the generations that tags have in the place of a value; what has none gets one (CTAG-12).

        Raises:
            memory.MemoryServiceError: A record cannot be read or written.
        """
        taken = {}
        for tag in tags:
            generation = self.generation(address, tag)
            if generation is None:
                generation = self._place(address).take([tag]).generations[tag]
                with self._lock:
                    self._known[address.visibility, address.service, tag] = generation
            taken[tag] = generation
        return taken

    @staticmethod
    def check(address: Address, tag: str) -> None:
        """Refuse what is no tag (CTAG-1).

        Raises:
            memory.InvalidNameError: It is none.
        """
        tag_record_key(address.visibility, address.service, tag)

    def invalidate(self, address: Address, tag: str) -> None:
        """Give a tag of a place another generation (CTAG-14).

        Args:
            address: Of any value in that place.
            tag: The tag.

        Raises:
            memory.InvalidNameError: It is no tag.
            memory.MemoryServiceError: Its record cannot be written.
        """
        # Looked at first, as it keeps the edge TTL that it has.
        self.generation(address, tag, anew=True)
        try:
            self._place(address).invalidate_tags([tag])
        except memory.BatchError as error:
            raise error.errors[tag] from None
        with self._lock:
            self._known.pop((address.visibility, address.service, tag), None)

    def _place(self, address: Address) -> Admin:
        return self._bucket.place(
            address.visibility, address.service, edge_ttl=self._edge_ttl, clock=self._clock
        )


def named(tags: Iterable[str]) -> str:
    """Return tags as a sentence has them, such as `tags a, b`."""
    names = list(tags)
    return f"tag{'' if len(names) == 1 else 's'} {', '.join(names)}"
