"""The table of layers says what the record says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from release.errors import ReleaseError
from release.published import Published

if TYPE_CHECKING:
    from pathlib import Path

ARN = "arn:aws:lambda:{}:123456789012:layer:memory-service-{}:3"


@pytest.fixture
def record(tmp_path: Path) -> Published:
    (tmp_path / "published.json").write_text("{}")
    return Published(tmp_path / "published.json")


def test_the_repository_s_table_is_up_to_date(pytestconfig: pytest.Config) -> None:
    """If not: `python3 noxfile.py -s release -- arn-table`."""
    root = pytestconfig.rootpath
    document = root / "layers" / "README.md"
    text = document.read_text()
    assert Published(root / "release" / "published.json").with_table(text, document) == text


def test_before_the_first_release_the_table_says_that_there_is_nothing(record: Published) -> None:
    assert record.table().startswith("No layers have been published yet: ")


def test_the_table_has_the_newest_version(record: Published) -> None:
    record.note("1.0.0", "eu-central-1", "python", ARN.format("eu-central-1", "python").replace(":3", ":1"))
    for region in ("us-east-1", "eu-central-1"):
        for layer in ("python", "nodejs"):
            record.note("1.1.0", region, layer, ARN.format(region, layer))
    assert record.table().splitlines() == [
        "Version 1.1.0:",
        "",
        "| Region | layer | ARN |",
        "|---|---|---|",
        "| us-east-1 | python | `arn:aws:lambda:us-east-1:123456789012:layer:memory-service-python:3` |",
        "| us-east-1 | nodejs | `arn:aws:lambda:us-east-1:123456789012:layer:memory-service-nodejs:3` |",
        "| eu-central-1 | python | `arn:aws:lambda:eu-central-1:123456789012:layer:memory-service-python:3` |",
        "| eu-central-1 | nodejs | `arn:aws:lambda:eu-central-1:123456789012:layer:memory-service-nodejs:3` |",
    ]


def test_writing_the_table_leaves_the_rest_of_the_document(
    record: Published, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    document = tmp_path / "README.md"
    before = (pytestconfig.rootpath / "layers" / "README.md").read_text()
    document.write_text(before)
    record.note("1.0.0", "us-east-1", "python", ARN.format("us-east-1", "python"))
    record.write_table(document)
    after = document.read_text()
    assert ARN.format("us-east-1", "python") in after
    assert "No layers have been published yet" not in after
    assert after.splitlines()[0] == before.splitlines()[0]
    assert after.splitlines()[-1] == before.splitlines()[-1]


def test_a_document_without_a_place_for_the_table_is_named(record: Published, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Layers\n")
    with pytest.raises(ReleaseError, match=r"README\.md has no place for the table"):
        record.write_table(tmp_path / "README.md")
