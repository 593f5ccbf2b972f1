"""The tables of COST.md: their arithmetic, their sums, and the code must say the same."""

from __future__ import annotations

import ast
import operator
import re
from pathlib import Path

import pytest
from memory_console.cost import alternatives, bill
from memory_console.cost.hit_ratios import Traffic, traffic
from memory_console.cost.prices import load
from memory_console.cost.scenario import Scenario

COST = Path(__file__).resolve().parents[2] / "COST.md"
PRICES = load()
SCENARIO = Scenario(
    gets_per_month=100e6,
    puts_per_month=4e6,
    value_bytes=40_960,
    names=500_000,
    absent=0.02,
    readers={"us": 0.75, "eu": 0.25},
    private=True,
    invalidations=1_600,
    peak=3,
)
TRAFFIC = Traffic(100e6, {"us": 45e6, "eu": 15e6}, 30e6, 12e6, 2e6)
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip
CENT = 0.005
#: Items that come from a formula of their own, which other tests hold.
MODELLED = {("api_gateway", "s3_gets")}


def rows(heading: str) -> list[tuple[str, str, str, float]]:
    """The rows of the table whose first header is `heading`: offer or class, item, arithmetic, US dollars."""
    table = COST.read_text(encoding="utf-8").split(
        f"| {heading} | item | arithmetic | USD |\n|---|---|---|---|\n"
    )[1]
    found = []
    for line in table.split("\n\n")[0].strip().splitlines():
        who, item, arithmetic, usd = (cell.strip() for cell in line.strip("| ").split("|"))
        found.append((who, item, arithmetic, float(usd.replace(",", ""))))
    return found


def value_of(arithmetic: str) -> float:
    text = re.sub(r"(?<=\d),(?=\d)", "", arithmetic)
    text = text.replace("\N{MULTIPLICATION SIGN}", "*").replace("\N{MINUS SIGN}", "-").replace("^", "**")

    def walk(node: ast.AST) -> float:
        if isinstance(node, ast.BinOp):
            return float(OPERATORS[type(node.op)](walk(node.left), walk(node.right)))
        assert isinstance(node, ast.Constant)
        assert isinstance(node.value, int | float)
        return float(node.value)

    return walk(ast.parse(text, mode="eval").body)


def offers() -> dict[str, alternatives.Offer]:
    made = [price(SCENARIO, TRAFFIC, PRICES) for price in alternatives.ALTERNATIVES]
    return {offer.key: offer for offer in [alternatives.memory_service(SCENARIO, TRAFFIC, PRICES), *made]}


@pytest.mark.parametrize("row", rows("offer"), ids=lambda row: f"{row[0]}-{row[1]}")
def test_line_item_is_what_the_hand_worked_example_says(row: tuple[str, str, str, float]) -> None:
    offer, key, arithmetic, usd = row
    item = next(item for item in offers()[offer].items if item.key == key)

    assert value_of(arithmetic) == pytest.approx(usd, abs=CENT)
    assert item.usd == pytest.approx(value_of(arithmetic), rel=1e-5, abs=1e-9)


def test_example_has_every_line_item_of_every_offer() -> None:
    shown = {(offer, key) for offer, key, *_ in rows("offer")}
    made = {(offer.key, item.key) for offer in offers().values() for item in offer.items}

    assert {pair for pair in made if pair[0] != "s3_memory"} - MODELLED == shown


@pytest.mark.parametrize("row", rows("class"), ids=lambda row: f"{row[0]}-{row[1]}")
def test_storage_class_is_billed_as_the_example_says(row: tuple[str, str, str, float]) -> None:
    name, key, arithmetic, usd = row
    if name == "INTELLIGENT_TIERING":
        scenario = Scenario(names=100_000, value_bytes=204_800, puts_per_month=0, storage_class=name)
    else:
        scenario = Scenario(names=1_000_000, value_bytes=2_048, puts_per_month=3e6, storage_class=name)
    items = bill.storage(scenario, PRICES) + bill.s3_reads(scenario, 5e6, 0, PRICES)
    item = next(item for item in items if item.key == key)

    assert value_of(arithmetic) == pytest.approx(usd, abs=CENT)
    assert item.usd == pytest.approx(value_of(arithmetic), rel=1e-9)


def test_transfer_of_the_example_is_what_the_readers_get() -> None:
    assert bill.edge_gb(SCENARIO, TRAFFIC, "us", PRICES) == pytest.approx(1_684.54, abs=0.005)
    assert bill.edge_gb(SCENARIO, TRAFFIC, "eu", PRICES) == pytest.approx(561.51, abs=0.005)


def test_api_gateway_reads_s3_once_in_the_life_of_a_copy() -> None:
    gets_per_second = 4
    scenario = Scenario(
        gets_per_month=gets_per_second * 2_628_000, names=1, puts_per_month=0, edge_ttl=5, environments=1
    )
    offer = alternatives.api_gateway(scenario, traffic(scenario, 730), PRICES)
    gets = next(item for item in offer.items if item.key == "s3_gets")

    assert gets.quantity == pytest.approx(2_628_000 / (5 + 1 / 4))


def test_memory_of_one_name_misses_once_in_51_gets() -> None:
    scenario = Scenario(gets_per_month=10 * 2_628_000, names=1, functions=1, environments=1, edge_ttl=5)

    assert traffic(scenario, 730).memory_ratio == pytest.approx(1 - 1 / 51)
