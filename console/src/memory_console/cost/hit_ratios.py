"""How many gets each cache answers: the model that COST.md states and derives.

Everything that a copy of a value passes through counts its age on, so all copies made from one read of S3
die together, `edge_ttl` seconds after it. Such an *epoch* begins with the first get after the last epoch's end. In
it, the point of presence of that get asks S3 through the regional edge cache; every other point of presence asks
the regional cache once, if it is asked at all; and every process asks its point of presence once, if it is.

hit-ratios.mjs is the same model for the page; shared vectors hold the two together.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memory_console.cost.popularity import Group, zipf
from memory_console.cost.scenario import SECONDS_PER_HOUR, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable

_BISECTIONS = 40
_RARE = 1e-4
_NEVER = 1e-7
_STEP = 1 / 8
_AFTER = [(number + 0.5) * _STEP for number in range(16)]
#: Steps in the two seconds after an epoch: how long each is, and how probable it is that one fraction of a second is
#: over by then, and that a sum of two is.
_TWO = [(_STEP, min(1.0, at), at * at / 2 if at < 1 else 1 - (2 - at) ** 2 / 2) for at in _AFTER]
#: The same where no sum of two matters: nothing changes in the last second.
_ONE = [*_TWO[:8], (1.0, 1.0, 1.0)]


@dataclass(frozen=True)
class Traffic:
    """Where the gets of a month end.

    Attributes:
        gets: all gets.
        edge_requests: requests to CloudFront, by price region.
        regional_requests: requests of the points of presence to the regional edge caches.
        s3_gets: requests of the regional edge caches to S3.
        absent: gets of names that are not there; they are in all the others, as no cache answers them.
        memory_misses: gets that would pass memories alone, if each kept copies for EDGE_TTL since its own read.
        shared_misses: gets that would pass one cache shared by all readers which keeps copies for EDGE_TTL.
        tag_requests: requests to CloudFront for records of tags, by price region; they are in all the others.
        tag_total: the same in all regions.
        tag_regional: requests for them of the points of presence to the regional edge caches.
        tag_s3_gets: GETs of such records: the regional edge caches', and those before each put of a value with tags.
        with_record: the same gets of a service with a change record; None if nobody has asked for them.
    """

    gets: float
    edge_requests: dict[str, float]
    regional_requests: float
    s3_gets: float
    absent: float
    memory_misses: float = 0.0
    shared_misses: float = 0.0
    tag_requests: dict[str, float] = field(default_factory=dict)
    tag_total: float = 0.0
    tag_regional: float = 0.0
    tag_s3_gets: float = 0.0
    with_record: RecordTraffic | None = None

    @property
    def edge_total(self) -> float:
        """Requests to CloudFront in all regions."""
        return sum(self.edge_requests.values())

    @property
    def memory_ratio(self) -> float:
        """Share of all gets for which the SDK's memory has the value."""
        return max(0.0, 1 - (self.edge_total - self.tag_total) / self.gets) if self.gets else 0.0

    @property
    def pop_ratio(self) -> float:
        """Share of CloudFront's requests that the point of presence answers."""
        return 1 - self.regional_requests / self.edge_total if self.edge_total else 0.0

    @property
    def edge_ratio(self) -> float:
        """Share of CloudFront's requests that CloudFront answers without S3."""
        return 1 - self.s3_gets / self.edge_total if self.edge_total else 0.0


@dataclass(frozen=True)
class RecordTraffic(Traffic):
    """Where the gets end of a service with a change record; the requests for the record are in the others.

    Attributes:
        record_requests: requests to CloudFront for the record, by price region.
        record_total: the same in all regions.
        record_s3_gets: GETs of the record: the regional edge caches', and one before each attempt to announce.
        record_size: bytes of the record.
        record_bytes: what a request for it brings on average, without headers: most find nothing new.
        announcements: PUTs of the record, those that lose to another writer's included.
    """

    record_requests: dict[str, float] = field(default_factory=dict)
    record_total: float = 0.0
    record_s3_gets: float = 0.0
    record_size: float = 0.0
    record_bytes: float = 0.0
    announcements: float = 0.0

    @property
    def memory_ratio(self) -> float:
        """Share of all gets for which the SDK's memory has the value, confirmed by the record or without it."""
        asked = self.edge_total - self.record_total - self.tag_total
        return max(0.0, 1 - asked / self.gets) if self.gets else 0.0


