"""CONSISTENCY.md names a test for each of its rows, and every test that is there for it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from conformance.home import REPOSITORY

HERE = Path(__file__).parent
PAGE = (REPOSITORY / "CONSISTENCY.md").read_text(encoding="utf-8")
_HEADINGS = ("| operation |", "| operation with CHANGES |", "| `invalidate_tags` |")
_NAME = re.compile(r"`(test_\w+)`")


def rows() -> list[list[str]]:
    """Return the cells of the tables of operations: without a change record, with one, and with tags."""
    tables = [PAGE.partition(heading)[2].partition("\n\n")[0] for heading in _HEADINGS]
    lines = [line for table in tables for line in table.splitlines()[2:]]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def names_of_tests(*files: Path) -> set[str]:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    found = {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {name for name in found if name.startswith("test_")}


def test_every_row_names_tests_that_exist() -> None:
    known = names_of_tests(*HERE.glob("test_*.py"))
    assert len(rows()) > 15
    for row in rows():
        named = _NAME.findall(row[-1])
        assert named, row
        assert set(named) <= known


def test_every_test_of_a_row_is_named() -> None:
    named = {name for row in rows() for name in _NAME.findall(row[-1])}
    assert (
        names_of_tests(*HERE.glob("test_consistency*.py")) - names_of_tests(Path(__file__)) - named == set()
    )
