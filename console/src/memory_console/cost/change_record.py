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

from memory_console.cost.hit_ratios import Caches, RecordTraffic, Traffic, of_name, reach_of, traffic
from memory_console.cost.popularity import Group, zipf
from memory_console.cost.scenario import SECONDS_PER_HOUR, Scenario

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
    """What is announced, per second: each name's share of `names`, and everything."""

    names: float
    everything: float

    def of(self, share: float) -> float:
        """How often a name's bucket is announced, by puts of the name and of others in the same bucket."""
        return self.names * (share + (1 - share) / BUCKETS) + self.everything


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
    announced = _Announced(puts, writes / seconds * lost * lost)
    attempts = writes * (1 + lost + lost * lost)
    present = scenario.gets_per_month * (1 - scenario.absent) / seconds
    edge, record, record_s3 = {}, {}, 0.0
    # What stays in memory of tags is counted as without a record, which is more than it is.
    regional, s3 = plain.absent + plain.tag_regional, plain.absent + plain.tag_s3_gets
    for region, share in scenario.readers.items():
        of_values, of_record = _region(
            scenario, groups, present * share, scenario.processes * share, announced, seconds
        )
        record[region] = of_record[0] * seconds
        edge[region] = (
            (of_values[0] + of_record[0]) * seconds + plain.absent * share + plain.tag_requests[region]
        )
        regional += (of_values[1] + of_record[1]) * seconds
        s3 += (of_values[2] + of_record[2]) * seconds
        record_s3 += of_record[2] * seconds
    asked, size = sum(record.values()), record_size(_announced_in_a_day(groups, puts))
    between = scenario.processes * seconds / asked if asked else math.inf
    with_record = RecordTraffic(
        scenario.gets_per_month,
        edge,
        regional,
        s3 + attempts,
        plain.absent,
        tag_requests=plain.tag_requests,
        tag_total=plain.tag_total,
        tag_regional=plain.tag_regional,
        tag_s3_gets=plain.tag_s3_gets,
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


def _region(  # noqa: PLR0913, PLR0917 - what a region is
    scenario: Scenario,
    groups: list[Group],
    rate: float,
    processes: float,
    announced: _Announced,
    month: float,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Requests per second to the edge, to the regional cache and to S3: for values, and for the record."""
    if rate <= 0:
        return (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    caches, ttl = Caches.of(scenario, processes), scenario.edge_ttl
    near = reach_of(scenario, groups, rate / caches.processes, ttl)
    far = reach_of(scenario, groups, rate / caches.processes, month)
    # What an edge answers counts as a second and T older (CHG-14); but readers hear of an announcement only later.
    until_quiet = QUIET + 1 + 0.75 * ttl
    wait = 1 / announced.names if announced.names else month
    longest = max(0.0, min(month, DAY - QUIET - ttl + wait))
    may_confirm = near > 0 and longest > ttl
    edge = regional = s3 = confirmed = 0.0
    for names, share in groups:
        asked = rate * share
        changes = announced.of(share)
        quiet = -math.expm1(-changes * until_quiet) if may_confirm else 1.0
        as_without = of_name(asked, caches, ttl, near)
        drops = _dropped(asked / caches.processes, far)
        life = _mean_life(changes + drops, longest)
        loads = caches.processes / (caches.processes / asked + life) if may_confirm else 0.0
        own = drops / (drops + changes + 1 / max(longest, 1.0))
        pop_loads, s3_loads = (
            loads * _shared(asked / caches.processes, readers, ttl, changes, own, loads / caches.processes)
            for readers in (caches.processes / caches.pops, caches.processes)
        )
        edge += names * (quiet * as_without[0] + (1 - quiet) * loads)
        regional += names * (quiet * as_without[1] + (1 - quiet) * pop_loads)
        s3 += names * (quiet * as_without[2] + (1 - quiet) * s3_loads)
        confirmed += names * (1 - quiet) * (asked - loads)
    of_record = of_name(confirmed, caches, ttl, math.inf) if confirmed > 0 else (0.0, 0.0, 0.0)
    regional = min(regional, edge)
    return (edge, regional, min(s3, regional)), of_record


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
