"""The figures of money on the page that decides are the calculator's: the table is made here, and must be there."""

from __future__ import annotations

from pathlib import Path

from memory_console.cost.comparison import compare
from memory_console.cost.prices import load
from memory_console.cost.scenario import Scenario

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "when-to-use-it.md").read_text(encoding="utf-8")
TWO_SCREENS = 100  # lines
TRAFFIC = {  # gets a month, bytes of a value
    "100,000 gets of 2 KB": (1e5, 2048),
    "5 million gets of 2 KB": (5e6, 2048),
    "5 million gets of 50 KB": (5e6, 50 * 1024),
    "100 million gets of 2 KB": (1e8, 2048),
}
OFFERS = {
    "memory_service": "Memory Service",
    "dynamodb": "DynamoDB on demand",
    "serverless_valkey": "ElastiCache Serverless",
    "elasticache_valkey": "smallest ElastiCache node",
}
PUTS = 0.02
NAMES = 1000


def table() -> str:
    lines = [f"| a month | {' | '.join(OFFERS.values())} |", f"|---|{'--:|' * len(OFFERS)}"]
    for title, (gets, size) in TRAFFIC.items():
        cells = []
        for free_tier in (True, False):
            scenario = Scenario(
                gets_per_month=gets,
                puts_per_month=PUTS * gets,
                value_bytes=size,
                names=NAMES,
                free_tier=free_tier,
            )
            offers = compare(scenario, load()).offers
            cells.append([f"{offers[key].usd:,.2f}" for key in OFFERS])
        both = [free if free == paid else f"{free} / {paid}" for free, paid in zip(*cells, strict=True)]
        lines.append(f"| {title} | {' | '.join(both)} |")
    return "\n".join(lines) + "\n"


def test_the_page_has_the_calculator_s_figures() -> None:
    assert table() in PAGE, f"write this into when-to-use-it.md:\n{table()}"


def test_the_page_states_what_its_figures_are_for() -> None:
    stated = " ".join(PAGE.split())
    assert f"one put for {1 / PUTS:.0f} gets" in stated
    assert f"{NAMES:,} names" in stated
    assert "us-east-1" in stated
    assert f"prices of {load().dated:%Y-%m-%d}" in stated
    assert "free amounts are still unused / none is free" in stated


def test_the_readme_is_two_screens_at_most() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= TWO_SCREENS
