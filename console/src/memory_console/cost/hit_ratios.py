"""How many gets each cache answers: the model that COST.md states and derives.

Everything that a copy of a value passes through counts its age on, so all copies made from one read of S3
die together, `edge_ttl` seconds after it. Such an *epoch* begins with the first get after the last epoch's end. In
it, the point of presence of that get asks S3 through the regional edge cache; every other point of presence asks
the regional cache once, if it is asked at all; and every process asks its point of presence once, if it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from memory_console.cost.popularity import Floats, Popularity, zipf
from memory_console.cost.scenario import SECONDS_PER_HOUR, Scenario

_BISECTIONS = 40
_RARE = 1e-4
_NEVER = 1e-7
_STEPS = 16
_STEP = 2 / _STEPS


def _over(after: float) -> tuple[float, float]:
    """The probability that one fraction of a second is over so long after an epoch, and that a sum of two is."""
    return min(1.0, after), after * after / 2 if after < 1 else 1 - (2 - after) ** 2 / 2


_OVER = [_over((step + 0.5) * _STEP) for step in range(_STEPS)]


@dataclass(frozen=True)
class Traffic:
    """Where the gets of a month end.

    Attributes:
        gets: all gets.
        edge_requests: requests to CloudFront, by price region.
        regional_requests: requests of the points of presence to the regional edge caches.
        s3_gets: requests of the regional edge caches to S3.
        absent: gets of names that are not there; they are in all the others, as no cache answers them.
    """

    gets: float
    edge_requests: dict[str, float]
    regional_requests: float
    s3_gets: float
    absent: float

    @property
    def edge_total(self) -> float:
        """Requests to CloudFront in all regions."""
        return sum(self.edge_requests.values())

    @property
    def memory_ratio(self) -> float:
        """Share of all gets that the SDK's memory answers."""
        return max(0.0, 1 - self.edge_total / self.gets) if self.gets else 0.0

    @property
    def pop_ratio(self) -> float:
        """Share of CloudFront's requests that the point of presence answers."""
        return 1 - self.regional_requests / self.edge_total if self.edge_total else 0.0

    @property
    def edge_ratio(self) -> float:
        """Share of CloudFront's requests that CloudFront answers without S3."""
        return 1 - self.s3_gets / self.edge_total if self.edge_total else 0.0


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
    popularity = zipf(scenario.names, scenario.zipf)
    edge, regional, s3 = {}, absent, absent
    for region, share in scenario.readers.items():
        asked, passed, fetched = _region(scenario, popularity, present * share, scenario.processes * share)
        edge[region] = asked * seconds + absent * share
        regional += passed * seconds
        s3 += fetched * seconds
    return Traffic(scenario.gets_per_month, edge, regional, s3, absent)


def memory_misses(scenario: Scenario, hours_per_month: float) -> float:
    """Gets per month that pass a memory in each process which keeps copies for EDGE_TTL since its own read."""
    return _one_layer(scenario, hours_per_month, in_memory=True)


def shared_cache_misses(scenario: Scenario, hours_per_month: float) -> float:
    """Gets per month that pass one cache which all readers share and which keeps copies for EDGE_TTL."""
    return _one_layer(scenario, hours_per_month, in_memory=False)


def _one_layer(scenario: Scenario, hours_per_month: float, *, in_memory: bool) -> float:
    seconds = hours_per_month * SECONDS_PER_HOUR
    absent = scenario.gets_per_month * scenario.absent
    caches = scenario.processes if in_memory else 1.0
    rate = (scenario.gets_per_month - absent) / seconds / caches
    popularity = zipf(scenario.names, scenario.zipf)
    reach = _reach(scenario, popularity, rate) if in_memory else math.inf
    if reach == 0 or rate <= 0:
        return scenario.gets_per_month
    ttl, rates = scenario.edge_ttl, rate * popularity.shares
    misses = 1 / (ttl + 1 / rates)
    if reach < ttl:
        misses = rates - (rates - misses) * _kept_by_first(rates, ttl, reach)
    return absent + float(np.sum(popularity.names * misses)) * caches * seconds


def _region(
    scenario: Scenario, popularity: Popularity, rate: float, processes: float
) -> tuple[float, float, float]:
    """Requests per second to the edge, to the regional cache and to S3, of the readers of one region."""
    if rate <= 0:
        return 0.0, 0.0, 0.0
    processes = max(1.0, processes)
    pops = min(float(scenario.pops), processes)
    ttl, names, rates = scenario.edge_ttl, popularity.names, rate * popularity.shares
    reach = _reach(scenario, popularity, rate / processes)
    remembers = reach > 0
    alone = remembers and pops >= processes  # no point of presence serves two memories

    s3 = names / (ttl + _gap(rates, pops, processes, ttl, remembers=remembers))
    epochs = 1 / (ttl + _gap(rates, 1, processes, ttl, remembers=remembers))
    pop_gap = _gap(rates / pops, 1, processes / pops, ttl, remembers=remembers)
    asked = ttl / (ttl - told_age(rates / pops, ttl) + pop_gap)
    misses = _misses(rates, processes, ttl, reach)

    edge = float(np.sum(names * misses))
    regional = float(np.sum(names * epochs * (1 + (pops - 1) * asked)))
    regional = edge if alone else min(regional, edge)
    return edge, regional, min(float(np.sum(s3)), regional)


