"""The demos are the published examples: only indentation, blank lines and missing imports were added."""

from pathlib import Path

import pytest

DEMOS = Path(__file__).resolve().parents[1]
ADDED = {"python": ["import json", "import os"], "nodejs": [], "nodejs-auth": []}
CODE = {"python": "lambda_function.py", "nodejs": "index.js", "nodejs-auth": "index.js"}


def statements(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text().splitlines() if line.strip()]


@pytest.mark.parametrize("demo", sorted(CODE))
def test_nothing_but_imports_was_added(demo: str) -> None:
    published = statements(Path(__file__).parent / "published" / f"{demo}.txt")
    assert statements(DEMOS / demo / CODE[demo]) == ADDED[demo] + published


@pytest.mark.parametrize("demo", sorted(CODE))
def test_a_demo_is_a_single_file(demo: str) -> None:
    assert [path.name for path in (DEMOS / demo).iterdir() if path.name != "__pycache__"] == [CODE[demo]]
