"""The plot as an SVG file."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from memory_console.cost.bill import model
from memory_console.cost.chart import draw
from memory_console.cost.comparison import BreakEven, sweep
from memory_console.cost.prices import load
from memory_console.cost.scenario import Scenario

SVG = "{http://www.w3.org/2000/svg}"
SCENARIO = Scenario(names=10, value_bytes=409_601 / 2)
POINTS = sweep(SCENARIO, load())


def drawn(*crossings: BreakEven, size: float = SCENARIO.value_bytes) -> ET.Element:
    points = POINTS if size == SCENARIO.value_bytes else sweep(Scenario(names=10, value_bytes=size), load())
    return ET.fromstring(draw(1e7, points, list(crossings)))  # noqa: S314 - our own file


def texts(root: ET.Element) -> list[str | None]:
    return [text.text for text in root.iter(f"{SVG}text")]


def test_every_offer_has_a_line_and_its_name() -> None:
    root = drawn()

    assert len(list(root.iter(f"{SVG}path"))) == len(model()["offers"])
    assert {offer["name"] for offer in model()["offers"].values()} <= set(texts(root))


def test_offer_that_is_not_possible_has_no_line() -> None:
    paths = [path.get("d") for path in drawn(size=409_601).iter(f"{SVG}path")]

    assert paths.count("") == 2  # DynamoDB and DAX


def test_axes_go_from_ten_thousand_to_a_trillion_gets_and_from_a_cent() -> None:
    shown = texts(drawn())

    assert {"10 k", "100 k", "1 trillion", "$0.01", "$1", "$10 k"} <= set(shown)


def test_crossing_is_a_dot_on_the_line_of_memory_service() -> None:
    gets = POINTS[20].scenario.gets_per_month
    [dot] = drawn(BreakEven("s3", gets, ours_above=True)).iter(f"{SVG}circle")
    ours = list(drawn().iter(f"{SVG}path"))[-1].get("d") or ""
    points = re.findall(r"[ML]([0-9.]+) ([0-9.]+)", ours)

    assert (dot.get("cx"), dot.get("cy")) == points[20]


@pytest.mark.parametrize("usd", [0.0, 0.004])
def test_less_than_a_cent_is_drawn_as_a_cent(usd: float) -> None:
    lowest = drawn(size=1.0 + usd)
    heights = [
        float(y)
        for path in lowest.iter(f"{SVG}path")
        for y in re.findall(r"[ML][0-9.]+ ([0-9.]+)", path.get("d") or "")
    ]

    assert max(heights) == 500.0
