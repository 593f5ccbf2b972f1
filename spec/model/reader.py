"""Readers in a model: objects with copies in memory, which roam between edges and have clocks of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from conformance.record import DAY, bucket_of, put_back, read_at

from .edges import RECORD, Answer, of_storage
from .storage import is_believed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from random import Random

    from conformance.record import Record

    from .edges import Edge
    from .rule import Rule
    from .simulation import Process, Simulation
    from .storage import Put, Storage, Stored


@dataclass(frozen=True)
class Read:
    """Something that was read, in memory.

    Attributes:
        content: the number of a landing, or the record.
        start: when its request began, by the reader's clock.
        arrived: when it was there.
        age: its `Age` then.
        max_age: its `max-age`.
        date: its `Date`.
        f: since when it surely has been read, by S3's clock; None if nobody knows.
        is_confirmed: whether it counts as read with a record.
    """

    content: Stored | int | None
    start: float
    arrived: float
    age: int
    max_age: int
    date: int
    f: float | None
    is_confirmed: bool = False

    def is_fresh(self, clock: float) -> bool:
        """Whether MEM-2 lets it be returned."""
        return self.start <= clock < self.start - self.age + self.max_age


_ROAMS = 0.3


class World(NamedTuple):
    """What all readers of a trial have in common."""

    rule: Rule
    random: Random
    simulation: Simulation
    storage: Storage
    edges: Sequence[Edge]
    judge: Callable[[Reader, str, int, float], None]
    slow: float


class Reader:
    """One object that reads.

    Args:
        world: what it shares.
        clock_error: how many seconds its clock is ahead.
        edge_ttl: its `EDGE_TTL`.
    """

    def __init__(self, world: World, clock_error: float, edge_ttl: int) -> None:
        self._world = world
        self._rule, self._random, self._simulation, self._storage, *_ = world
        self._error = clock_error
        self._edge_ttl = edge_ttl
        self._edge = 0
        self._copies: dict[str, Read] = {}
        self._newest: dict[str, int] = {}
        self._writing: Counter[str] = Counter()
        self._written: Counter[str] = Counter()
        self._record: Read | None = None
        self._asked = float("-inf")  # until when it does not ask for the record
        self._asks = False
        self._distrusted: tuple[float, int] | None = None
        self.saw_foreign = False
        self.counts: Counter[str] = Counter()

    def get(self, name: str) -> Process:
        """Get a value, from memory or an edge."""
        if self._random.random() < _ROAMS:
            self._edge = self._random.randrange(len(self._world.edges))
        began = self._simulation.now
        self.counts["gets"] += 1
        copy = self._copies.get(name)
        if copy and copy.is_fresh(self._clock()):
            self.counts["fresh"] += 1
            self._world.judge(self, name, _landing(copy), began)
            return
        if copy and self._might_confirm(name, copy):
            yield from self._look()
            copy = self._confirmed(name)
            if copy:
                self.counts["confirmed"] += 1
                self._world.judge(self, name, _landing(copy), self._simulation.now)
                return
        yield from self._read(name, began)

    def writes(self, name: str) -> None:
        """Learn that this object begins to put."""
        self._writing[name] += 1
        self._written[name] += 1
        self._copies.pop(name, None)

    def has_written(self, name: str) -> None:
        """Learn that a put of this object has ended, whatever came of it."""
        self._writing[name] -= 1
        self._written[name] += 1

    def has_put(self, put: Put, e: int, start: float) -> None:
        """Keep what this object has put as a copy."""
        if self._writing[put.name] > 1:
            return
        landings = self._storage.values[put.name]
        number = max(at for at, landing in enumerate(landings) if landing.version == put.version)
        f = None if self._rule.own_puts is None else e + self._rule.own_puts
        shift = start - self._simulation.now  # the writer's clock counts: its object has one
        began = self._simulation.now + self._error + min(0.0, shift)
        self._copies[put.name] = Read(number, began, self._clock(), 0, put.edge_ttl, 0, f)

    def _clock(self) -> float:
        return self._simulation.now + self._error

    def _might_confirm(self, name: str, copy: Read) -> bool:
        if copy.f is None or self._is_distrusting():
            return False
        record = self._record_at_hand()
        return record is None or copy.f >= self._base(record, name) + self._rule.quiet

    def _confirmed(self, name: str) -> Read | None:
        """Return the copy as if it had been read with the record, if that confirms it and it is fresh then."""
        copy, told, record = self._copies.get(name), self._record, self._record_at_hand()
        if copy is None or copy.f is None or told is None or record is None:
            return None
        self._compare(name, _landing(copy))
        if self._is_distrusting() or copy.f < self._base(record, name) + self._rule.quiet:
            return None
        since, age = (told.start, told.age) if self._rule.judges_after else (told.arrived, 0)
        copy = replace(copy, start=since, age=age, is_confirmed=True)
        if not copy.is_fresh(self._clock()):
            return None
        self._copies[name] = copy
        return copy

    def _base(self, record: Record, name: str) -> int:
        rule = self._rule
        return max(
            record.buckets.get(bucket_of(name), 0) if rule.heeds_buckets else 0,
            record.since if rule.heeds_since else 0,
            record.all if rule.heeds_all else 0,
        )

    def _record_at_hand(self) -> Record | None:
        stored = self._record.content if self._record else None
        if stored is None or isinstance(stored, int) or not is_believed(stored, self._rule):
            return None
        return stored.record

    def _look(self) -> Process:
        """Read the record, unless there is one that is fresh or somebody has just looked."""
        while self._asks:
            yield 0.1
        if self._clock() < self._asked or (self._record and self._record.is_fresh(self._clock())):
            return
        self._asks = True
        told = yield from self._exchange(RECORD)
        self._asks = False
        self.counts["records_read"] += 1
        if not told.is_fresh(self._clock()):
            self._asked = self._clock() + (0 if told.content else self._edge_ttl)
        self._keep(told)

    def _keep(self, told: Read) -> None:
        known, before = self._record, self._record_at_hand()
        newer = known is None or told.start - told.age >= known.start - known.age
        if newer or not self._rule.keeps_time_of_newest:
            self._record = told
        after = self._record_at_hand()
        looks = not self._rule.believes_restored and self._record is told
        if looks and known and before and after and put_back(before, known.date, after, told.f):
            self.counts["put back"] += 1
            self._distrust(
                told.content.last_modified if told.content and not isinstance(told.content, int) else 0
            )
        if not newer and not self._rule.keeps_time_of_newest and known:
            self._record = replace(told, start=known.start, age=known.age, arrived=known.arrived)

    def _read(self, name: str, began: float) -> Process:
        written = self._written[name]
        told = yield from self._exchange(name)
        if _landing(told) < self._newest.get(name, 0):  # SES-3: S3 says what is newest
            told = yield from self._exchange(name, of_s3=True)
        self._newest[name] = max(self._newest.get(name, 0), _landing(told))
        if not self._writing[name] and self._written[name] == written:
            self._copies[name] = told
        self._compare(name, _landing(told))
        self._world.judge(self, name, _landing(told), began)

    def _exchange(self, name: str, *, of_s3: bool = False) -> Generator[float, None, Read]:
        start, began = self._clock(), self._simulation.now
        yield self._pause()
        answer: Answer = (
            of_storage(self._storage, name, self._simulation.now)
            if of_s3
            else self._world.edges[self._edge].answer(name)
        )
        wait = self._pause()
        yield wait
        date = min(answer.date + int(wait), int(self._simulation.now)) if answer.age == 0 else answer.date
        elapsed = self._simulation.now - began if self._rule.counts_exchange else 0.0
        age = answer.age if self._rule.ages else 0
        tier = answer.max_age if self._rule.counts_second_tier and not of_s3 else None
        f = read_at(date, elapsed, age, tier)
        return Read(answer.content, start, self._clock(), age, answer.max_age, date, f)

    def _pause(self) -> float:
        if self._random.random() < self._world.slow:
            return self._random.choice((4.0, 28.0, 58.0, 58.0))
        return self._random.choice((0.005, 0.02, 0.2))

    def _compare(self, name: str, number: int) -> None:
        """Notice a value that nobody announced (CHG-19)."""
        record, told = self._record_at_hand(), self._record
        if record is None or told is None:
            return
        modified = int(self._storage.values[name][number].time)
        if record.contradicts(told.f, bucket_of(name), modified):
            self.saw_foreign = True
            self._distrust(modified)

    def _distrust(self, last_modified: int) -> None:
        self.counts["distrusts"] += 1
        if self._rule.distrusts:
            self._distrusted = (self._clock() + DAY, last_modified)
            self._copies = {name: copy for name, copy in self._copies.items() if not copy.is_confirmed}

    def _is_distrusting(self) -> bool:
        record = self._record_at_hand()
        if self._distrusted is None or (record and record.all > self._distrusted[1]):
            return False
        return self._clock() < self._distrusted[0]


def _landing(read: Read) -> int:
    if not isinstance(read.content, int):
        raise TypeError("a value is the number of its landing")
    return read.content
