"""Writers in a model: they announce and write, freeze, crash, and have clocks of their own."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from conformance.record import bucket_of, first

from .storage import is_believed

if TYPE_CHECKING:
    from random import Random

    from .reader import Reader
    from .rule import Rule
    from .simulation import Process, Simulation
    from .storage import Put, Storage, Stored

_CALL = 60.0  # seconds
_HANGS_UP = 20.0  # seconds that S3 waits for the rest of a body
_CLOCK = 10  # seconds by which a writer's clock may be wrong
_AGAIN = 15  # seconds after its announcement until which something is sent
_LATE = 100
_TOO_MANY = 2  # conflicts

Announcing = Generator[float, None, "int | None"]


class Setting(NamedTuple):
    """What all writers of a trial have in common: how often they fail, and how long a bucket is kept."""

    rule: Rule
    random: Random
    simulation: Simulation
    storage: Storage
    faults: float
    day: int
    uploads: Sequence[float]


class Writer:
    """A process that writes.

    Args:
        setting: what it shares.
        clock_error: how many seconds its clock is ahead.
        edge_ttl: its `EDGE_TTL`, which the record gets.
        reader: the reader of the same object, whose copies its puts are.
    """

    def __init__(self, setting: Setting, clock_error: float, edge_ttl: int, reader: Reader | None) -> None:
        self._setting = setting
        self._rule, self._random, self._simulation, self._storage, *_ = setting
        self._error = clock_error
        self._edge_ttl = edge_ttl
        self._reader = reader
        self._seen: Stored | None = None
        self._condition: Stored | None = None
        self._knows = False  # whether it has looked: what it has seen may be no record
        self._newest = 0
        self._queue: list[Put] = []
        self._announces = False

    def put(self, *puts: Put) -> Process:
        """Write values, announced together with whatever else is waiting."""
        self._queue += puts
        if self._announces:
            return
        self._announces = True
        while self._queue:
            group, self._queue = self._queue, []
            if not self._rule.announces_first:
                for put in group:
                    self._simulation.begin(self._written(put, int(self._clock())))
                yield self._random.choice((0.5, 3, 10))
            e = yield from self._announced(group)
            if e is not None and self._rule.announces_first:
                for put in group:
                    self._simulation.begin(self._written(put, e))
        self._announces = False

    def grant(self, seconds: int, put: Put) -> Process:
        """Let somebody else write until a time."""
        end = int(self._clock()) + seconds
        if self._rule.announces_grants and (yield from self._announced([put], until=end)) is None:
            return
        yield self._random.uniform(0, seconds * 1.2)
        if self._simulation.now <= end - _CLOCK:
            yield self._random.choice((0.1, 5, 60, 90))
            self._storage.land(put.name, put.version, put.edge_ttl)

    def _clock(self) -> float:
        return self._simulation.now + self._error

    def _latency(self) -> Process:
        yield self._random.choice((0.02, 0.05, 0.3))
        if self._random.random() < self._setting.faults:
            yield self._random.choice((3, 14, 19, 30, 150, 250))

    def _announced(self, group: list[Put], until: int | None = None) -> Announcing:
        buckets = [bucket_of(put.name) for put in group]
        everything = until is not None or any(put.clears for put in group)
        conflicts = 0
        end = self._simulation.now + _CALL
        while self._simulation.now < end:
            if not self._knows:
                yield from self._look()
            e = int(self._clock())
            shared = None if everything else self._shared(buckets)
            if shared is not None:
                return shared
            begun, condition = self._seen, self._condition
            record = begun.record if begun else first(e, self._rule.lead)
            widely = everything or conflicts >= _TOO_MANY
            raised = (
                record.raised(e, until=until or e, day=self._setting.day)
                if widely
                else record.raised(e, buckets, day=self._setting.day)
            )
            start = self._simulation.now
            yield from self._latency()
            if not self._storage.begins(e, 20):
                self._knows = False
                continue
            yield self._random.choice((0.02, 0.1, 2))
            if self._rule.merges and self._storage.record is not condition:
                conflicts += 1
                self._knows = False
                continue
            stored = self._storage.put_record(raised, self._edge_ttl)
            yield from self._latency()
            if self._random.random() < self._setting.faults / 4:
                self._knows = False  # the answer is lost: look what became of it
                continue
            self._see(stored)
            if self._is_corrected(stored.last_modified, start):
                continue
            return e
        return None

    def _shared(self, buckets: list[int]) -> int | None:
        """Return the time of an announcement by somebody else that will do."""
        if self._seen is None:
            return None
        record = self._seen.record
        e = min(max(record.buckets.get(bucket, 0), record.all) for bucket in buckets)
        return e if abs(e - self._clock()) <= _CLOCK else None

    def _look(self) -> Process:
        start = self._simulation.now
        yield from self._latency()
        stored, date = self._storage.record, int(self._simulation.now)
        yield from self._latency()
        self._see(stored)
        self._is_corrected(date, start)

    def _see(self, stored: Stored | None) -> None:
        self._knows = True
        self._condition = stored
        believed = stored is not None and is_believed(stored, self._rule)
        if stored is not None and stored.record.newest < self._newest and not self._rule.believes_restored:
            believed = False
        self._seen = stored if believed else None
        self._newest = max(self._newest, stored.record.newest) if stored and believed else 0

    def _is_corrected(self, date: int, start: float) -> bool:
        """Take into account that the clock is wrong, if an answer's Date says so."""
        ahead = start + self._error - date
        behind = date - self._clock()
        if max(ahead, behind) <= _CLOCK:
            return False
        self._error = self._random.uniform(-1, 1)
        return True

    def _written(self, put: Put, e: int) -> Process:
        if self._random.random() < self._setting.faults / 4:
            return  # it crashes
        end = self._simulation.now + _CALL
        if self._reader:
            self._reader.writes(put.name)
        announced: int | None = e
        start = self._clock()
        while announced is not None:
            landed, again = yield from self._sent(put, announced, end)
            if landed:
                self._done(put, announced, start)
            if not again or self._simulation.now > end:
                break
            if again == "announce" or self._clock() > announced + _AGAIN:
                announced = yield from self._announced([put])
        if self._reader:
            self._reader.has_written(put.name)

    def _sent(self, put: Put, e: int, end: float) -> Generator[float, None, tuple[bool, str]]:
        """Send a put once; return whether it succeeded, and what is to be done then."""
        is_fenced = self._rule.expires <= _HANGS_UP and self._rule.signs_with_announced
        if is_fenced and self._clock() > e + _AGAIN:
            return False, "announce"
        signed = e if self._rule.signs_with_announced else int(self._clock())
        yield from self._latency()
        if not self._storage.begins(signed, self._rule.expires):
            return False, "announce"
        left = self._random.choice(self._setting.uploads)
        first_part = True
        while left > 0:
            if not first_part and (
                self._clock() > e + self._rule.breaks_off
                or (self._simulation.now > end and self._rule.breaks_off <= _LATE)
            ):
                return False, ""
            first_part = False
            pause = min(left, 5.0)
            left -= pause
            if self._random.random() < self._setting.faults:
                frozen = self._random.choice((1, 10, 19, 60))
                if frozen >= _HANGS_UP:
                    return False, "again"
                pause += frozen
            yield pause
        yield self._random.choice((0.01, 0.1, 5))
        self._storage.land(put.name, put.version, put.edge_ttl)
        date = self._simulation.now
        yield from self._latency()
        if date > e + _LATE and self._rule.breaks_off <= _LATE:
            yield from self._announced([put])
        if self._random.random() < self._setting.faults:
            return False, "again"  # the answer is lost
        return True, ""

    def _done(self, put: Put, e: int, start: float) -> None:
        if self._reader:
            self._reader.has_put(put, e, start)
