"""Requests replayed one by one through memories, points of presence and regional caches, to check the model.

The caches here know nothing of the model's formulas: each keeps copies with an arrival time and the age they came
with, tells ages in whole seconds as the header Age does, and drops what is too old.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
import math
import random
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from memory_console.cost.change_record import ANNOUNCING, BUCKETS, DAY, QUIET
from memory_console.cost.scenario import SECONDS_PER_HOUR, Scenario

_WARM_UP = 0.25
_DRAWN = 50_000  # names drawn at a time
_RECORD = -1  # its name at the edge
LOSSES = 2  # after which a writer announces everything (CHG-8)


@dataclass
class Counts:
    """Requests that reached each cache after the warm-up; those for a change record are in the others.

    Attributes:
        seconds: how long that was, of the traffic.
        record: requests to the edge for the record.
        announcements: PUTs of the record.
    """

    gets: int = 0
    edge: int = 0
    regional: int = 0
    s3: int = 0
    record: int = 0
    announcements: int = 0
    seconds: float = 0.0

    @property
    def memory_ratio(self) -> float:
        """Share of the gets that memory answered."""
        return 1 - (self.edge - self.record) / self.gets if self.gets else 0.0

    @property
    def pop_ratio(self) -> float:
        """Share of the edge's requests that the point of presence answered."""
        return 1 - self.regional / self.edge if self.edge else 0.0

    @property
    def edge_ratio(self) -> float:
        """Share of the edge's requests that did not go on to S3."""
        return 1 - self.s3 / self.edge if self.edge else 0.0


@dataclass
class _EdgeCache:
    """Copies by name: when each came, the age it came with, and when S3 was asked for it."""

    ttl: int
    copies: dict[int, tuple[float, int]] = field(default_factory=dict)
    read_at: dict[int, float] = field(default_factory=dict)

    def keep(self, name: int, now: float, age: int, read_at: float) -> None:
        """Keep a copy that came with an age, and was read from S3 at that time."""
        self.copies[name] = now, age
        self.read_at[name] = read_at

    def age(self, name: int, now: float) -> float | None:
        """The age of a fresh copy in seconds, or None."""
        copy = self.copies.get(name)
        if copy is None:
            return None
        age = copy[1] + now - copy[0]
        return age if age < self.ttl else None


@dataclass
class _Region:
    pops: list[_EdgeCache]
    regional: _EdgeCache
    memories: list[OrderedDict[int, _Copy]]
    told: list[
        tuple[float, float]
    ]  # of each process: when the record at hand is from, and until when it is fresh


class _Copy(NamedTuple):
    """A copy in memory: until when it is fresh of itself, and since when it surely has been read."""

    fresh_until: float
    f: float


class _Record:
    """What writers have announced, at any moment.

    Puts come at random; each looks at the record, and puts it a moment later, if no other has been put meanwhile.
    """

    def __init__(self, scenario: Scenario, rate: float, weights: list[float], dice: random.Random) -> None:
        self._dice = dice
        self._rate = rate
        self._weights = weights
        self._names = range(scenario.names)
        self._bucket = [dice.randrange(BUCKETS) for _ in self._names]
        self._under_way: list[
            tuple[float, float, int, int]
        ] = []  # when it is put, was looked at, losses, name
        self._next = dice.expovariate(rate) if rate else math.inf
        self._put: list[float] = []
        self._everything: list[float] = []
        self._announced: dict[int, list[float]] = {}

    def advance(self, now: float) -> int:
        """Announce what is announced until now; returns how many PUTs that took."""
        puts = 0
        while True:
            if self._next <= now and (not self._under_way or self._next <= self._under_way[0][0]):
                [name] = self._dice.choices(self._names, cum_weights=self._weights)
                heapq.heappush(self._under_way, (self._next + ANNOUNCING, self._next, 0, name))
                self._next += self._dice.expovariate(self._rate)
            elif self._under_way and self._under_way[0][0] <= now:
                at, looked, losses, name = heapq.heappop(self._under_way)
                puts += 1
                if self._put and self._put[-1] > looked:
                    heapq.heappush(self._under_way, (at + ANNOUNCING, at, losses + 1, name))
                    continue
                self._put.append(at)
                times = (
                    self._everything
                    if losses >= LOSSES
                    else self._announced.setdefault(self._bucket[name], [])
                )
                times.append(at)
            else:
                return puts

    def confirms(self, name: int, f: float, as_of: float) -> bool:
        """Whether the record as it was confirms a copy that was read since `f`."""
        base = max(
            _latest(self._put, as_of) - DAY,
            _latest(self._everything, as_of),
            _latest(self._announced.get(self._bucket[name], []), as_of),
        )
        return f >= base + QUIET


def _latest(times: list[float], as_of: float) -> float:
    at = bisect.bisect_right(times, as_of)
    return times[at - 1] if at else -math.inf


