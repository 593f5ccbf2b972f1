"""The figures of money on the page about tags are the calculator's: the table is made here, and must be there."""

from __future__ import annotations

from pathlib import Path

from memory_console.cost.comparison import compare
from memory_console.cost.prices import load
from memory_console.cost.quantities import money
from memory_console.cost.scenario import Scenario

PAGE = (Path(__file__).resolve().parents[1] / "TAGS.md").read_text(encoding="utf-8")
ROWS = [  # gets, tags of a value, different tags
    (1e7, 0, 1),
    (1e7, 1, 1),
    (1e7, 1, 20),
    (1e7, 1, 1000),
    (1e7, 3, 50),
    (1e8, 0, 1),
    (1e8, 1, 1),
    (1e8, 3, 50),
]


def row(gets: float, of_a_value: int, different: int) -> str:
    scenario = Scenario(
        gets_per_month=gets,
        puts_per_month=1e4,
        names=1000,
        tags_per_value=of_a_value,
        tags=different,
        tag_invalidations=3000 if of_a_value else 0,
    )
    offers = compare(scenario, load()).offers
    tags = f"{of_a_value} of {different:,}" if of_a_value else "none"
    cells = [money(offers[key].usd) for key in ("memory_service", "change_record")]
    return f"| {gets / 1e6:.0f} M, {tags} | {' | '.join(cells)} |"


def test_the_page_about_tags_has_the_calculator_s_figures() -> None:
    assert "\n".join(row(*each) for each in ROWS) in PAGE
