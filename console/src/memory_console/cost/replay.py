"""Requests replayed one by one through memories, points of presence and regional caches, to check the model.

The caches here know nothing of the model's formulas: each keeps copies with an arrival time and the age they came
with, tells ages in whole seconds as the header Age does, and drops what is too old.
"""

from __future__ import annotations

import itertools
import random
from collections import OrderedDict
from dataclasses import dataclass, field

from memory_console.cost.scenario import SECONDS_PER_HOUR, Scenario

_WARM_UP = 0.25


@dataclass
class Counts:
    """Requests that reached each cache after the warm-up."""

    gets: int = 0
    edge: int = 0
    regional: int = 0
    s3: int = 0

    @property
    def memory_ratio(self) -> float:
        """Share of the gets that memory answered."""
        return 1 - self.edge / self.gets if self.gets else 0.0

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
    """Copies by name: when each came, and the age it came with."""

    ttl: int
    copies: dict[int, tuple[float, int]] = field(default_factory=dict)

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
    memories: list[OrderedDict[int, float]]


def replay(scenario: Scenario, requests: int, seed: int, hours_per_month: float = 730) -> Counts:
    """Replay random gets: Poisson in time, Zipf over the names, evenly over the processes of a region.

    Args:
        scenario: whose traffic. Its names are drawn one by one: keep them below a million.
        requests: how many gets; the first quarter warms the caches and is not counted.
        seed: of the random generator; the same seed gives the same counts.
        hours_per_month: what a month's rates are spread over.
    """
    dice = random.Random(seed)  # noqa: S311 - a simulation, and it must be repeatable
    regions = [_region(scenario, share) for share in scenario.readers.values()]
    shares = list(itertools.accumulate(scenario.readers.values()))
    weights = list(itertools.accumulate((k + 1) ** -scenario.zipf for k in range(scenario.names)))
    names = dice.choices(range(scenario.names), cum_weights=weights, k=requests)
    where = dice.choices(regions, cum_weights=shares, k=requests)
    rate = scenario.gets_per_month / (hours_per_month * SECONDS_PER_HOUR)
    room = scenario.room
    counts, now = Counts(), 0.0
    for number, (name, region) in enumerate(zip(names, where, strict=True)):
        now += dice.expovariate(rate)
        if number == int(requests * _WARM_UP):
            counts = Counts()
        counts.gets += 1
        if dice.random() < scenario.absent:
            counts.edge += 1
            counts.regional += 1
            counts.s3 += 1
            continue
        process = int(dice.random() * len(region.memories))
        memory = region.memories[process]
        if room and memory.get(name, 0.0) > now:
            memory.move_to_end(name)
            continue
        counts.edge += 1
        age = _through_the_edge(region, process % len(region.pops), name, now, counts)
        if room and scenario.edge_ttl > age:
            memory[name] = now + scenario.edge_ttl - age
            memory.move_to_end(name)
            if len(memory) > room:
                memory.popitem(last=False)
    return counts


def _region(scenario: Scenario, share: float) -> _Region:
    processes = max(1, round(scenario.processes * share))
    pops = min(scenario.pops, processes)
    return _Region(
        [_EdgeCache(scenario.edge_ttl) for _ in range(pops)],
        _EdgeCache(scenario.edge_ttl),
        [OrderedDict() for _ in range(processes)],
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
        region.regional.copies[name] = (now, 0)
    pop.copies[name] = (now, int(age))
    return int(age)
