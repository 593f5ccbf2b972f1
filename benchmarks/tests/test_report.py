"""What a run leaves for readers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from benchmarks.curves import Curve, Growth

from benchmarks import report

README = Path(__file__).resolve().parents[1] / "README.md"
GROWTH = Growth(
    Curve("node/grow/put", "put", "bytes", (1000, 10_000), "client-s3"),
    {1000: ({"nanoseconds": 1.5e6}, {"nanoseconds": 1e6})},
    "no more",
)
RESULTS: dict[str, Any] = {
    "machine": {"processor": "abacus", "cores": 2, "load": 0.1, "system": "Linux 6"},
    "versions": {"python": "3.11"},
    "seed": 7,
    "minutes": 12.5,
    "figures": [
        {
            "id": "python/put",
            "title": "put",
            "measure": "ratio",
            "ours": "put/memory",
            "over": "put/boto3",
            "limit": "≤ 1.15",
            "verdict": "reached",
            "why": "",
            "median": 1.034,
            "spread": 0.05,
            "rounds": [{}, {}],
            "cases": {"put/memory": None, "put/boto3": None},
        }
    ],
}


def test_the_page_gets_the_tables_of_the_run_in_place_of_earlier_ones(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    shutil.copy(README, page)
    for _ in range(2):
        report.write(page, RESULTS, [GROWTH])
        text = page.read_text()
        assert text.count("| put | 1.03 x | 5 % | ≤ 1.15 | reached |  |") == 1
        assert text.count("| bytes | 1,000 | 10,000 |\n") == 1
        assert text.count("| Node, put, over client-s3 (no more) | 1.5 ms, 1.50 x |  |") == 1
        assert text.count("seed 7; 12.5 minutes.") == 1


def test_a_page_without_a_place_for_a_table_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("nothing")
    with pytest.raises(ValueError, match="has no place for machine"):
        report.write(page, RESULTS, [GROWTH])


@pytest.mark.parametrize(
    ("nanoseconds", "text"), [(0.0, "0 ns"), (15.1, "15.1 ns"), (1.5e6, "1.5 ms"), (2.34e9, "2.34 s")]
)
def test_a_time_has_three_digits_and_a_unit(nanoseconds: float, text: str) -> None:
    assert report.duration(nanoseconds) == text
