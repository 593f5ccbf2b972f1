"""The command: one figure for real, which needs no servers, so that it is seen that programs and table fit together."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from benchmarks.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_a_figure_is_measured_with_real_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = tmp_path / "build" / "results.json"
    assert main(["--only", "python/decode/1kb", "--rounds", "1", "--seed", "7", "--json", str(found)]) == 0
    (figure,) = json.loads(found.read_text())["figures"]
    assert figure["verdict"] in {"reached", "short", "inconclusive"}
    assert f"  {figure['verdict']}  " in capsys.readouterr().out
    assert len(figure["rounds"]) >= 3
    assert all(0 < one[case] < 1e9 for one in figure["rounds"] for case in ("decode/1kb", "decode/1kb-json"))


def test_nothing_selected_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "python/no-such"]) == 1
    assert "nothing is called python/no-such" in capsys.readouterr().err


def test_the_list_names_figures_and_limits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--only", "node/m*y", "--only", "node/grow/put"]) == 0
    figure, curve = capsys.readouterr().out.splitlines()
    assert figure.split()[:3] == ["node/many", "≥", "8"]
    assert curve.split() == ["node/grow/put", "put"]


@pytest.mark.slow
def test_a_run_that_is_ended_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "benchmarks",
        "--only",
        "python/put",
        "--json",
        str(tmp_path / "results"),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment) as process:
        while not list(tmp_path.glob("memory-seaweedfs-*/data/*")) and process.poll() is None:
            time.sleep(0.05)
        process.terminate()
        assert process.wait() == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
