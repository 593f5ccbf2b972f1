"""Tags: their records, what is valid by them, and what invalidates them (specification, section 15)."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import memory

from memory_console.bucket import CorruptObjectError
from memory_console.sdk import MAX_TAGS, PutOptions, decode, encode, new_write_id, tag_record_key
from memory_console.stored import DEFAULT_EDGE_TTL, edge_ttl_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from memory_console.bucket import Bucket, StoredObject
    from memory_console.sdk import Envelope
    from memory_console.stored import Address

_RESTORED = 30  # seconds after its time by which a record is stored that was not restored (CTAG-3)
_INACCURACY = 10  # seconds by which the time in a record may be wrong (CTAG-3)
_ATTEMPTS = 10


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
        self._known: dict[str, str | None] = {}

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
        key = _key(address, tag)
        with self._lock:
            if key in self._known and not anew:
                return self._known[key]
        _, _, generation = self._look(key)
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
                generation = self._made(_key(address, tag))
            taken[tag] = generation
        return taken

    @staticmethod
    def check(address: Address, tag: str) -> None:
        """Refuse what is no tag (CTAG-1).

        Raises:
            memory.InvalidNameError: It is none.
        """
        _key(address, tag)

    def invalidate(self, address: Address, tag: str) -> None:
        """Give a tag of a place another generation (CTAG-14).

        Args:
            address: Of any value in that place.
            tag: The tag.

        Raises:
            memory.InvalidNameError: It is no tag.
            memory.MemoryServiceError: Its record cannot be written.
        """
        key = _key(address, tag)
        version, edge_ttl, _ = self._look(key)
        # On a condition: sent again after its answer was lost, it must not undo what somebody else has invalidated. Who
        # was faster has given the tag another generation since this call began.
        with suppress(memory.ConflictError):
            self._put(key, version, edge_ttl)
        with self._lock:
            self._known.pop(key, None)

    def _made(self, key: str) -> str:
        for _ in range(_ATTEMPTS):
            version, edge_ttl, generation = self._look(key)
            if generation is None:
                try:
                    generation = self._put(key, version, edge_ttl)
                except memory.ConflictError:
                    continue
            with self._lock:
                self._known[key] = generation
            return generation
        raise memory.ConflictError(f"{key}: others were faster {_ATTEMPTS} times")

    def _look(self, key: str) -> tuple[str | None, int | None, str | None]:
        """Return the version of a record, its edge TTL, and its generation if it is believed (CTAG-3)."""
        try:
            found = self._bucket.read(key)
        except CorruptObjectError as error:
            return error.head.version, edge_ttl_of(error.head), None
        return (None, None, None) if found is None else (found.version, edge_ttl_of(found), _believed(found))

    def _put(self, key: str, version: str | None, edge_ttl: int | None) -> str:
        """Replace that version of a record, once more if this machine's clock is wrong, and return its generation."""
        options = PutOptions.check(
            None, edge_ttl, None, default_edge_ttl=self._edge_ttl, default_storage_class="STANDARD"
        )
        now, write = self._clock(), new_write_id()
        condition: dict[str, Any] = {"if_absent": True} if version is None else {"if_version": version}
        stored_as = self._bucket.write(key, encode(int(now * 1000), write=write), options, **condition)
        stored = self._bucket.read(key)
        if stored is None or stored.version != stored_as:
            return write  # somebody else has given it another one since
        at = stored.stored_at.timestamp()
        if abs(at - now) <= _INACCURACY:
            return write
        write = new_write_id()
        self._bucket.write(key, encode(int(at * 1000), write=write), options, if_version=stored_as)
        return write


def _key(address: Address, tag: str) -> str:
    return tag_record_key(address.visibility, address.service, tag)


def _believed(found: StoredObject) -> str | None:
    """Return the generation that a record says its tag has; None if it is not believed (CTAG-3)."""
    try:
        record = decode(found.document)
    except memory.CorruptValueError:
        return None
    if record.type != "int" or record.expires_at is not None or record.tags is not None:
        return None
    at: int = record.value
    return record.write if found.stored_at.timestamp() * 1000 <= at + _RESTORED * 1000 else None


def named(tags: Iterable[str]) -> str:
    """Return tags as a sentence has them, such as `tags a, b`."""
    names = list(tags)
    return f"tag{'' if len(names) == 1 else 's'} {', '.join(names)}"


def check_tags(tags: Iterable[str]) -> list[str]:
    """Return tags that a value may have, the same one twice being one (CTAG-11).

    Raises:
        memory.ConfigurationError: There are more than 16.
    """
    given = list(dict.fromkeys(tags))
    if len(given) > MAX_TAGS:
        raise memory.ConfigurationError(f"a value has at most {MAX_TAGS} tags, not {len(given)}")
    return given
