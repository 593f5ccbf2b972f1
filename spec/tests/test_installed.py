"""The runner as `pip install ./spec` gives it: with the text, the vectors and the tables inside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conformance.home import REPOSITORY
from toy import add_sdk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_installed_runner_holds_an_sdk_against_all_that_needs_no_store(tmp_path: Path) -> None:
    source, target = tmp_path / "spec", tmp_path / "installed"
    shutil.copytree(REPOSITORY / "spec", source, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    installer = [shutil.which("uv") or sys.executable]
    pip = [*installer, "pip"] if shutil.which("uv") else [*installer, "-m", "pip"]
    python = ["--python", sys.executable] if shutil.which("uv") else []
    subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", *python, "--target", target, source],
        check=True,
        cwd=tmp_path,
    )
    add_sdk(tmp_path, "toy")
    environment = {**os.environ, "PYTHONPATH": str(target)}
    command = [sys.executable, "-m", "conformance", "--root", str(tmp_path)]

    done = subprocess.run(
        [*command, "--no-store"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-4000:]
    assert "configuration/table" in done.stdout
    assert " 0 failed" in done.stdout

    without = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert without.returncode == 2
    assert "store checks need a clone's local cloud; --no-store leaves them out" in without.stderr
