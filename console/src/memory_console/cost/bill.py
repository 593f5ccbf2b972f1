"""What Memory Service costs in a month, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory_console.cost.prices import Prices, tiered

if TYPE_CHECKING:
    from memory_console.cost.hit_ratios import Traffic
    from memory_console.cost.scenario import Scenario

_MONITORED_BYTES = 131_072
_HOURS_PER_DAY = 24


@dataclass(frozen=True)
class LineItem:
    """One line of a bill.

    Attributes:
        key: its name for programs.
        title: its name for people.
        quantity: how much of it is used in a month, free amounts included.
        unit: of the quantity.
        usd: what it costs in that month.
        price: where the price list has its price, such as s3.STANDARD.get; empty if it has none.
    """

    key: str
    title: str
    quantity: float
    unit: str
    usd: float
    price: str = ""


def total(items: list[LineItem]) -> float:
    """The sum of a bill, in US dollars."""
    return sum(item.usd for item in items)


def memory_service(scenario: Scenario, traffic: Traffic, prices: Prices) -> list[LineItem]:
    """The bill of Memory Service, with CloudFront paid as it is used."""
    items = storage(scenario, prices)
    items += s3_reads(scenario, traffic.s3_gets, traffic.absent, prices)
    fetched = (traffic.s3_gets - traffic.absent) * scenario.value_bytes / _gb(prices)
    usd = fetched * prices.usd("transfer", "s3_to_cloudfront")
    items.append(
        LineItem("s3_to_cloudfront", "S3 to CloudFront", fetched, "GB", usd, "transfer.s3_to_cloudfront")
    )
    items += _cloudfront(scenario, traffic, prices)
    items.append(invalidations(scenario, prices))
    if scenario.private:
        items.append(LineItem("signing_key", "Signing key, an SSM parameter", 1, "key", 0.0))
    return items


def storage(scenario: Scenario, prices: Prices, credit_gb: float = 0.0) -> list[LineItem]:
    """S3's storage, PUTs and monitoring.

    Classes with a minimum size bill small objects as that large; those with a minimum number of days bill every
    object for them, so that many puts are billed as if all their objects lay side by side.
    """
    entry = ("s3", scenario.storage_class)
    path = ".".join(entry)
    billed_bytes = max(scenario.value_bytes, prices.value(*entry, "minimum_bytes"))
    months = prices.value(*entry, "minimum_days") * _HOURS_PER_DAY / prices.hours
    objects = max(scenario.names, scenario.puts_per_month * months)
    stored = objects * billed_bytes / _gb(prices)
    usd = tiered(prices.at(*entry, "storage"), max(0.0, stored - credit_gb))
    puts = scenario.puts_per_month
    items = [
        LineItem("s3_storage", "S3 storage", stored, "GB-months", usd, f"{path}.storage"),
        LineItem(
            "s3_puts", "S3 PUTs", puts, "requests", puts / 1000 * prices.usd(*entry, "put"), f"{path}.put"
        ),
    ]
    monitoring = prices.usd(*entry, "monitoring")
    if monitoring:
        watched = scenario.names if scenario.value_bytes >= _MONITORED_BYTES else 0
        usd = watched / 1000 * monitoring
        items.append(
            LineItem("s3_monitoring", "S3 monitoring", watched, "objects", usd, f"{path}.monitoring")
        )
    return items


def s3_reads(scenario: Scenario, gets: float, absent: float, prices: Prices) -> list[LineItem]:
    """S3's GETs, and what it costs to retrieve from a class for rare reads.

    Args:
        scenario: for the value's size and the storage class.
        gets: GETs that reach S3.
        absent: those of them that find nothing, and retrieve nothing.
        prices: the price list.
    """
    entry = ("s3", scenario.storage_class)
    path = ".".join(entry)
    usd = gets / 1000 * prices.usd(*entry, "get")
    items = [LineItem("s3_gets", "S3 GETs", gets, "requests", usd, f"{path}.get")]
    retrieval = prices.usd(*entry, "retrieval")
    if retrieval:
        gb = (gets - absent) * scenario.value_bytes / _gb(prices)
        items.append(LineItem("s3_retrieval", "S3 retrieval", gb, "GB", gb * retrieval, f"{path}.retrieval"))
    return items


def invalidations(scenario: Scenario, prices: Prices) -> LineItem:
    """Paths invalidated beyond the free ones."""
    free = prices.value("cloudfront", "free_invalidations") if scenario.free_tier else 0.0
    usd = max(0.0, scenario.invalidations - free) * prices.usd("cloudfront", "invalidation")
    path = "cloudfront.invalidation"
    return LineItem("invalidations", "Invalidations", scenario.invalidations, "paths", usd, path)


def edge_gb(scenario: Scenario, traffic: Traffic, region: str, prices: Prices) -> float:
    """What one region's readers get from CloudFront in a month, headers included, in GB."""
    headers = prices.value("assumptions", "header_bytes")
    requests = traffic.edge_requests[region]
    found = requests - traffic.absent * scenario.readers[region]
    return (found * scenario.value_bytes + requests * headers) / _gb(prices)


def _cloudfront(scenario: Scenario, traffic: Traffic, prices: Prices) -> list[LineItem]:
    """Requests and transfer by region; what is free is shared out in proportion to use."""
    gbs = {region: edge_gb(scenario, traffic, region, prices) for region in scenario.readers}
    billed = _billed_share(traffic.edge_total, prices.value("cloudfront", "free_requests"), scenario)
    billed_gb = _billed_share(sum(gbs.values()), prices.value("cloudfront", "free_gb"), scenario)
    items = []
    for region in scenario.readers:
        entry = ("cloudfront", "regions", region)
        requests = traffic.edge_requests[region]
        usd = requests * billed / 10_000 * prices.usd(*entry, "https_requests")
        title = f"CloudFront requests, {region}"
        path = f"cloudfront.regions.{region}"
        items.append(
            LineItem(
                f"cloudfront_requests_{region}", title, requests, "requests", usd, f"{path}.https_requests"
            )
        )
        usd = tiered(prices.at(*entry, "transfer"), gbs[region] * billed_gb)
        title = f"CloudFront transfer, {region}"
        items.append(
            LineItem(f"cloudfront_transfer_{region}", title, gbs[region], "GB", usd, f"{path}.transfer")
        )
    return items


def _billed_share(used: float, free: float, scenario: Scenario) -> float:
    if not scenario.free_tier:
        return 1.0
    return max(0.0, used - free) / used if used else 0.0


def _gb(prices: Prices) -> float:
    return prices.value("assumptions", "bytes_per_gb")
