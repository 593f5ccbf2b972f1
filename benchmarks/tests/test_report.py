"""What a run leaves for readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from benchmarks.curves import Curve, Growth
from benchmarks.figure import Figure, at_most, fresh
from benchmarks.results import Outcome

from benchmarks import report

README = Path(__file__).resolve().parents[1] / "README.md"
MACHINE = {"processor": "abacus", "cores": 2, "load": 0.1, "system": "Linux 6"}
RESULTS: dict[str, Any] = {"machine": MACHINE, "versions": {"python": "3.11"}, "seed": 7, "minutes": 12.5}
GROWTH = Growth(
    Curve("node/grow/put", "put", "bytes", (1000, 10_000), "client-s3"),
    {1000: ({"nanoseconds": 1.5e6}, {"nanoseconds": 1e6})},
    "no more",
)
PUT = Outcome(
    Figure("python/put", at_most(1.15), "ours", "peer", "put", ("other",)),
    [{"ours": 1.0, "peer": 1.0, "other": 3.0}, {"ours": 2.2, "peer": 2.0, "other": 6.0}],
)
FRESH = [
    Outcome(
        each, [{"ours": 3.0, "peer": 2.0}] if each.place == "quota" else [], "" if each.place else "no luck"
    )
    for each in fresh("node/fresh/put", (0.5, 1, 2, None), "ours", "peer", "first put")
]


def test_the_page_gets_the_tables_of_the_run_in_place_of_earlier_ones(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_bytes(README.read_bytes())
    for _ in range(2):
        report.write(page, RESULTS, [PUT, *FRESH], [GROWTH])
        lines = page.read_text().splitlines()
        assert lines.count("| put | 1.05 x | 5 % | ≤ 1.15 | reached | other 3.00 x |") == 1
        not_measured = "-, ≤ 0.5: not measured: no luck | -, ≤ 1: not measured"
        assert lines.count(f"| Node, first put | {not_measured} | 1.50 x, ≤ 2: reached | - |") == 1
        assert lines.count("| bytes | 1,000 | 10,000 |") == 1
        assert lines.count("| Node, put, over client-s3 (no more) | 1.5 ms, 1.50 x |  |") == 1
        assert (
            lines.count(
                "abacus, 2 cores, load 0.1 before the run, Linux 6; python 3.11; seed 7; 12.5 minutes."
            )
            == 1
        )


def test_a_page_without_a_place_for_a_table_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("nothing")
    with pytest.raises(ValueError, match="has no place for fresh"):
        report.write(page, RESULTS, [], [])


@pytest.mark.parametrize(
    ("nanoseconds", "text"), [(0.0, "0 ns"), (15.1, "15.1 ns"), (1.5e6, "1.5 ms"), (2.34e9, "2.34 s")]
)
def test_a_time_has_three_digits_and_a_unit(nanoseconds: float, text: str) -> None:
    assert report.duration(nanoseconds) == text
