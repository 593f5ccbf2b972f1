from __future__ import annotations

import dataclasses

import pytest
from memory_console.cost.comparison import break_evens, compare, sweep
from memory_console.cost.prices import load
from memory_console.cost.quantities import money
from memory_console.cost.scenario import Scenario, ScenarioError

PRICES = load()
#: All gets but a handful are hits at the edge, and small enough that transfer stays free.
HOT = Scenario(
    gets_per_month=1e6, puts_per_month=0, names=1, value_bytes=10, edge_ttl=86_400, memory=False, pops=1,
    functions=1, environments=1,
)  # fmt: skip


def test_direct_s3_is_cheaper_from_where_cloudfronts_requests_cost_more() -> None:
    """(n - 10 M) at $1.00 a million cost as much as n at $0.40 a million for n = 10 M / 0.6."""
    crossings = [c for c in break_evens(sweep(HOT, PRICES), PRICES) if c.key == "s3"]

    assert [crossing.ours_above for crossing in crossings] == [False]
    assert crossings[0].gets_per_month == pytest.approx(10e6 / 0.6, rel=1e-3)


def test_node_is_cheaper_from_where_requests_cost_its_flat_price() -> None:
    """(n - 10 M) at $1.00 a million cost as much as a cache.t4g.micro at $11.68."""
    crossings = [c for c in break_evens(sweep(HOT, PRICES), PRICES) if c.key == "elasticache_redis"]

    assert crossings[0].gets_per_month == pytest.approx(10e6 + 11.68e6, rel=1e-3)


def test_advice_is_memory_service_where_nothing_is_cheaper() -> None:
    scenario = dataclasses.replace(HOT, gets_per_month=2e6, value_bytes=300_000, names=50)
    comparison = compare(scenario, PRICES)

    assert comparison.cheapest is comparison.ours
    assert comparison.verdict[0].startswith("Use Memory Service: at $0.0")


def test_advice_is_s3_for_large_values_that_are_read_often() -> None:
    comparison = compare(Scenario(gets_per_month=12e6, value_bytes=500_000, names=5_000), PRICES)

    assert comparison.cheapest.key in {"s3", "s3_memory"}
    assert comparison.verdict[0].startswith("Read S3 directly")
    assert "a GET costs less" in comparison.verdict[1] or "memory answers" in comparison.verdict[1]


def test_advice_is_a_node_for_much_traffic() -> None:
    comparison = compare(Scenario(gets_per_month=1e9), PRICES)

    assert comparison.verdict[0].startswith(
        "Use ElastiCache with Valkey on a node (1 \N{MULTIPLICATION SIGN} cache.t4g.micro): $9.34"
    )
    assert "no server" in comparison.verdict[2]


def test_difference_below_a_dollar_is_called_small() -> None:
    comparison = compare(Scenario(gets_per_month=1e6, puts_per_month=0), PRICES)

    assert "The difference is small: let speed and convenience decide." in comparison.verdict


def test_traffic_grows_with_its_puts_and_environments() -> None:
    grown = Scenario().at(10 * Scenario().gets_per_month)

    assert grown.puts_per_month == 10 * Scenario().puts_per_month
    assert grown.processes == 10 * Scenario().processes
    assert grown.names == Scenario().names


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"gets_per_month": -1}, "gets_per_month is -1: it must be at least 0"),
        ({"edge_ttl": 0}, "edge_ttl is 0: it must be at least 1 and at most 86,400"),
        ({"edge_ttl": 86_401}, "edge_ttl is 86,401: it must be at least 1 and at most 86,400"),
        ({"absent": 1.1}, "absent is 1.1: it must be at least 0 and at most 1"),
        ({"zipf": float("nan")}, "zipf is nan"),
        ({"readers": {"us": 0.5}}, "the shares must add up to 1"),
        ({"readers": {}}, "readers is {}"),
        ({"storage_class": "GLACIER"}, "storage_class is 'GLACIER': it must be one of STANDARD"),
    ],
)
def test_impossible_traffic_is_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        dataclasses.replace(Scenario(), **wrong)  # type: ignore[arg-type] # wrong on purpose

    assert message in str(caught.value)


def test_money_shows_cents_below_a_thousand_dollars() -> None:
    assert [money(usd) for usd in (0, 12.345, 999.99, 1_000, 1_234_567.8)] == [
        "$0.00", "$12.35", "$999.99", "$1,000", "$1,234,568",
    ]  # fmt: skip
