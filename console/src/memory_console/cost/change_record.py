"""How many gets each cache answers in a service with a change record: the model that COST.md derives.

A copy in memory that the record confirms counts as read with the record, so it is good until its name is announced, or
for a day. For some two minutes after an announcement it is as without a record. The record itself is one more name, for
which every process asks while it has copies to confirm.

change-record.mjs is the same model for the page; shared vectors hold the two together.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory_console.cost.hit_ratios import Caches, RecordTraffic, Traffic, of_name, reach_of, traffic
from memory_console.cost.popularity import Group, zipf
from memory_console.cost.scenario import SECONDS_PER_HOUR, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

BUCKETS = 4096
DAY = 86_400
#: Seconds after an announcement within which what was announced may land (CHG-15).
QUIET = 120
#: Seconds that a writer takes from reading the record to having put it: S3's conditional PUT alone takes 65 ms.
ANNOUNCING = 0.08
_MOST_EXPONENT = 500.0
_NODES = [(number + 0.5) / 8 for number in range(8)]


@dataclass(frozen=True)
class _Announced:
    """What is announced, per second: each name's share of `names`, each tag's of `tags`, and everything."""

    names: float
    tags: float
    everything: float

    def of_name(self, share: float) -> float:
        """How often a name's bucket is announced, by puts of the name and of others in the same bucket."""
        return self.names * (share + (1 - share) / BUCKETS) + self.tags / BUCKETS + self.everything

    def of_tag(self, share: float) -> float:
        """How often the bucket of a tag's record is announced."""
        return self.tags * (share + (1 - share) / BUCKETS) + self.names / BUCKETS + self.everything


def traffic_of_both(scenario: Scenario, hours_per_month: float) -> Traffic:
    """Apply the model without a change record, and with one.

    Args:
        scenario: whose traffic. Its puts are spread over the names as its gets are.
        hours_per_month: what a month's rates are spread over.

    Returns:
        Requests per month at each cache.
    """
    plain = traffic(scenario, hours_per_month)
    seconds = hours_per_month * SECONDS_PER_HOUR
    groups = zipf(scenario.names, scenario.zipf)
    puts, writes = scenario.puts_per_month / seconds, scenario.puts_per_month + scenario.tag_invalidations
    lost = -math.expm1(-writes / seconds * ANNOUNCING)
    announced = _Announced(puts, scenario.tag_invalidations / seconds, writes / seconds * lost * lost)
    attempts = writes * (1 + lost + lost * lost)
    present = scenario.gets_per_month * (1 - scenario.absent) / seconds
    edge, record, record_s3, regional, s3 = {}, {}, 0.0, plain.absent, plain.absent
    tags, tags_regional, tags_s3 = {}, 0.0, scenario.puts_per_month * scenario.tags_per_value
    for region, share in scenario.readers.items():
        of_values, of_tags, of_record = _region(
            scenario, groups, present * share, scenario.processes * share, announced, seconds
        )
        tags[region] = of_tags[0] * seconds
        tags_regional += of_tags[1] * seconds
        tags_s3 += of_tags[2] * seconds
        record[region] = of_record[0] * seconds
        edge[region] = (of_values[0] + of_record[0]) * seconds + plain.absent * share + tags[region]
        regional += (of_values[1] + of_record[1]) * seconds
        s3 += (of_values[2] + of_record[2]) * seconds
        record_s3 += of_record[2] * seconds
    asked, size = sum(record.values()), record_size(_announced_in_a_day(groups, puts))
    between = scenario.processes * seconds / asked if asked else math.inf
    with_record = RecordTraffic(
        scenario.gets_per_month,
        edge,
        regional + tags_regional,
        s3 + attempts + tags_s3,
        plain.absent,
        tag_requests=tags,
        tag_total=sum(tags.values()),
        tag_regional=tags_regional,
        tag_s3_gets=tags_s3,
        record_requests=record,
        record_total=asked,
        record_s3_gets=record_s3 + attempts,
        record_size=size,
        record_bytes=size * (-math.expm1(-writes / seconds * between) if writes else 0.0),
        announcements=attempts,
    )
    return dataclasses.replace(plain, with_record=with_record)


def record_size(buckets: float) -> float:
    """Bytes of a gzipped record in which so many buckets have a time: measured, for times spread over a day."""
    return 130 + buckets * (5.2 - 2.6 * math.sqrt(buckets / BUCKETS))


def _announced_in_a_day(groups: list[Group], puts: float) -> float:
    """How many buckets have been announced within a day."""
    names = sum(count * -math.expm1(-puts * share * DAY) for count, share in groups)
    return BUCKETS * -math.expm1(-names / BUCKETS)


