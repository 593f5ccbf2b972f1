"""One figure for real, which needs neither nginx nor Redis: that programs, servers and table fit together."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
SOURCES = [str(FOLDER.parent / source) for source in ("benchmarks/src", "python-sdk/src", "local-cloud/src")]


ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(SOURCES)}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_a_figure_is_measured_with_real_programs(tmp_path: Path) -> None:
    found = tmp_path / "results.json"
    done = run("--only", "python/decode/1kb", "--rounds", "1", "--seed", "7", "--json", str(found))
    assert (done.returncode, done.stderr) == (0, "")
    (figure,) = json.loads(found.read_text())["figures"]
    assert figure["verdict"] in {"reached", "short", "inconclusive"}
    assert len(figure["rounds"]) >= 3
    assert all(0 < number < 1e9 for one in figure["rounds"] for number in one.values())
    assert "decode/1kb" in figure["rounds"][0]


def test_nothing_selected_is_an_error() -> None:
    done = run("--only", "python/no-such")
    assert done.returncode == 1
    assert "nothing is called python/no-such" in done.stderr


def test_the_list_names_figures_and_limits() -> None:
    done = run("--list", "--only", "node/put")
    assert done.stdout.split()[:3] == ["node/put", "≤", "1"]


def test_a_run_that_is_ended_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--only", "python/decode/1mb"]
    with subprocess.Popen(command, env={**ENVIRONMENT, "TMPDIR": str(tmp_path)}) as process:
        while not list(tmp_path.glob("memory-seaweedfs-*/data/*")) and process.poll() is None:
            time.sleep(0.05)
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
