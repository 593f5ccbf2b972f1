"""What one service object knows of each name, so that it never goes back in time (specification, section 7.2)."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._answer import Answer
    from memory._envelope import Envelope
    from memory._stats import Stats

MAX_NAMES = 10_000
SETTLED_SECONDS = 60  # whose outcome is still in doubt then has stopped waiting (COND-5)


class Record:
    """The newest state known of a name.

    Attributes:
        version: The ETag; None if there is no value, empty if the state is unknown.
        floor: S3's time in seconds below which an answer is older.
        known_at: When that was the state, by the clock.
        lineage: The id of the put that made it, and of those it was made from (COND-5).
        confirmed: When a read of S3 began that said so, by the clock; minus infinity if S3 was not asked (EXP-2).
    """

    __slots__ = ("confirmed", "floor", "known_at", "lineage", "version")

    def __init__(
        self,
        version: str | None,
        floor: float,
        known_at: float,
        lineage: tuple[str, ...] = (),
        confirmed: float = -math.inf,
    ) -> None:
        self.version = version
        self.floor = floor
        self.known_at = known_at
        self.lineage = lineage
        self.confirmed = confirmed


class View:
    """What was known of a name when a read of S3 began."""

    __slots__ = ("began", "record")

    def __init__(self, record: Record | None, began: float) -> None:
        self.record = record
        self.began = began


class _Writing:
    """Puts and removes of a name that are under way."""

    __slots__ = ("before", "count", "overlapped")

    def __init__(self, before: Record | None) -> None:
        self.before = before
        self.count = 0
        self.overlapped = False


class Session:
    """Judges what the edge says. Whoever uses it holds the lock of the service.

    Args:
        counts: Returns where to count for a name.
    """

    def __init__(self, counts: Callable[[str], Stats]) -> None:
        self._counts = counts
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._writing: dict[str, _Writing] = {}
        # Of forgotten names: when the newest of their states was known.
        self._horizon = -math.inf

    def trusts_edges(self, name: str, clock: Callable[[], float]) -> bool:
        """Return whether a request to the edge that begins now can bring anything that is accepted (SES-3 to SES-5)."""
        record = self._records.get(name)
        if record is not None:
            return record.version != ""
        return self._horizon == -math.inf or clock() - 1 >= self._horizon

    def accepts(self, name: str, answer: Answer, started: float) -> bool:
        """Return whether an answer of the edge is as new as what is known (SES-3, SES-5).

        Args:
            name: The name.
            answer: The answer.
            started: When the request was sent, by the clock.
        """
        record = self._records.get(name)
        if record is None:
            # Age counts whole seconds: the copy may be almost one second older.
            return started - answer.age - 1 >= self._horizon
        if record.version == "":
            return False
        if answer.document is None:
            return record.version is None
        if answer.version == record.version:
            self._counts(name).accepted_by_version += 1
            return True
        stored_at = answer.stored_at
        if stored_at is None or stored_at < record.floor + 1:
            return False
        self._counts(name).accepted_by_time += 1
        return True

    def fetched(self, name: str, answer: Answer, started: float, now: float) -> float:
        """Return since when what an edge says of a name may hide something newer (EXP-1, EXP-2).

        That is when the edge fetched its copy, or, for the max-age of the answer, when S3 itself said the same.

        Args:
            name: The name.
            answer: The answer, which is accepted.
            started: When the request was sent, by the clock.
            now: The same clock now.
        """
        fetched = answer.fetched(started)
        record = self._records.get(name)
        if record is None or record.version != answer.version:
            return fetched
        is_recent = record.confirmed <= now <= record.confirmed + answer.max_age
        return max(fetched, record.confirmed) if is_recent else fetched

    def is_newest(self, name: str, version: str | None) -> bool:
        """Return whether nothing newer than a version is known, as of a stale copy that somebody else was given."""
        record = self._records.get(name)
        return record is None or record.version == version

    def knows_other(self, name: str, answer: Answer) -> bool:
        """Return whether another version is known, or was until something happened to it."""
        record = self._records.get(name)
        return record is not None and record.version != (
            answer.version if answer.document is not None else None
        )

    def learn(self, name: str, answer: Answer, envelope: Envelope | None, known_at: float) -> None:
        """Note an answer that was accepted."""
        record = self._records.get(name)
        version = answer.version if answer.document is not None else None
        if record is not None and record.version == version and version is not None:
            self._records.move_to_end(name)
            return
        floor = answer.date if envelope is None else answer.stored_at
        self._put(
            name, Record(version, math.inf if floor is None else floor, known_at, lineage(answer, envelope))
        )

    def view(self, name: str, began: float) -> View:
        """Return what a read of S3 that begins now has to be held against when it ends."""
        return View(self._records.get(name), began)

    def learn_from_s3(
        self, name: str, answer: Answer, envelope: Envelope | None, view: View, now: float
    ) -> bool:
        """Note what S3 said, unless something happened to the name meanwhile.

        Returns:
            Whether it is the newest state, which memory may hold.
        """
        floor = answer.date if envelope is None else answer.stored_at
        version = None if envelope is None else answer.version
        read = Record(
            version, math.inf if floor is None else floor, now, lineage(answer, envelope), view.began
        )
        unchanged = self._records.get(name) is view.record and self._horizon <= view.began
        if not unchanged or name in self._writing:
            self._doubt(name, read)
            return False
        self._put(name, read)
        return True

    def begin(self, name: str, now: float) -> None:
        """Note that a put or remove begins: until it ends nobody can tell the state (SES-4)."""
        writing = self._writing.setdefault(name, _Writing(self._records.get(name)))
        writing.count += 1
        writing.overlapped = writing.overlapped or writing.count > 1
        self._put(name, _unknown(now))

    def end(self, name: str, now: float, record: Record | None = None, *, refused: bool = False) -> bool:
        """Note that a put or remove has ended.

        Args:
            name: The name.
            now: Unix time in seconds.
            record: What it made of the name; None if that is unknown.
            refused: Whether nothing was changed for sure.

        Returns:
            Whether the state is the one that it made.
        """
        writing = self._writing[name]
        writing.count -= 1
        if not writing.count:
            del self._writing[name]
        if writing.count or writing.overlapped:
            self._put(name, _unknown(now))
            return False
        if refused and writing.before is None:
            self._records.pop(name, None)
        else:
            self._put(name, writing.before if refused and writing.before else record or _unknown(now))
        return record is not None and record.version != ""

    def doubt(self, name: str, now: float) -> None:
        """Note that nobody can tell the state of a name (SES-4)."""
        if (writing := self._writing.get(name)) is not None:
            writing.overlapped = True
        self._put(name, _unknown(now))

    def end_all(self, now: float) -> None:
        """Note that whoever was writing is not here any more: nobody can tell what became of it."""
        names, self._writing = list(self._writing), {}
        for name in names:
            self._put(name, _unknown(now))

    def floor(self, name: str, version: str) -> float | None:
        """Return the `Date` of the answer to a put of this object; None if that version is not the one known."""
        record = self._records.get(name)
        is_known = record is not None and record.version == version and record.floor < math.inf
        return record.floor if record is not None and is_known else None

    def lineage(self, name: str, version: str) -> tuple[str, ...]:
        """Return the ids of the put that made a version and of those before it; none if it is not the one known."""
        record = self._records.get(name)
        return record.lineage if record is not None and record.version == version else ()

    def forget(self, prefix: str, now: float) -> None:
        """Forget the names under a prefix: nothing that was fetched before now is accepted for them."""
        self._horizon = max(self._horizon, now)
        for name in [name for name in self._records if name.startswith(prefix) and name not in self._writing]:
            del self._records[name]

    def _doubt(self, name: str, read: Record) -> None:
        """Note what S3 said while something else was learnt: nobody knows which of the two is newer (SES-4)."""
        known, writing = self._records.get(name), self._writing.get(name)
        if writing is not None:
            before = writing.before
            writing.overlapped |= before is None or before.version != read.version or read.version is None
        elif known is None or known.version != read.version:
            self._put(name, _unknown(read.known_at))
        elif read.version is None:
            known.floor = max(known.floor, read.floor)

    def _put(self, name: str, record: Record) -> None:
        self._records[name] = record
        self._records.move_to_end(name)
        if len(self._records) > MAX_NAMES:
            _, dropped = self._records.popitem(last=False)
            self._horizon = max(self._horizon, dropped.known_at)


def lineage(answer: Answer, envelope: Envelope | None) -> tuple[str, ...]:
    """Return what a put that replaces this document has to name as `previous` (COND-5)."""
    if envelope is None or envelope.write is None:
        return ()
    date, stored_at = answer.date, answer.stored_at
    if (
        answer.source == "s3"
        and date is not None
        and stored_at is not None
        and date - stored_at > SETTLED_SECONDS
    ):
        return (envelope.write,)
    return (envelope.write, *envelope.previous)


def _unknown(now: float) -> Record:
    return Record("", math.inf, now)
