"""The tables of COST.md: their arithmetic, their sums, and both evaluators must say the same."""

from __future__ import annotations

import ast
import operator
import re
from pathlib import Path
from typing import Any

import pytest
from cost_models import ask_page, ask_python
from memory_console.cost.bill import model
from memory_console.cost.hit_ratios import RecordTraffic, Traffic
from memory_console.cost.scenario import Scenario

COST = Path(__file__).resolve().parents[2] / "COST.md"
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
NO_TAGS = {"us": 0.0, "eu": 0.0}
WITH_RECORD = RecordTraffic(
    100e6,
    {"us": 12e6, "eu": 4e6},
    8e6,
    7e6,
    2e6,
    tag_requests=NO_TAGS,
    record_requests={"us": 6e6, "eu": 2e6},
    record_total=8e6,
    record_s3_gets=5e6,
    record_size=10_000,
    record_bytes=2_000,
    announcements=4e6,
)
TRAFFIC = Traffic(
    100e6, {"us": 45e6, "eu": 15e6}, 30e6, 12e6, 2e6, tag_requests=NO_TAGS, with_record=WITH_RECORD
)
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip
CENT = 0.005
MODELS = pytest.mark.parametrize("ask", [ask_python, ask_page])
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


def billed(
    ask: Any, scenario: Scenario, traffic: Traffic, offers: list[str]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return every line item of these offers, by offer and item."""
    said = [answer["said"] for answer in ask([("offer", key, scenario, traffic) for key in offers])]
    return {(offer["key"], item["key"]): item for offer in said for item in offer["items"]}


def held_to(
    shown: list[tuple[tuple[str, str], str, float]], made: dict[tuple[str, str], dict[str, Any]]
) -> None:
    for key, arithmetic, usd in shown:
        assert value_of(arithmetic) == pytest.approx(usd, abs=CENT), key
        assert made[key]["usd"] == pytest.approx(value_of(arithmetic), rel=1e-5, abs=1e-9), key


@MODELS
def test_line_items_are_what_the_hand_worked_example_says(ask: Any) -> None:
    made = billed(ask, SCENARIO, TRAFFIC, list(model()["offers"]))
    shown = [((offer, key), arithmetic, usd) for offer, key, arithmetic, usd in rows("offer")]

    held_to(shown, made)
    assert {key for key in made if key[0] != "s3_memory"} - MODELLED == {key for key, *_ in shown}


@MODELS
@pytest.mark.parametrize("name", sorted({row[0] for row in rows("class")}))
def test_storage_class_is_billed_as_the_example_says(ask: Any, name: str) -> None:
    if name == "INTELLIGENT_TIERING":
        scenario = Scenario(names=100_000, value_bytes=204_800, puts_per_month=0, storage_class=name)
    else:
        scenario = Scenario(names=1_000_000, value_bytes=2_048, puts_per_month=3e6, storage_class=name)
    made = billed(
        ask, scenario, Traffic(5e6, {"us": 5e6}, 5e6, 5e6, 0, tag_requests={"us": 0.0}), ["memory_service"]
    )

    held_to(
        [(("memory_service", key), text, usd) for other, key, text, usd in rows("class") if other == name],
        made,
    )


@MODELS
def test_transfer_of_the_example_is_what_the_readers_get(ask: Any) -> None:
    made = billed(ask, SCENARIO, TRAFFIC, ["memory_service"])

    assert made["memory_service", "cloudfront_transfer_us"]["quantity"] == pytest.approx(1_684.54, abs=0.005)
    assert made["memory_service", "cloudfront_transfer_eu"]["quantity"] == pytest.approx(561.51, abs=0.005)