def traffic(scenario: Scenario, hours_per_month: float) -> Traffic:
    """Apply the model.

    Args:
        scenario: whose traffic.
        hours_per_month: what a month's rates are spread over.

    Returns:
        Requests per month at each cache.
    """
    seconds = hours_per_month * SECONDS_PER_HOUR
    absent = scenario.gets_per_month * scenario.absent
    present = (scenario.gets_per_month - absent) / seconds
    groups = zipf(scenario.names, scenario.zipf)
    edge, regional, s3 = {}, absent, absent
    tags, tags_regional, tags_s3 = {}, 0.0, scenario.puts_per_month * scenario.tags_per_value
    for region, share in scenario.readers.items():
        asked, passed, fetched = _region(scenario, groups, present * share, scenario.processes * share)
        of_tags = _of_tags(scenario, present * share, scenario.processes * share)
        tags[region] = of_tags[0] * seconds
        tags_regional += of_tags[1] * seconds
        tags_s3 += of_tags[2] * seconds
        edge[region] = asked * seconds + absent * share + tags[region]
        regional += passed * seconds
        s3 += fetched * seconds
    alone, ttl = present / scenario.processes, scenario.edge_ttl
    in_memory = _one_layer(groups, alone, ttl, reach_of(scenario, groups, alone, ttl)) * scenario.processes
    shared = _one_layer(groups, present, ttl, math.inf)
    return Traffic(
        scenario.gets_per_month,
        edge,
        regional + tags_regional,
        s3 + tags_s3,
        absent,
        absent + in_memory * seconds,
        absent + shared * seconds,
        tags,
        sum(tags.values()),
        tags_regional,
        tags_s3,
    )


def _one_layer(groups: list[Group], rate: float, ttl: int, reach: float) -> float:
    """Gets per second that pass a cache which keeps copies for `ttl` since its own read."""
    if reach == 0 or rate <= 0:
        return rate
    missed = 0.0
    for names, share in groups:
        asked = rate * share
        misses = 1 / (ttl + 1 / asked)
        if reach < ttl:
            misses = asked - (asked - misses) * _kept_by_first(asked, ttl, reach)
        missed += names * misses
    return missed


def _of_tags(scenario: Scenario, rate: float, processes: float) -> tuple[float, float, float]:
    """Requests per second for records of tags to the edge, to the regional cache and to S3, by one region's readers.

    Each record is one more name, for which every get of a value that has the tag asks; memory has room for them.
    """
    asked = rate * scenario.tags_per_value / scenario.tags
    if asked <= 0:
        return 0.0, 0.0, 0.0
    caches = Caches.of(scenario, processes)
    edge, regional, s3 = of_name(asked, caches, scenario.edge_ttl, math.inf if scenario.room else 0.0)
    regional = min(regional, edge)
    return scenario.tags * edge, scenario.tags * regional, scenario.tags * min(s3, regional)


def _region(
    scenario: Scenario, groups: list[Group], rate: float, processes: float
) -> tuple[float, float, float]:
    """Requests per second to the edge, to the regional cache and to S3, of the readers of one region."""
    if rate <= 0:
        return 0.0, 0.0, 0.0
    caches = Caches.of(scenario, processes)
    reach = reach_of(scenario, groups, rate / caches.processes, scenario.edge_ttl)
    edge = regional = s3 = 0.0
    for names, share in groups:
        asked, passed, fetched = of_name(rate * share, caches, scenario.edge_ttl, reach)
        edge += names * asked
        regional += names * passed
        s3 += names * fetched
    regional = min(regional, edge)
    return edge, regional, min(s3, regional)


@dataclass(frozen=True)
class Caches:
    """How many caches of each kind there are in one region."""

    processes: float
    pops: float

    @classmethod
    def of(cls, scenario: Scenario, processes: float) -> Caches:
        """Those of so many processes: none has less than one, and no point of presence is without one."""
        processes = max(1.0, processes)
        return cls(processes, min(float(scenario.pops), processes))


# The model of a change record asks for each name once more.
@functools.lru_cache(maxsize=8192)
def of_name(asked: float, caches: Caches, ttl: int, reach: float) -> tuple[float, float, float]:
    """Requests per second for one name to the edge, to the regional cache and to S3, of the readers of one region.

    Args:
        asked: gets per second.
        caches: how many there are.
        ttl: in seconds.
        reach: how many seconds the name stays in memory since its last use; 0 if there is no memory.
    """
    pops, processes = caches.pops, caches.processes
    pop_asks = asked_in_epoch(asked / pops, ttl)
    memory_asks = asked_in_epoch(asked / processes, ttl) if reach else 0.0
    edge = _misses(asked, processes, ttl, reach, memory_asks)
    s3 = 1 / (ttl + _gap(asked, pops, processes, pop_asks, memory_asks))
    if reach > 0 and pops >= processes:  # no point of presence serves two memories
        return edge, edge, s3
    if pops <= 1:
        return edge, s3, s3
    gap = _gap(asked, 1, processes, 0, memory_asks)
    pop_gap = _gap(asked / pops, 1, processes / pops, 0, memory_asks)
    again = ttl / (ttl - told_age(asked / pops, ttl) + pop_gap)
    return edge, (1 + (pops - 1) * again) / (ttl + gap), s3


