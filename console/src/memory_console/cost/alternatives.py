"""What the same traffic costs elsewhere."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from memory_console.cost import bill
from memory_console.cost.bill import LineItem
from memory_console.cost.hit_ratios import Traffic, memory_misses, shared_cache_misses
from memory_console.cost.prices import Prices, tiered
from memory_console.cost.scenario import SECONDS_PER_HOUR, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

_KB = 1024
_READ_UNIT = 4096
_MILLION = 1_000_000
#: An allowance that is used up exactly is enough, whatever the last bit of a sum says.
_EXACTLY = 1 + 1e-9


@dataclass(frozen=True)
class Offer:
    """One way to serve the traffic.

    Attributes:
        key: its name for programs; the wording's key.
        items: its bill; empty if it cannot serve this traffic.
        detail: the size or plan that was chosen.
        refusal: why it cannot serve this traffic; empty if it can.
    """

    key: str
    items: list[LineItem]
    detail: str = ""
    refusal: str = ""

    @property
    def usd(self) -> float:
        """What it costs in a month; infinite if it cannot serve this traffic."""
        return math.inf if self.refusal else bill.total(self.items)

    @property
    def name(self) -> str:
        """Its name for people."""
        return str(wording()[self.key]["name"])


@cache
def wording() -> dict[str, dict[str, str]]:
    """Names, reasons and drawbacks of the offers; the page uses the same."""
    text = (files("memory_console.cost") / "wording.json").read_text(encoding="utf-8")
    return {str(key): dict(words) for key, words in json.loads(text).items()}


def memory_service(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """Memory Service itself, CloudFront paid as it is used."""
    return Offer("memory_service", bill.memory_service(scenario, traffic, prices))


def s3(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """Every get is a GET of S3."""
    items = _s3(scenario, traffic.gets, traffic, prices)
    return Offer("s3", items)


def s3_memory(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """Every get is a GET of S3, unless this process made one of the same name within EDGE_TTL."""
    return Offer("s3_memory", _s3(scenario, memory_misses(scenario, prices.hours), traffic, prices))


def _s3(scenario: Scenario, gets: float, traffic: Traffic, prices: Prices) -> list[LineItem]:
    items = bill.storage(scenario, prices) + bill.s3_reads(scenario, gets, traffic.absent, prices)
    return items + _across_regions(scenario, gets - traffic.absent, prices)


def elasticache_valkey(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """ElastiCache nodes with Valkey."""
    discount = prices.value("elasticache", "valkey_discount")
    return _elasticache("elasticache_valkey", 1 - discount, scenario, traffic, prices)


def elasticache_redis(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """ElastiCache nodes with Redis OSS."""
    return _elasticache("elasticache_redis", 1.0, scenario, traffic, prices)


def _elasticache(key: str, factor: float, scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    nodes, detail = _nodes("elasticache", factor, scenario, prices)
    return Offer(key, [nodes, *_across_regions(scenario, traffic.gets - traffic.absent, prices)], detail)


def serverless_valkey(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """ElastiCache Serverless with Valkey."""
    return _serverless("valkey", scenario, traffic, prices)


def serverless_redis(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """ElastiCache Serverless with Redis OSS."""
    return _serverless("redis", scenario, traffic, prices)


def _serverless(engine: str, scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    entry = ("elasticache", "serverless", engine)
    path = ".".join(entry)
    stored = max(_stored_gb(scenario, prices), prices.value(*entry, "minimum_gb"))
    units = (scenario.gets_per_month + scenario.puts_per_month) * max(1.0, scenario.value_bytes / _KB)
    hourly = stored * prices.hours * prices.usd(*entry, "storage")
    processing = units / _MILLION * prices.usd(*entry, "ecpu")
    items = [
        LineItem("stored", "Data stored", stored * prices.hours, "GB-hours", hourly, f"{path}.storage"),
        LineItem("ecpu", "Processing units", units, "ECPU", processing, f"{path}.ecpu"),
        *_across_regions(scenario, traffic.gets - traffic.absent, prices),
    ]
    return Offer(f"serverless_{engine}", items)


def dynamodb(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """DynamoDB on demand, with eventually consistent reads."""
    refusal = _too_large(scenario, prices, "dynamodb")
    if refusal:
        return Offer("dynamodb", [], refusal=refusal)
    units = scenario.gets_per_month * math.ceil(scenario.value_bytes / _READ_UNIT) / 2
    usd = units / _MILLION * prices.usd("dynamodb", "read")
    items = [
        LineItem("reads", "Read request units", units, "units", usd, "dynamodb.read"),
        *_table(scenario, prices),
        *_across_regions(scenario, traffic.gets - traffic.absent, prices),
    ]
    return Offer("dynamodb", items)


def dax(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """DAX nodes before a DynamoDB table; every read is taken to be found in DAX."""
    refusal = _too_large(scenario, prices, "dynamodb")
    if refusal:
        return Offer("dax", [], refusal=refusal)
    nodes, detail = _nodes("dax", 1.0, scenario, prices)
    transfer = _across_regions(scenario, traffic.gets - traffic.absent, prices)
    return Offer("dax", [nodes, *_table(scenario, prices), *transfer], detail)


def api_gateway(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """A REST API with a cache before S3; gets go through it, puts straight to S3."""
    refusal = _too_large(scenario, prices, "api_gateway")
    if refusal:
        return Offer("api_gateway", [], refusal=refusal)
    stored = _stored_gb(scenario, prices)
    caches = prices.document["api_gateway"]["caches"]
    sizes = [number for number, size in enumerate(caches) if size["gb"] >= stored]
    if not sizes:
        return Offer("api_gateway", [], refusal="the values do not fit into its largest cache")
    which = min(sizes, key=lambda number: float(caches[number]["gb"]))
    size = caches[which]
    gets = scenario.gets_per_month
    requests = tiered(prices.at("api_gateway", "requests"), gets) / _MILLION
    missed = shared_cache_misses(scenario, prices.hours)
    items = [
        LineItem(
            "cache", "Cache", prices.hours, "hours", prices.hours * size["usd"], f"api_gateway.caches.{which}"
        ),
        LineItem("api_requests", "API requests", gets, "requests", requests, "api_gateway.requests"),
        *bill.storage(scenario, prices),
        *bill.s3_reads(scenario, missed, traffic.absent, prices),
        *_across_regions(scenario, traffic.gets - traffic.absent, prices),
    ]
    return Offer("api_gateway", items, f"{size['gb']:g} GB")


def flat_rate(scenario: Scenario, traffic: Traffic, prices: Prices) -> Offer:
    """Memory Service with its distribution on the cheapest flat-rate plan whose allowance is enough."""
    gb = sum(bill.edge_gb(scenario, traffic, region, prices) for region in scenario.readers)
    plans = prices.document["cloudfront"]["plans"]
    fit = [
        number
        for number, plan in enumerate(plans)
        if traffic.edge_total <= plan["requests"] * _EXACTLY and gb <= plan["gb"] * _EXACTLY
    ]
    if not fit:
        return Offer("flat_rate", [], refusal="the traffic exceeds the allowance of every plan")
    which = min(fit, key=lambda number: float(plans[number]["usd"]))
    plan = plans[which]
    items = [
        LineItem("plan", "Plan", 1, "distribution", float(plan["usd"]), f"cloudfront.plans.{which}"),
        *bill.storage(scenario, prices, credit_gb=plan["s3_credit_gb"]),
        *bill.s3_reads(scenario, traffic.s3_gets, traffic.absent, prices),
        bill.invalidations(scenario, prices),
    ]
    return Offer("flat_rate", items, str(plan["name"]))


ALTERNATIVES: tuple[Callable[[Scenario, Traffic, Prices], Offer], ...] = (
    s3, s3_memory, elasticache_valkey, elasticache_redis, serverless_valkey, serverless_redis, dynamodb, dax,
    api_gateway, flat_rate,
)  # fmt: skip


def _stored_gb(scenario: Scenario, prices: Prices) -> float:
    return scenario.names * scenario.value_bytes / prices.value("assumptions", "bytes_per_gb")


def _across_regions(scenario: Scenario, gets: float, prices: Prices) -> list[LineItem]:
    """Transfer to the readers whose region is not the bucket's; nothing if there are none."""
    away = 1 - scenario.readers.get(scenario.bucket_region, 0.0)
    if away <= 0:
        return []
    gb = gets * away * scenario.value_bytes / prices.value("assumptions", "bytes_per_gb")
    usd = gb * prices.usd("transfer", "between_regions")
    path = "transfer.between_regions"
    return [LineItem("between_regions", "Transfer between Regions", gb, "GB", usd, path)]


