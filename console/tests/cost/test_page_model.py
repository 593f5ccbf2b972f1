"""The page's JavaScript and this package's Python give the same numbers and the same words."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
from memory_console.cost.alternatives import wording
from memory_console.cost.comparison import break_evens, compare, money, sweep
from memory_console.cost.prices import load
from memory_console.cost.quantities import Count, Rate, Size, short
from memory_console.cost.scale import load as load_of
from memory_console.cost.scenario import STORAGE_CLASSES, Scenario

DRIVER = Path(__file__).with_name("page_model.mjs")
SEED = 7
SAME = 1e-9
TEXTS = [
    "10M/month",
    "50/s",
    "40k/day",
    "2KB",
    "1.5MB",
    "512",
    "3 min",
    "",
    "ten",
    "1,000",
    "2B",
    "5/fortnight",
    "-1",
]
NUMBERS = [
    0.0,
    0.004,
    0.33,
    9.5,
    29.325,
    99.99,
    123.0,
    950.4,
    999.994,
    1_000.0,
    12_345.6,
    4.56e6,
    7.89e9,
    1.2e12,
]


def scenarios() -> list[Scenario]:
    """Corners by hand, and a random grid of everything."""
    dice = random.Random(SEED)
    made = [
        Scenario(),
        Scenario(gets_per_month=0, puts_per_month=0),
        Scenario(names=1, functions=1, environments=0, pops=1),
        Scenario(absent=1.0),
        Scenario(value_bytes=500_000),
        Scenario(value_bytes=2_000_000, names=200_000),
        Scenario(memory_bytes=0),
        Scenario(names=10**10, gets_per_month=1e12, pops=100, functions=50, environments=1e4, edge_ttl=3_600),
        Scenario(
            gets_per_month=5e9, readers={"us": 0.5, "eu": 0.3, "sa": 0.2}, free_tier=False, private=True
        ),
    ]
    for _ in range(60):
        regions = dice.sample(["us", "eu", "me-af", "sa", "jp", "au", "ap", "in"], dice.randint(1, 4))
        weights = [dice.uniform(0.1, 1) for _ in regions]
        made.append(
            Scenario(
                gets_per_month=10 ** dice.uniform(3, 12),
                puts_per_month=10 ** dice.uniform(0, 9),
                value_bytes=10 ** dice.uniform(1, 6.5),
                names=int(10 ** dice.uniform(0, 8)),
                zipf=dice.choice([0.0, 0.7, 0.9, 1.0, 1.2]),
                absent=dice.choice([0.0, 0.0, 0.05]),
                functions=dice.randint(1, 30),
                environments=10 ** dice.uniform(-1, 3),
                readers={region: weight / sum(weights) for region, weight in zip(regions, weights, strict=True)},
                pops=dice.choice([1, 2, 3, 10, 100]),
                bucket_region=dice.choice(["us", regions[0]]),
                edge_ttl=dice.choice([1, 2, 5, 60, 3_600, 86_400]),
                memory=dice.random() < 0.8,
                memory_bytes=10 ** dice.uniform(3, 9),
                memory_items=dice.choice([0, 100, 10_000, 10_000]),
                storage_class=dice.choice(STORAGE_CLASSES),
                private=dice.random() < 0.5,
                invalidations=dice.choice([0.0, 500.0, 5_000.0]),
                free_tier=dice.random() < 0.7,
                peak=dice.choice([1.0, 3.0, 10.0]),
            )
        )  # fmt: skip
    return made


def swept() -> list[Scenario]:
    """Some of them at all amounts of traffic."""
    return [scenario for scenario in scenarios()[:12] if 0 < scenario.gets_per_month < 1e11]


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What the page's model says."""
    node = shutil.which("node")
    if node is None:
        assert not os.environ.get("CI"), "Node is not on PATH"
        pytest.skip("Node is not on PATH, so the page's model cannot run")
    print(f"seed {SEED}")
    asked = {
        "prices": load().document,
        "wording": wording(),
        "scenarios": [dataclasses.asdict(scenario) for scenario in scenarios()],
        "swept": [dataclasses.asdict(scenario) for scenario in swept()],
        "texts": TEXTS,
        "numbers": NUMBERS,
    }
    ran = subprocess.run([node, DRIVER], input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert not ran.returncode, ran.stderr
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def differences(mine: Any, theirs: Any, path: str = "") -> list[str]:
    """Where two documents differ: numbers by more than one in a thousand million."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        missing = [f"{path}.{name} is in one only" for name in mine.keys() ^ theirs.keys()]
        both = mine.keys() & theirs.keys()
        return missing + [
            text for name in both for text in differences(mine[name], theirs[name], f"{path}.{name}")
        ]
    if isinstance(mine, list) and isinstance(theirs, list):
        pairs = enumerate(itertools.zip_longest(mine, theirs, fillvalue="nothing"))
        return [text for number, (one, two) in pairs for text in differences(one, two, f"{path}.{number}")]
    numbers = isinstance(mine, float | int) and isinstance(theirs, float | int) and not isinstance(mine, bool)
    if numbers and mine == pytest.approx(theirs, rel=SAME, abs=1e-12):
        return []
    return [] if mine == theirs else [f"{path}: {mine!r} here, {theirs!r} in the page"]


def test_every_number_and_word_is_the_same(page: dict[str, Any]) -> None:
    prices, found = load(), []
    for number, scenario in enumerate(scenarios()):
        comparison = compare(scenario, prices)
        spread = comparison.traffic
        mine = {
            "traffic": {
                **dataclasses.asdict(spread),
                "edge_total": spread.edge_total,
                "memory_ratio": spread.memory_ratio,
                "pop_ratio": spread.pop_ratio,
                "edge_ratio": spread.edge_ratio,
            },
            "offers": [
                {**dataclasses.asdict(offer), "usd": None if offer.refusal else offer.usd}
                for offer in (comparison.ours, *comparison.others)
            ],
            "cheapest": comparison.cheapest.key,
            "verdict": comparison.verdict,
            "load": dataclasses.asdict(load_of(scenario, spread, prices)),
        }
        found += differences(mine, page["results"][number], f"scenario {number}")

    assert found == []
    assert len(page["results"]) == len(scenarios())


def test_break_even_points_are_the_same(page: dict[str, Any]) -> None:
    prices = load()
    mine = [
        [dataclasses.asdict(crossing) for crossing in break_evens(sweep(scenario, prices), prices)]
        for scenario in swept()
    ]

    assert differences(mine, page["crossings"]) == []
    assert any(mine)


def test_inputs_are_read_alike(page: dict[str, Any]) -> None:
    def read(kind: click.ParamType[float], text: str) -> Any:
        try:
            return kind.convert(text, None, None)
        except click.BadParameter:
            return None

    mine = [[read(kind, text) for kind in (Count(), Rate(), Size())] for text in TEXTS]

    assert differences(mine, page["read"]) == []


def test_sums_and_counts_are_written_alike(page: dict[str, Any]) -> None:
    assert [[money(number), short(number)] for number in NUMBERS] == page["written"]