def _gap(rate: float, pops: float, processes: float, pop_asks: float, memory_asks: float) -> float:
    """Seconds from the end of an epoch to the next get that reaches the regional cache, on average.

    Only the cache that began the epoch lets go at its end. The others, if they asked in it, were told an age without
    its fraction, so they hold on for that fraction, and a memory behind such a point of presence for two fractions.
    """
    if rate < _NEVER or (pops == 1 and not memory_asks):
        return 1 / rate
    other_pops, other_memories = 1 - 1 / pops, 1 / pops - 1 / processes
    at_once = (1 - memory_asks) * (1 / pops + other_pops * (1 - pop_asks)) + memory_asks / processes
    after_one = memory_asks * other_memories + (1 - memory_asks) * other_pops * pop_asks
    after_two = memory_asks * other_pops
    survives, gap = 1.0, 0.0
    for seconds, one_over, two_over in _TWO if after_two else _ONE:
        hazard = rate * (at_once + after_one * one_over + after_two * two_over)
        passed = survives * -math.expm1(-hazard * seconds)
        gap += passed / hazard
        survives -= passed
    return gap + survives / rate


def _misses(name_rate: float, processes: float, ttl: int, reach: float, memory_asks: float) -> float:
    """Gets per second of one name that the memories of all processes do not answer."""
    if reach == 0:
        return name_rate
    rate = name_rate / processes
    epochs = 1 / (ttl + 1 / name_rate)
    misses = (1 + (processes - 1) * memory_asks) * epochs
    if reach < ttl:
        first = epochs * rate * ttl  # hits of the process that began the epoch
        others = name_rate - misses - first
        misses = name_rate - first * _kept_by_first(rate, ttl, reach) - others * _kept(rate, ttl, reach)
    return min(misses, name_rate)


def _kept(rate: float, ttl: int, reach: float) -> float:
    """The share of hits that a full memory keeps: those whose name was last used at most `reach` seconds ago.

    A get at a random moment of an epoch finds the last use of its name in the same epoch g seconds back with the
    density rate * exp(-rate * g) * (1 - g / ttl), unless its process began the epoch.
    """
    if rate * ttl < _RARE:
        return reach / ttl * (2 - reach / ttl)
    return _used_at_most(rate, ttl, reach) / _used_at_most(rate, ttl, ttl)


def _kept_by_first(rate: float, ttl: int, reach: float) -> float:
    """The same for the process that began the epoch, and so has used the name at its start."""
    return reach / ttl + (1 - reach / ttl) * -math.expm1(-rate * reach)


def _used_at_most(rate: float, ttl: float, ago: float) -> float:
    used = -math.expm1(-rate * ago)
    return used - (used / rate - ago * math.exp(-rate * ago)) / ttl


def asked_in_epoch(rate: float, ttl: int) -> float:
    """How often a cache that did not begin an epoch asks the next one in it, on average: 0 to 1.

    Without rounding it would be 1 - exp(-rate * ttl), the probability of a get within ttl seconds. But the header
    Age counts whole seconds, rounded down, so what is fetched at the age a lives until ttl + (a mod 1). With that
    remainder anywhere in a second, the mean age as the header tells it has the closed form of `told_age`.

    Args:
        rate: gets per second of one name at this cache.
        ttl: in seconds.
    """
    return ttl / (ttl - told_age(rate, ttl) + 1 / rate)


def told_age(rate: float, ttl: int) -> float:
    """The mean of the header Age, in whole seconds, that a cache which did not begin an epoch is told.

    Args:
        rate: gets per second of one name at this cache.
        ttl: in seconds.
    """
    if rate * ttl < _RARE:
        return (ttl - 1) / 2
    last = math.exp(-rate * (ttl - 1))
    within_second = -math.expm1(-rate) / rate
    spread = -math.expm1(-rate * (ttl - 1)) / rate - (ttl - 1) * last * within_second
    return spread / -math.expm1(-rate * ttl)


def reach_of(scenario: Scenario, groups: list[Group], rate: float, longest: float) -> float:
    """How many seconds a name stays in a full memory since its last use (Che's approximation).

    Args:
        scenario: whose memory.
        groups: the names.
        rate: gets per second of one process.
        longest: how many seconds a copy may be good for.

    Returns:
        Infinity if memory never is full within what it is good for; 0 if it holds nothing.
    """
    room = scenario.room
    if room < 1:
        return 0.0
    low, high = 0.0, float(longest)
    if scenario.names <= room or _used_within(groups, rate * high) <= room:
        return math.inf
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _used_within(groups, rate * middle) <= room:
            low = middle
        else:
            high = middle
    return low


def _used_within(groups: Iterable[Group], gets: float) -> float:
    """How many different names a process asks for, on average, while it gets so many times."""
    return sum(-math.expm1(-gets * share) * names for names, share in groups)
