from __future__ import annotations

import dataclasses

import pytest
from memory_console.cost.bill import Offer, busiest_second, offer
from memory_console.cost.comparison import compare
from memory_console.cost.hit_ratios import Traffic
from memory_console.cost.prices import load
from memory_console.cost.scenario import Scenario

PRICES = load()
SECONDS = 730 * 3600


def offers(scenario: Scenario) -> dict[str, Offer]:
    return compare(scenario, PRICES).offers


def test_values_over_400_kb_do_not_fit_dynamodb_and_dax() -> None:
    found = offers(Scenario(value_bytes=409_601))

    assert (
        found["dynamodb"].refusal == found["dax"].refusal == "a value of 401 KB exceeds its limit of 400 KB"
    )
    assert found["dynamodb"].usd == float("inf")
    assert not offers(Scenario(value_bytes=409_600))["dynamodb"].refusal


def test_values_over_1_mb_do_not_fit_api_gateway() -> None:
    assert offers(Scenario(value_bytes=2**20 + 1))["api_gateway"].refusal
    assert offers(Scenario(value_bytes=2**20, names=300_000))["api_gateway"].refusal == (
        "the values do not fit into its largest cache"
    )


def test_nodes_grow_with_what_they_hold() -> None:
    found = offers(Scenario(value_bytes=1024, names=1_000_000, gets_per_month=1e6))

    assert (
        found["elasticache_redis"].detail == "1 \N{MULTIPLICATION SIGN} cache.t4g.small"
    )  # 0.95 GiB; 1.37 * 0.75 hold 1.03


def test_nodes_grow_with_the_busiest_second() -> None:
    quiet = Scenario(gets_per_month=1_000 * 730 * 3600, value_bytes=1024, names=100, puts_per_month=0, peak=1)
    busy = dataclasses.replace(quiet, peak=20)  # 20,000 calls a second: 164 Mbit/s

    assert offers(quiet)["elasticache_redis"].detail == "1 \N{MULTIPLICATION SIGN} cache.t4g.micro"
    assert offers(busy)["elasticache_redis"].detail == "3 \N{MULTIPLICATION SIGN} cache.t4g.micro"


def test_serverless_bills_its_minimum_for_little_data() -> None:
    found = offers(Scenario(names=1, gets_per_month=0, puts_per_month=0))

    assert found["serverless_valkey"].usd == pytest.approx(0.1 * 730 * 0.084)
    assert found["serverless_redis"].usd == pytest.approx(730 * 0.125)


@pytest.mark.parametrize(
    ("requests", "plan", "usd"),
    [(1e6, "Free", 0), (1e6 + 1, "Pro", 15), (10e6 + 1, "Business", 200), (6e9, "Premium, 6 B", 10_000)],
)
def test_plan_is_the_cheapest_whose_allowance_is_enough(requests: float, plan: str, usd: float) -> None:
    scenario = Scenario(gets_per_month=requests, value_bytes=1)
    found = offer("flat_rate", scenario, Traffic(requests, {"us": requests}, 1, 1, 0), PRICES)

    assert (found.detail, found.items[0].usd) == (plan, usd)


def test_no_plan_has_room_for_more_than_the_largest() -> None:
    found = offer("flat_rate", Scenario(value_bytes=1), Traffic(7e9, {"us": 7e9}, 1, 1, 0), PRICES)

    assert found.refusal == "the traffic exceeds the allowance of every plan"


def test_readers_where_the_bucket_is_pay_no_transfer_between_regions() -> None:
    here = {item.key for item in offers(Scenario(readers={"eu": 1.0}, bucket_region="eu"))["s3"].items}
    there = {item.key for item in offers(Scenario(readers={"eu": 1.0}, bucket_region="us"))["s3"].items}

    assert there - here == {"between_regions"}


def test_without_the_free_tier_storage_of_dynamodb_is_billed() -> None:
    scenario = Scenario(value_bytes=1024, names=2**20, free_tier=False)  # one GB
    items = {item.key: item.usd for item in offers(scenario)["dynamodb"].items}

    assert items["table_storage"] == pytest.approx(0.25)


def test_busiest_second_is_the_mean_times_the_peak() -> None:
    scenario = Scenario(puts_per_month=7_000 * SECONDS, value_bytes=400, peak=2, absent=0.5)
    spread = Traffic(
        200_000 * SECONDS, {"us": 100_000 * SECONDS}, 60_000 * SECONDS, 55_000 * SECONDS, 50_000 * SECONDS
    )
    busy = busiest_second(scenario, spread, PRICES)

    assert busy["S3 GETs a second"] == pytest.approx((110_000, 5_500))
    assert busy["S3 PUTs a second"] == pytest.approx((14_000, 3_500))
    assert busy["CloudFront requests a second"] == pytest.approx((200_000, 250_000))
    assert busy["CloudFront Gbit a second"] == pytest.approx(((100_000 * 400 + 200_000 * 600) * 8 / 1e9, 150))
