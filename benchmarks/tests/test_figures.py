"""The table names what there is, and the page says what it holds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.curves import CURVES
from benchmarks.figures import FIGURES

FOLDER = Path(__file__).resolve().parents[1]
README = (FOLDER / "README.md").read_text(encoding="utf-8")
PROTOCOL = (FOLDER / "PROTOCOL.md").read_text(encoding="utf-8")


def test_ids_are_unique() -> None:
    ids = [figure.id for figure in FIGURES] + [curve.id for curve in CURVES]
    assert len(ids) == len(set(ids))


def test_the_page_has_every_figure_with_its_limit() -> None:
    for figure in FIGURES:
        rows = [line for line in README.splitlines() if f"{figure.title} |" in line]
        assert any(f" {figure.limit or ''}" in row for row in rows), figure.id


def test_every_case_is_in_the_protocol() -> None:
    for case in {case for figure in FIGURES if figure.kind != "size" for case in figure.cases}:
        name = re.sub(r"^edge-tls/", "edge/", case)
        name = re.sub(r"/(10kb|100kb|1mb)(-json)?$", r"/1kb\2", name)
        name = re.sub(r"/[0-9]+(-peer)?$", "/<bytes>", name)
        assert f"`{name}`" in PROTOCOL or f"`-{name.rpartition('-')[2]}`" in PROTOCOL, case


def test_a_program_refuses_a_case_that_there_is_not() -> None:
    done = subprocess.run(
        [sys.executable, str(FOLDER / "python" / "warm.py"), "decode/1 kb"],
        capture_output=True,
        text=True,
        check=False,
        env={"BENCH": "{}", "PYTHONPATH": str(FOLDER.parent / "python-sdk/src")},
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "there is no case 'decode/1 kb': PROTOCOL.md names them"
