"""The copies in this process's memory."""

from __future__ import annotations

import marshal
import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from memory._envelope import decode
from memory._names import is_tag_record

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from memory._answer import Answer
    from memory._envelope import Envelope
    from memory._stats import Stats

# What a copy counts for besides its document and its name (MEM-1). It is what CPython needs for one, too: the object,
# its place in the dict, and the headers of both.
ITEM_BYTES = 400

_CONTAINERS = ("list", "dict")


class CachedValue:
    """A value as it was read or put, and until when it is fresh.

    A list or dict is kept as bytes, so that each caller gets one of their own (MEM-3): as the document until it is
    first asked for, from then on in the form that CPython reads fastest.

    Attributes:
        type: The value's type as the specification names it.
        version: The ETag of its object.
        stored_at: When that was written, in Unix seconds; None if unknown.
        expires_at: When the value ends, in Unix milliseconds; None if never.
        took: Milliseconds that computing it took.
        started: When the request was sent that fetched it, by the clock.
        fetched: When the edge fetched it from S3, by the clock.
        fresh_until: When it has to be asked for again.
        own_until: The same, whatever becomes of its tags.
        tags: The generation of each of its tags; None of a value without.
        write: The id of its put; None without.
        size: Bytes it counts for, without its name.
        f: Since when it has surely been read, by S3's clock; None if nobody knows, or nobody needs to (CHG-14).
        is_confirmed: Whether it counts as read with a change record (CHG-16).
    """

    __slots__ = (
        "_document",
        "_held",
        "_max_age",
        "_tags_until",
        "expires_at",
        "f",
        "fetched",
        "fresh_until",
        "is_confirmed",
        "own_until",
        "size",
        "started",
        "stored_at",
        "tags",
        "took",
        "type",
        "version",
        "write",
    )

    def __init__(  # noqa: PLR0913 - what is known about a value
        self,
        envelope: Envelope,
        document: bytes,
        version: str,
        *,
        stored_at: float | None,
        max_age: int,
        age: int,
        started: float,
    ) -> None:
        self.type = envelope.type
        self._document: bytes | None = document if envelope.type in _CONTAINERS else None
        self._held: Any = None if envelope.type in _CONTAINERS else envelope.value
        self.version = version
        self.stored_at = stored_at
        self.expires_at = envelope.expires_at
        self.took = envelope.took
        self.started = started
        self.fetched = started - age
        self._max_age = max_age
        self.own_until = self.fresh_until = started - age + max_age
        self.tags = envelope.tags
        self.write = envelope.write
        self._tags_until = math.inf
        if self.tags is not None:
            self.judge(-math.inf)
        self.size = len(document) + ITEM_BYTES
        self.f: float | None = None
        self.is_confirmed = False

    @classmethod
    def of(cls, answer: Answer, envelope: Envelope, started: float) -> CachedValue:
        """Return the copy of what was read.

        Args:
            answer: The answer; it has a document.
            envelope: That document, decoded.
            started: When the request was sent, by the clock.
        """
        document = answer.document or b""
        return cls(
            envelope,
            document,
            answer.version,
            stored_at=answer.stored_at,
            max_age=answer.max_age,
            age=answer.age,
            started=started,
        )

    def value(self) -> Any:
        """Return the value, the caller's own."""
        if self.type not in _CONTAINERS:
            return self._held
        document = self._document
        if document is None:
            return marshal.loads(self._held)  # noqa: S302 - what this process dumped
        value = decode(document).value
        try:
            self._held = marshal.dumps(value)
            self._document = None
        except ValueError:
            pass  # nested more deeply than marshal goes: it stays a document
        return value

    def confirm(self, started: float, fetched: float) -> None:
        """Let it count as read with a change record (CHG-16).

        Args:
            started: When the request was sent that read the record, by the clock.
            fetched: When the edge fetched that from S3, by the clock.
        """
        if fetched > self.fetched:
            self.started = started
            self.fetched = fetched
            self.own_until = fetched + self._max_age
            self.fresh_until = min(self.own_until, self._tags_until)
            self.is_confirmed = True

    def judge(self, until: float) -> None:
        """Note until when the records of its tags are fresh that say that it is valid (CTAG-7)."""
        self._tags_until = until
        self.fresh_until = min(self.own_until, until)

    def is_fresh(self, now: float) -> bool:
        """Return whether it may be served without asking (MEM-2, MEM-5).

        Args:
            now: Unix time in seconds.
        """
        return self.started <= now < self.fresh_until and not self.is_expired(now)

    def is_fresh_itself(self, now: float) -> bool:
        """Return whether it may be served if its tags are valid."""
        return self.started <= now < self.own_until and not self.is_expired(now)

    def is_expired(self, now: float) -> bool:
        """Return whether the value no longer exists at a Unix time in seconds (ENV-5)."""
        return self.expires_at is not None and self.expires_at <= now * 1000


