"""The model against requests replayed one by one."""

from __future__ import annotations

from typing import Any

import pytest
from memory_console.cost.hit_ratios import traffic
from memory_console.cost.replay import replay
from memory_console.cost.scenario import Scenario

SEED = 20261123
REQUESTS = 60_000
MONTH = 730 * 3600
WITHIN = 0.05
#: Below this, counts of 45,000 requests say nothing.
NOISE = 0.003
SHAPES: list[dict[str, Any]] = [
    {"rate": 2, "names": 100, "edge_ttl": 1, "processes": 8, "pops": 2},
    {"rate": 2, "names": 100, "edge_ttl": 60, "processes": 60, "pops": 12},
    {"rate": 2, "names": 5_000, "edge_ttl": 300, "processes": 8, "pops": 2},
    {"rate": 50, "names": 1, "edge_ttl": 5, "processes": 40, "pops": 4},
    {"rate": 50, "names": 100, "edge_ttl": 1, "processes": 60, "pops": 12},
    {"rate": 50, "names": 100, "edge_ttl": 2, "processes": 8, "pops": 2, "memory": False},
    {"rate": 50, "names": 5_000, "edge_ttl": 5, "processes": 60, "pops": 12},
    {"rate": 50, "names": 5_000, "edge_ttl": 60, "processes": 8, "pops": 2, "zipf": 1.3},
    {"rate": 1_000, "names": 100, "edge_ttl": 1, "processes": 8, "pops": 2},
    {"rate": 1_000, "names": 100, "edge_ttl": 2, "processes": 60, "pops": 12},
    {"rate": 1_000, "names": 100, "edge_ttl": 5, "processes": 200, "pops": 20, "memory": False},
    {"rate": 1_000, "names": 5_000, "edge_ttl": 5, "processes": 8, "pops": 1},
    {"rate": 1_000, "names": 5_000, "edge_ttl": 5, "processes": 60, "pops": 12, "zipf": 0.0},
    {"rate": 1_000, "names": 5_000, "edge_ttl": 5, "processes": 1, "pops": 1},
    {"rate": 200, "names": 2_000, "edge_ttl": 10, "processes": 20, "pops": 4, "room": 40},
    {"rate": 200, "names": 500, "edge_ttl": 30, "processes": 20, "pops": 4, "room": 100, "zipf": 0.0},
    {"rate": 20, "names": 500, "edge_ttl": 60, "processes": 10, "pops": 2, "room": 25, "zipf": 1.2},
    {"rate": 200, "names": 1_000, "edge_ttl": 10, "processes": 40, "pops": 4, "absent": 0.1},
    {"rate": 200, "names": 1_000, "edge_ttl": 10, "processes": 40, "pops": 4, "readers": {"us": 0.5, "eu": 0.5}},
    {"rate": 500, "names": 300, "edge_ttl": 3, "processes": 100, "pops": 5, "readers": {"us": 0.6, "jp": 0.4}},
]  # fmt: skip


def scenario(
    *,
    rate: float,
    processes: float,
    room: int = 10**9,
    readers: dict[str, float] | None = None,
    **others: Any,
) -> Scenario:
    return Scenario(
        gets_per_month=rate * MONTH,
        functions=1,
        environments=processes,
        value_bytes=1,
        memory_bytes=room,
        memory_items=10**9,
        readers=readers or {"us": 1.0},
        **others,
    )


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(
            shape, id="-".join(map(str, shape.values())), marks=[pytest.mark.slow] if number % 4 else []
        )
        for number, shape in enumerate(SHAPES)
    ],
)
def test_model_agrees_with_replayed_requests(shape: dict[str, Any]) -> None:
    print(f"seed {SEED}")
    traffic_shape = scenario(**shape)
    model, seen = traffic(traffic_shape, 730), replay(traffic_shape, REQUESTS, SEED)
    pairs = {
        "memory": (model.memory_ratio, seen.memory_ratio),
        "point of presence": (model.pop_ratio, seen.pop_ratio),
        "edge": (model.edge_ratio, seen.edge_ratio),
        "requests to CloudFront": (model.edge_total / model.gets, seen.edge / seen.gets),
        "requests to regional caches": (model.regional_requests / model.gets, seen.regional / seen.gets),
        "GETs of S3": (model.s3_gets / model.gets, seen.s3 / seen.gets),
    }

    wrong = {
        name: f"model {says:.4f}, replay {was:.4f}"
        for name, (says, was) in pairs.items()
        if abs(says - was) > max(WITHIN * was, NOISE)
    }
    assert not wrong, f"seed {SEED}"


def test_same_seed_replays_the_same_requests() -> None:
    shape = scenario(rate=50, processes=8, names=100, edge_ttl=5, pops=2)

    assert replay(shape, 5_000, 1) == replay(shape, 5_000, 1)
    assert replay(shape, 5_000, 1) != replay(shape, 5_000, 2)


def test_replay_never_serves_a_copy_past_its_edge_ttl() -> None:
    """With one name, one process and a second between gets on average, at most T + 1 gets share a read of S3."""
    shape = scenario(rate=1, processes=1, names=1, edge_ttl=1, pops=1, memory=False)
    counts = replay(shape, 20_000, 3)

    assert counts.s3 / counts.gets == pytest.approx(1 / 2, rel=0.03)
