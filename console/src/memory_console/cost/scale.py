"""The model at traffic that nobody here can generate: hit ratios, load against quotas, and cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory_console.cost import alternatives
from memory_console.cost.comparison import Comparison, compare
from memory_console.cost.quantities import short
from memory_console.cost.scenario import SECONDS_PER_HOUR, Scenario

if TYPE_CHECKING:
    from memory_console.cost.hit_ratios import Traffic
    from memory_console.cost.prices import Prices

INTERNET = Scenario(
    gets_per_month=10e9,
    puts_per_month=50e6,
    value_bytes=4096,
    names=10_000_000,
    functions=20,
    environments=500,
    readers={"us": 0.4, "eu": 0.3, "ap": 0.15, "sa": 0.1, "au": 0.05},
    pops=100,
    edge_ttl=60,
)
STEPS = [1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12]


@dataclass(frozen=True)
class Load:
    """The busiest second, against what S3 and CloudFront allow.

    Attributes:
        s3_gets: GETs per second that reach S3.
        s3_puts: PUTs per second.
        requests: requests per second to CloudFront.
        gbps: Gbit per second from CloudFront.
        prefixes: prefixes that S3 must have split the service's keys into for this; it does so by itself,
            but not at once.
        distributions: how many distributions' default quotas this takes.
    """

    s3_gets: float
    s3_puts: float
    requests: float
    gbps: float
    prefixes: float
    distributions: float


@dataclass(frozen=True)
class Point:
    """One amount of traffic."""

    comparison: Comparison
    load: Load

    @property
    def gets_per_month(self) -> float:
        """Gets of all functions together."""
        return self.comparison.scenario.gets_per_month


def load(scenario: Scenario, traffic: Traffic, prices: Prices) -> Load:
    """The busiest second: the mean, times the scenario's peak."""
    per_second = scenario.peak / (prices.hours * SECONDS_PER_HOUR)
    s3_gets = traffic.s3_gets * per_second
    s3_puts = scenario.puts_per_month * per_second
    requests = traffic.edge_total * per_second
    found = traffic.edge_total - traffic.absent
    headers = prices.value("assumptions", "header_bytes")
    octets = found * scenario.value_bytes + traffic.edge_total * headers
    gbps = octets * 8 * per_second / 1e9
    limit = prices.document["limits"]
    return Load(
        s3_gets,
        s3_puts,
        requests,
        gbps,
        max(s3_gets / limit["s3_gets_per_second"]["value"], s3_puts / limit["s3_puts_per_second"]["value"]),
        max(
            requests / limit["cloudfront_requests_per_second"]["value"],
            gbps / limit["cloudfront_gbps"]["value"],
        ),
    )


def simulate(scenario: Scenario, prices: Prices) -> list[Point]:
    """The same service from a million to a million million gets a month."""
    points = []
    for gets in STEPS:
        comparison = compare(scenario.at(gets), prices)
        points.append(Point(comparison, load(comparison.scenario, comparison.traffic, prices)))
    return points


def findings(points: list[Point]) -> list[str]:
    """What the points show, in plain sentences."""
    sentences = []
    crowded = next((point for point in points if point.load.prefixes > 1), None)
    if crowded:
        sentences.append(
            f"At {short(crowded.gets_per_month)} gets a month the busiest second exceeds what S3 promises one prefix: "
            "S3 splits prefixes by itself under lasting load and answers 503 until it has. "
            "A longer EDGE_TTL or several services spread the load."
        )
    else:
        sentences.append("S3's limits per prefix are never reached.")
    wide = next((point for point in points if point.load.distributions > 1), None)
    if wide:
        sentences.append(
            f"At {short(wide.gets_per_month)} gets a month one distribution's default quota is exceeded: "
            "ask AWS to raise it, or use several stacks."
        )
    else:
        sentences.append("CloudFront's default quotas of one distribution are never reached.")
    dear = next((p for p in points if p.comparison.cheapest.key not in ("memory_service", "flat_rate")), None)
    if dear:
        name = alternatives.wording()[dear.comparison.cheapest.key]["name"]
        sentences.append(
            f"From {short(dear.gets_per_month)} gets a month on, others are cheaper: first {name}."
        )
    return sentences
