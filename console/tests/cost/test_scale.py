from __future__ import annotations

import dataclasses

import pytest
from memory_console.cost.hit_ratios import Traffic
from memory_console.cost.prices import load
from memory_console.cost.quantities import short
from memory_console.cost.scale import INTERNET, findings, simulate  # fmt: skip
from memory_console.cost.scale import load as load_of
from memory_console.cost.scenario import Scenario

PRICES = load()
SECONDS = 730 * 3600


def test_busiest_second_is_the_mean_times_the_peak() -> None:
    scenario = Scenario(puts_per_month=7_000 * SECONDS, value_bytes=400, peak=2, absent=0.5)
    spread = Traffic(
        200_000 * SECONDS, {"us": 100_000 * SECONDS}, 60_000 * SECONDS, 55_000 * SECONDS, 50_000 * SECONDS
    )
    busy = load_of(scenario, spread, PRICES)

    assert (busy.s3_gets, busy.s3_puts, busy.requests) == pytest.approx((110_000, 14_000, 200_000))
    assert busy.prefixes == pytest.approx(110_000 / 5_500)  # more than 14,000 / 3,500
    assert busy.gbps == pytest.approx((100_000 * 400 + 200_000 * 600) * 8 / 1e9)
    assert busy.distributions == pytest.approx(200_000 / 250_000)


def test_internet_scale_runs_over_hundreds_of_points_of_presence() -> None:
    points = simulate(INTERNET, PRICES)

    assert INTERNET.pops * len(INTERNET.readers) >= 500
    assert points[-1].gets_per_month == 1e12
    ratios = [point.comparison.traffic.edge_ratio for point in points]
    assert ratios == sorted(ratios)
    assert all(0 <= ratio <= 1 for ratio in ratios)


def test_findings_name_the_first_limit_that_is_reached() -> None:
    points = simulate(INTERNET, PRICES)
    sentences = findings(points)

    crowded = next(point for point in points if point.load.prefixes > 1)
    assert f"At {short(crowded.gets_per_month)} gets a month the busiest second exceeds" in sentences[0]
    wide = next(point for point in points if point.load.distributions > 1)
    assert f"At {short(wide.gets_per_month)} gets a month one distribution's" in sentences[1]


def test_findings_say_when_no_limit_is_reached() -> None:
    hot = dataclasses.replace(INTERNET, names=1, puts_per_month=0, edge_ttl=86_400)
    points = [point for point in simulate(hot, PRICES) if point.gets_per_month < 1e11]

    assert findings(points)[:2] == [
        "S3's limits per prefix are never reached.",
        "CloudFront's default quotas of one distribution are never reached.",
    ]
