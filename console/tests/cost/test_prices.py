from __future__ import annotations

import copy
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from memory_console.cost.prices import PriceListError, entries, faults_of, load, tiered

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def document() -> dict[str, Any]:
    return copy.deepcopy(load().document)


def test_built_in_list_passes_its_own_schema(document: dict[str, Any]) -> None:
    assert faults_of(document) == []


def test_every_number_has_a_source_and_a_confidence(document: dict[str, Any]) -> None:
    """Whatever is a number lies in an entry that says where it comes from."""
    described = dict(entries(document))

    def numbers(node: Any, path: str = "") -> list[str]:
        if isinstance(node, dict):
            return [found for name, child in node.items() for found in numbers(child, f"{path}.{name}")]
        if isinstance(node, list):
            return [found for i, child in enumerate(node) for found in numbers(child, f"{path}.{i}")]
        return [path.lstrip(".")] if isinstance(node, float | int) and not isinstance(node, bool) else []

    bare = [
        path
        for path in numbers(document)
        if path != "format" and not any(path.startswith(f"{entry}.") for entry in described)
    ]
    assert bare == []
    assert all(entry["source"] in document["sources"] for entry in described.values())


def test_figures_of_2021_follow_from_their_hourly_prices(document: dict[str, Any]) -> None:
    monthly = [round(row["usd_per_hour"] * row["hours"], 2) for row in document["history"]]

    assert monthly == [12.41, 29.20, 14.60]
    assert [row["usd_per_month"] for row in document["history"]] == monthly


def test_age_counts_days_since_the_list_was_made() -> None:
    assert load().age_days(date(2027, 1, 2)) == 40


def test_tiers_are_charged_one_after_the_other() -> None:
    entry = {"tiers": [{"up_to": 10, "usd": 3.0}, {"up_to": 30, "usd": 2.0}, {"usd": 1.0}]}

    assert [tiered(entry, amount) for amount in (0, 10, 15, 30, 100)] == [0, 30, 40, 70, 140]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("s3", "STANDARD", "get", "usd"), "free", "s3.STANDARD.get.usd: 'free' is not of type 'number'"),
        (("s3", "STANDARD", "get", "usd"), -1, "s3.STANDARD.get.usd: -1 is less than the minimum of 0"),
        (("s3", "GLACIER_IR"), None, "s3.GLACIER_IR: None is not of type 'object'"),
        (("dynamodb", "read", "confidence"), "sure", "dynamodb.read.confidence: 'sure' is not one of"),
        (("date",), "last week", "date: 'last week' is not a 'date'"),
        (("limits", "s3_gets_per_second", "source"), "hearsay", "its source 'hearsay' is not among the sources"),
        (("s3", "STANDARD", "storage"), {"unit": "x"}, "s3.STANDARD.storage: must have either one number `usd`"),
        (("cloudfront", "plans"), [], "cloudfront.plans: [] should be non-empty"),
        (("sources", "dax", "url"), "javascript:alert(1)", "sources.dax.url: 'javascript:alert(1)' does not match"),
    ],
)  # fmt: skip
def test_wrong_entry_is_named(
    tmp_path: Path, document: dict[str, Any], path: tuple[str, ...], value: Any, message: str
) -> None:
    node = document
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(document))

    with pytest.raises(PriceListError) as caught:
        load(file)

    assert message in str(caught.value)
    assert "--copy-prices" in str(caught.value)


def test_missing_entry_is_named(document: dict[str, Any]) -> None:
    del document["dax"]["nodes"]

    assert faults_of(document) == ["dax: 'nodes' is a required property"]


def test_tiers_that_fall_are_refused(document: dict[str, Any]) -> None:
    document["api_gateway"]["requests"]["tiers"][0]["up_to"] = 2e9

    assert faults_of(document) == [
        "api_gateway.requests: its tiers must rise, and only the last has no up_to"
    ]


def test_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("{")

    with pytest.raises(PriceListError, match="is not JSON"):
        load(file)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PriceListError, match="cannot be read"):
        load(tmp_path / "none.json")