def _gap(rates: Floats, pops: float, processes: float, ttl: int, *, remembers: bool) -> Floats:
    """Seconds from the end of an epoch to the next get that reaches the regional cache, on average.

    Only the cache that began the epoch lets go at its end. The others were told an age without its fraction, so
    they hold on for that fraction, and a memory behind such a point of presence for two fractions.
    """
    if pops == 1 and not remembers:
        return 1 / rates
    often = np.maximum(rates, _NEVER)
    pop_holds = asked_in_epoch(often / pops, ttl)
    memory_holds = asked_in_epoch(often / processes, ttl) if remembers else np.zeros_like(often)
    survives, gap = np.ones_like(often), np.zeros_like(often)
    for pop_over, both_over in _OVER:
        pop_free = 1 - pop_holds * (1 - pop_over)
        first_pop = 1 / processes + (1 / pops - 1 / processes) * (1 - memory_holds * (1 - pop_over))
        other_pops = (1 - 1 / pops) * (memory_holds * both_over + (1 - memory_holds) * pop_free)
        hazard = often * (first_pop + other_pops)
        passed = -np.expm1(-hazard * _STEP)
        gap += survives * passed / hazard
        survives *= 1 - passed
    return np.where(rates < _NEVER, 1 / rates, gap + survives / often)


def _misses(name_rates: Floats, processes: float, ttl: int, reach: float) -> Floats:
    """Gets per second of each name that the memories of all processes do not answer."""
    if reach == 0:
        return name_rates
    rates = name_rates / processes
    epochs = 1 / (ttl + 1 / name_rates)
    misses = (1 + (processes - 1) * asked_in_epoch(rates, ttl)) * epochs
    if reach < ttl:
        first = epochs * rates * ttl  # hits of the process that began the epoch
        others = name_rates - misses - first
        misses = name_rates - first * _kept_by_first(rates, ttl, reach) - others * _kept(rates, ttl, reach)
    return np.minimum(misses, name_rates)


def _kept(rates: Floats, ttl: int, reach: float) -> Floats:
    """The share of hits that a full memory keeps: those whose name was last used at most `reach` seconds ago.

    A get at a random moment of an epoch finds the last use of its name in the same epoch g seconds back with the
    density rate * exp(-rate * g) * (1 - g / ttl), unless its process began the epoch.
    """
    often = np.maximum(rates, _RARE / ttl)
    kept = _used_at_most(often, ttl, reach) / _used_at_most(often, ttl, ttl)
    return np.where(rates * ttl < _RARE, reach / ttl * (2 - reach / ttl), kept)


def _kept_by_first(rates: Floats, ttl: int, reach: float) -> Floats:
    """The same for the process that began the epoch, and so has used the name at its start."""
    return reach / ttl + (1 - reach / ttl) * -np.expm1(-rates * reach)


def _used_at_most(rates: Floats, ttl: float, ago: float) -> Floats:
    used = -np.expm1(-rates * ago)
    return used - (used / rates - ago * np.exp(-rates * ago)) / ttl


def asked_in_epoch(rates: Floats, ttl: int) -> Floats:
    """How often a cache that did not begin an epoch asks the next one in it, on average: 0 to 1.

    Without rounding it would be 1 - exp(-rate * ttl), the probability of a get within ttl seconds. But the header
    Age counts whole seconds, rounded down, so what is fetched at the age a lives until ttl + (a mod 1). With that
    remainder anywhere in a second, the mean age as the header tells it has the closed form of `told_age`.

    Args:
        rates: gets per second at this cache, of each name.
        ttl: in seconds.
    """
    return ttl / (ttl - told_age(rates, ttl) + 1 / rates)


def told_age(rates: Floats, ttl: int) -> Floats:
    """The mean of the header Age, in whole seconds, that a cache which did not begin an epoch is told.

    Args:
        rates: gets per second at this cache, of each name.
        ttl: in seconds.
    """
    often = np.maximum(rates, _RARE / ttl)
    last = np.exp(-often * (ttl - 1))
    within_second = -np.expm1(-often) / often
    spread = -np.expm1(-often * (ttl - 1)) / often - (ttl - 1) * last * within_second
    return np.where(rates * ttl < _RARE, (ttl - 1) / 2, spread / -np.expm1(-often * ttl))


def _reach(scenario: Scenario, popularity: Popularity, rate: float) -> float:
    """How many seconds a name stays in a full memory since its last use (Che's approximation).

    Returns:
        Infinity if memory never is full within what it is good for; 0 if it holds nothing.
    """
    room = scenario.room
    if room < 1:
        return 0.0
    low, high = 0.0, float(scenario.edge_ttl)
    if scenario.names <= room or _used_within(popularity, rate, high) <= room:
        return math.inf
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _used_within(popularity, rate, middle) <= room:
            low = middle
        else:
            high = middle
    return low


def _used_within(popularity: Popularity, rate: float, seconds: float) -> float:
    """How many different names one process asks for within so many seconds, on average."""
    return float(np.sum(-np.expm1(-rate * seconds * popularity.shares) * popularity.names))