def replay(
    scenario: Scenario, requests: int, seed: int, hours_per_month: float = 730, *, with_record: bool = False
) -> Counts:
    """Replay random gets: Poisson in time, Zipf over the names, evenly over the processes of a region.

    Args:
        scenario: whose traffic. Its names are drawn one by one: keep them below a million.
        requests: how many gets; the first quarter warms the caches and is not counted.
        seed: of the random generator; the same seed gives the same counts.
        hours_per_month: what a month's rates are spread over.
        with_record: whether there is a change record, and puts in it. Copies in memory live for a day then, so
            requests of several days are needed.
    """
    dice = random.Random(seed)  # noqa: S311 - a simulation, and it must be repeatable
    regions = [_region(scenario, share) for share in scenario.readers.values()]
    shares = list(itertools.accumulate(scenario.readers.values()))
    weights = list(itertools.accumulate((k + 1) ** -scenario.zipf for k in range(scenario.names)))
    seconds = hours_per_month * SECONDS_PER_HOUR
    rate = scenario.gets_per_month / seconds
    record = _Record(scenario, scenario.puts_per_month / seconds, weights, dice) if with_record else None
    counts, now, began = Counts(), 0.0, 0.0
    for number in range(requests):
        if number % _DRAWN == 0:
            drawn = min(_DRAWN, requests - number)
            names = dice.choices(range(scenario.names), cum_weights=weights, k=drawn)
            where = dice.choices(regions, cum_weights=shares, k=drawn)
        now += dice.expovariate(rate)
        if number == int(requests * _WARM_UP):
            counts, began = Counts(), now
        counts.gets += 1
        if record:
            counts.announcements += record.advance(now)
        if dice.random() < scenario.absent:
            counts.edge += 1
            counts.regional += 1
            counts.s3 += 1
            continue
        _get(scenario, where[number % _DRAWN], names[number % _DRAWN], now, dice, counts, record)
    counts.seconds = now - began
    return counts


def _get(  # noqa: PLR0913, PLR0917 - a get of one name by one process
    scenario: Scenario,
    region: _Region,
    name: int,
    now: float,
    dice: random.Random,
    counts: Counts,
    record: _Record | None,
) -> None:
    """Answer from memory, if the copy is fresh or confirmed, or else from the edge."""
    process, room = int(dice.random() * len(region.memories)), scenario.room
    memory = region.memories[process]
    copy = memory.get(name) if room else None
    fresh = copy is not None and copy.fresh_until > now
    if copy and (fresh or (record and _is_confirmed(region, process, name, copy, now, counts, record))):
        memory.move_to_end(name)
        return
    counts.edge += 1
    age = _through_the_edge(region, process % len(region.pops), name, now, counts)
    if room and scenario.edge_ttl > age:
        memory[name] = _Copy(now + scenario.edge_ttl - age, now - age - 1 - scenario.edge_ttl)
        memory.move_to_end(name)
        if len(memory) > room:
            memory.popitem(last=False)


def _is_confirmed(  # noqa: PLR0913, PLR0917 - as above
    region: _Region, process: int, name: int, copy: _Copy, now: float, counts: Counts, record: _Record
) -> bool:
    """Whether the record confirms a copy; it is read if it is not fresh and did not rule the copy out."""
    as_of, fresh_until = region.told[process]
    if not record.confirms(name, copy.f, as_of):
        return False
    if fresh_until > now:
        return True
    counts.edge += 1
    counts.record += 1
    pop = region.pops[process % len(region.pops)]
    age = _through_the_edge(region, process % len(region.pops), _RECORD, now, counts)
    # What was read from S3, and not its age in whole seconds, decides what the record says.
    region.told[process] = pop.read_at[_RECORD], now + pop.ttl - age
    return record.confirms(name, copy.f, region.told[process][0])


def _region(scenario: Scenario, share: float) -> _Region:
    processes = max(1, round(scenario.processes * share))
    pops = min(scenario.pops, processes)
    return _Region(
        [_EdgeCache(scenario.edge_ttl) for _ in range(pops)],
        _EdgeCache(scenario.edge_ttl),
        [OrderedDict() for _ in range(processes)],
        [(0.0, 0.0)] * processes,
    )


def _through_the_edge(region: _Region, pop_number: int, name: int, now: float, counts: Counts) -> int:
    """Answer from the point of presence, the regional cache or S3; returns the header Age."""
    pop = region.pops[pop_number]
    age = pop.age(name, now)
    if age is not None:
        return int(age)
    counts.regional += 1
    age = region.regional.age(name, now)
    if age is None:
        counts.s3 += 1
        age = 0.0
        region.regional.keep(name, now, 0, now)
    pop.keep(name, now, int(age), region.regional.read_at[name])
    return int(age)