_Requests = tuple[float, float, float]


def _region(  # noqa: PLR0913, PLR0917 - what a region is
    scenario: Scenario,
    groups: list[Group],
    rate: float,
    processes: float,
    announced: _Announced,
    month: float,
) -> tuple[_Requests, _Requests, _Requests]:
    """Requests per second to the edge, to the regional cache and to S3: for values, for tags, and for the record."""
    nothing = 0.0, 0.0, 0.0
    if rate <= 0:
        return nothing, nothing, nothing
    caches, ttl = Caches.of(scenario, processes), scenario.edge_ttl
    near = reach_of(scenario, groups, rate / caches.processes, ttl)
    far = reach_of(scenario, groups, rate / caches.processes, month)
    wait = 1 / announced.names if announced.names else month
    longest = max(0.0, min(month, DAY - QUIET - ttl + wait))
    names = _Kept(caches, ttl, near, far, longest)
    of_values, confirmed = names.requests(groups, rate, announced.of_name)
    of_tags = nothing
    if scenario.tags_per_value:
        reach = math.inf if scenario.room else 0.0  # records are small
        records = _Kept(caches, ttl, reach, reach, longest)
        tags = [(scenario.tags, 1 / scenario.tags)]
        of_tags, more = records.requests(tags, rate * scenario.tags_per_value, announced.of_tag)
        confirmed += more
    of_record = of_name(confirmed, caches, ttl, math.inf) if confirmed > 0 else nothing
    return of_values, of_tags, of_record


@dataclass(frozen=True)
class _Kept:
    """How long copies stay in the memories of one region.

    Attributes:
        caches: how many there are.
        ttl: EDGE_TTL.
        near: how many seconds memory keeps a copy that it may return for EDGE_TTL.
        far: the same of one that is good for longer.
        longest: how many seconds a copy is good at most.
    """

    caches: Caches
    ttl: int
    near: float
    far: float
    longest: float

    def requests(
        self, groups: list[Group], rate: float, changes_of: Callable[[float], float]
    ) -> tuple[_Requests, float]:
        """Requests per second for names to the edge, to the regional cache and to S3; and gets that were confirmed."""
        caches, ttl = self.caches, self.ttl
        # What an edge answers counts as a second and T older (CHG-14); but readers hear of an announcement only later.
        until_quiet = QUIET + 1 + 0.75 * ttl
        may_confirm = self.near > 0 and self.longest > ttl
        edge = regional = s3 = confirmed = 0.0
        for names, share in groups:
            asked = rate * share
            changes = changes_of(share)
            quiet = -math.expm1(-changes * until_quiet) if may_confirm else 1.0
            as_without = of_name(asked, caches, ttl, self.near)
            drops = _dropped(asked / caches.processes, self.far)
            life = _mean_life(changes + drops, self.longest)
            loads = caches.processes / (caches.processes / asked + life) if may_confirm else 0.0
            own = drops / (drops + changes + 1 / max(self.longest, 1.0))
            pop_loads, s3_loads = (
                loads
                * _shared(asked / caches.processes, readers, ttl, changes, own, loads / caches.processes)
                for readers in (caches.processes / caches.pops, caches.processes)
            )
            edge += names * (quiet * as_without[0] + (1 - quiet) * loads)
            regional += names * (quiet * as_without[1] + (1 - quiet) * pop_loads)
            s3 += names * (quiet * as_without[2] + (1 - quiet) * s3_loads)
            confirmed += names * (1 - quiet) * (asked - loads)
        regional = min(regional, edge)
        return (edge, regional, min(s3, regional)), confirmed


def _dropped(rate: float, reach: float) -> float:
    """How often a full memory drops a name, while it has it."""
    if not 0 < reach < math.inf:
        return 0.0
    return rate / math.expm1(min(_MOST_EXPONENT, rate * reach))


def _mean_life(ends: float, longest: float) -> float:
    """How many seconds a copy is good that ends at that rate, or when it is so old."""
    return -math.expm1(-ends * longest) / ends if ends else longest


def _shared(rate: float, readers: float, ttl: int, changes: float, own: float, loads: float) -> float:  # noqa: PLR0913, PLR0917
    """The share of the reads of a cache, by so many readers, for which it has to ask the next one.

    All readers lose their copies with one announcement, and each reads anew at its next get: densely at first. A share
    `own` of what they read is what their memories have dropped, each at another time.
    """
    power = 2 / (1 + changes / rate)
    dense = 0.0
    for node in _NODES:
        dense += 2 * node / (1 + (readers - 1) * rate * ttl * math.pow(node, power)) / len(_NODES)
    return (1 - own) * dense + own / (1 + (readers - 1) * loads * ttl)
