"""The table names what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.curves import CURVES
from benchmarks.figures import FIGURES, at_least, at_most, selected

FOLDER = Path(__file__).resolve().parents[1]
LIMITS = {figure.id: figure.limit for figure in FIGURES}


def test_ids_are_unique() -> None:
    ids = [figure.id for figure in FIGURES] + [curve.id for curve in CURVES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("figure", "limit"),
    [
        ("python/edge/plain", at_most(1.15)),
        ("python/edge/tls", at_most(1.15)),
        ("node/edge/get-async-plain", at_most(1.2)),
        ("node/edge/get-tls", at_most(1.8)),
        ("node/edge/sync-request", at_least(150)),
        ("python/memory/str", at_most(0.6)),
        ("node/memory/int", at_most(1.5)),
        ("python/memory/dict", at_most(1.2)),
        ("node/memory/dict", at_most(1.2)),
        ("python/private", at_most(1.1)),
        ("python/put", at_most(1.15)),
        ("node/put", at_most(1)),
        ("python/many", at_least(8)),
        ("node/many", at_least(8)),
        ("python/load", at_most(15)),
        ("node/load", at_most(10)),
        ("python/fresh/read/quota", at_most(1.1)),
        ("node/fresh/read", at_most(2)),
        ("python/fresh/failover", at_most(0.5)),
        ("node/fresh/failover/quota-all", at_most(0.5)),
        ("python/fresh/put", at_most(1.05)),
        ("node/fresh/put", at_most(0.6)),
        ("python/decode/1mb", at_most(1.15)),
        ("node/decode/1kb", at_most(1.15)),
        ("python/encode/1kb", at_most(2.5)),
        ("node/encode/100kb", at_most(2.2)),
        ("python/layer", at_most(0.55)),
        ("node/layer", at_most(0.1)),
        ("python/resident", at_most(3)),
        ("node/resident", at_most(12)),
    ],
)
def test_what_is_promised_is_held_to(figure: str, limit: object) -> None:
    assert LIMITS[figure] == limit


@pytest.mark.parametrize("language", ["python", "node"])
def test_every_case_is_in_the_protocol(language: str) -> None:
    protocol = (FOLDER / "PROTOCOL.md").read_text(encoding="utf-8")
    for figure in FIGURES:
        if figure.language != language or figure.kind == "size":
            continue
        for case in figure.cases:
            name = re.sub(r"^edge-tls/", "edge/", case)
            stem = re.sub(r"/(10kb|100kb|1mb)(-json)?$", r"/1kb\2", name)
            last = name.rpartition("/")[2].rpartition("-")[2]
            assert f"`{stem}`" in protocol or f"`-{last}`" in protocol, case


def test_a_program_refuses_a_case_that_there_is_not() -> None:
    done = subprocess.run(
        [sys.executable, str(FOLDER / "python" / "warm.py"), "decode/1 kb"],
        capture_output=True,
        text=True,
        check=False,
        env={"BENCH": "{}", "PYTHONPATH": str(FOLDER.parent / "python-sdk/src")},
    )
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "there is no case 'decode/1 kb': PROTOCOL.md names them",
    )


def test_figures_are_selected_by_patterns() -> None:
    assert [figure.id for figure in selected(["python/memory/*"])] == [
        "python/memory/int",
        "python/memory/str",
        "python/memory/dict",
    ]
    assert selected([]) == list(FIGURES)
    assert selected(["no/such"]) == []