class LocalMemory:
    """The least recently used copies go first. Whoever uses it holds the lock of the service.

    Args:
        max_items: How many copies to keep; 0 for none.
        max_bytes: How many bytes they may count for; 0 for none.
        stats: Where to count.

    Attributes:
        arrivals: How many copies there have been. While that stays the same, what was not there still is not.
    """

    def __init__(self, max_items: int, max_bytes: int, stats: Stats) -> None:
        self._max_items = max_items if max_bytes else 0
        self._max_bytes = max_bytes
        self._stats = stats
        self._copies: OrderedDict[str, CachedValue] = OrderedDict()
        self.arrivals = 0

    def fresh(self, name: str, now: float) -> CachedValue | None:
        """Return the copy of a name if it may be served without asking.

        Args:
            name: The name, or what a caller took for one.
            now: Unix time in seconds.
        """
        try:
            copy = self._copies[name]
            if not copy.is_fresh(now):
                return None
            self._copies.move_to_end(name)
        except (KeyError, TypeError):
            return None
        self._stats.memory_hits += 1
        if copy.is_confirmed:
            self._stats.confirmed += 1
        return copy

    def fresh_record(self, name: str, now: float) -> CachedValue | None:
        """Return the copy of a tag's record if it need not be read, which counts as no get."""
        copy = self._copies.get(name)
        if copy is None or not copy.is_fresh_itself(now):
            return None
        self._copies.move_to_end(name)
        return copy

    def kept(self, name: str) -> CachedValue | None:
        """Return the copy of a name, fresh or not."""
        return self._copies.get(name)

    def stale(self, name: str, now: float, stale_if_error: float) -> CachedValue | None:
        """Return the copy of a name that may be served if S3 cannot be read (STALE-2)."""
        copy = self._copies.get(name)
        if copy is None or copy.is_expired(now) or not copy.started <= now <= copy.own_until + stale_if_error:
            return None
        return copy

    def keep(self, name: str, copy: CachedValue) -> None:
        """Keep a copy in place of an older one, and drop others if it takes their room."""
        self.drop(name)
        if is_tag_record(name):
            copy.judge(-math.inf)  # it answers no get, whoever asks for its name
        size = _size(name, copy)
        if not self._max_items or size > self._max_bytes:
            return
        self._copies[name] = copy
        self.arrivals += 1
        self._stats.bytes += size
        while len(self._copies) > self._max_items or self._stats.bytes > self._max_bytes:
            self._stats.bytes -= _size(*self._copies.popitem(last=False))
            self._stats.evictions += 1
        self._stats.items = len(self._copies)

    def drop(self, name: str) -> None:
        """Drop the copy of a name, if there is one."""
        copy = self._copies.pop(name, None)
        if copy is not None:
            self._stats.bytes -= _size(name, copy)
            self._stats.items = len(self._copies)

    def drop_confirmed(self) -> None:
        """Drop the copies that count as read with a change record: it may be wrong (CHG-19)."""
        for name in [name for name, copy in self._copies.items() if copy.is_confirmed]:
            self.drop(name)

    def drop_tagged(self, tags: AbstractSet[str]) -> None:
        """Drop the copies that have one of some tags."""
        for name in [
            name for name, copy in self._copies.items() if copy.tags and not tags.isdisjoint(copy.tags)
        ]:
            self.drop(name)

    def drop_prefix(self, prefix: str) -> None:
        """Drop the copies of all names under a prefix."""
        for name in [name for name in self._copies if name.startswith(prefix)]:
            self.drop(name)


def _size(name: str, copy: CachedValue) -> int:
    """Return the bytes that a copy under a name counts for (MEM-1)."""
    return copy.size + (len(name) if name.isascii() else len(name.encode()))