def _nodes(service: str, factor: float, scenario: Scenario, prices: Prices) -> tuple[LineItem, str]:
    """The cheapest number of one type of node that holds all values and carries the busiest second."""
    seconds = prices.hours * SECONDS_PER_HOUR
    calls = (scenario.gets_per_month + scenario.puts_per_month) / seconds * scenario.peak
    bits = calls * scenario.value_bytes * 8
    stored = scenario.names * scenario.value_bytes / 2**30
    nodes = prices.document[service]["nodes"]
    usable = prices.value(service, "usable_memory")
    counts = [
        max(
            1,
            math.ceil(stored / (node["memory_gib"] * usable)),
            math.ceil(bits / (node["gbps"] * 1e9)),
            math.ceil(calls / node["operations_per_second"]),
        )
        for node in nodes
    ]
    costs = [count * node["usd"] * factor * prices.hours for count, node in zip(counts, nodes, strict=True)]
    which = costs.index(min(costs))
    count, usd = counts[which], costs[which]
    item = LineItem("nodes", "Nodes", count * prices.hours, "node-hours", usd, f"{service}.nodes.{which}")
    return item, f"{count} \N{MULTIPLICATION SIGN} {nodes[which]['type']}"


def _table(scenario: Scenario, prices: Prices) -> list[LineItem]:
    """A DynamoDB table's storage and writes."""
    stored = _stored_gb(scenario, prices)
    free = prices.value("dynamodb", "free_gb") if scenario.free_tier else 0.0
    units = scenario.puts_per_month * math.ceil(scenario.value_bytes / _KB)
    usd = units / _MILLION * prices.usd("dynamodb", "write")
    kept = max(0.0, stored - free) * prices.usd("dynamodb", "storage")
    return [
        LineItem("table_storage", "Table storage", stored, "GB-months", kept, "dynamodb.storage"),
        LineItem("writes", "Write request units", units, "units", usd, "dynamodb.write"),
    ]


def _too_large(scenario: Scenario, prices: Prices, service: str) -> str:
    limit = prices.value(service, "maximum_bytes")
    if scenario.value_bytes <= limit:
        return ""
    return f"a value of {scenario.value_bytes / _KB:,.0f} KB exceeds its limit of {limit / _KB:,.0f} KB"
