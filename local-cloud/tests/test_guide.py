"""The guide's own snippets, run as a reader would run them, and the fixture behind them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "local-cloud" / "GUIDE.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
NODE = shutil.which("node")
NODE_TEST, PYTHON_TEST = "\ntest('", "\ndef test_"  # how a test begins
built = pytest.mark.skipif(
    not (ROOT / "build" / "layers" / "nodejs.zip").exists(), reason="needs the layers: nox builds them"
)


def write_snippets(folder: Path, language: str) -> None:
    """Write each snippet of a language to the file that its first line names."""
    for found, text in BLOCKS:
        if found == language:
            name = re.match(r"(?:#|//) (\S+)\n", text)
            assert name, f"this snippet names no file: {text}"
            (folder / name[1]).write_text(text)


def run_pytest(folder: Path) -> str:
    """Run the tests in a folder in a process of their own, and return what it said."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_every_snippet_is_of_a_kind_that_is_run() -> None:
    assert {language for language, _ in BLOCKS} == {"python", "js", "sh"}


@built
@pytest.mark.slow
def test_python_snippets_pass(tmp_path: Path) -> None:
    write_snippets(tmp_path, "python")

    said = run_pytest(tmp_path)

    assert re.search(rf"^{GUIDE.count(PYTHON_TEST)} passed", said, re.MULTILINE), said


@built
@pytest.mark.slow
def test_each_test_finds_the_cloud_as_new(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["local_cloud.pytest_plugin"]\n')
    (tmp_path / "test_two.py").write_text(
        """
import os, time
import memory, pytest
from local_cloud import Fault

@pytest.mark.parametrize("turn", [1, 2])
def test_mess(memory_cloud, turn):
    assert abs(memory_cloud.clock() - time.time()) < 5
    assert memory_cloud.faults.active() == memory_cloud.requests.entries() == []
    assert os.environ["AWS_ENDPOINT_URL"] == memory_cloud.cloud.endpoint
    mem = memory.MemoryService(memory_cloud.public(), "shop", clock=memory_cloud.clock)
    assert mem.get("name") is None
    mem.put("name", turn)
    assert mem.get("name") == turn
    memory_cloud.clock.advance(3600)
    memory_cloud.faults.add(Fault("s3", "refuse"))

def test_without():
    assert "MEMORY_LOCAL_CLOUD_CONTROL" not in os.environ
"""
    )

    said = run_pytest(tmp_path)

    assert re.search(r"^3 passed", said, re.MULTILINE), said


@built
@pytest.mark.slow
def test_node_snippets_pass_beside_the_command(tmp_path: Path) -> None:
    assert NODE, "node is not on PATH"
    write_snippets(tmp_path, "js")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "sdk-memory-service").symlink_to(ROOT / "nodejs-sdk")
    (nox,) = [
        line for language, text in BLOCKS if language == "sh" for line in text.splitlines() if "> " in line
    ]
    options = shlex.split(nox.partition(" -- ")[2].partition(">")[0])
    modules = ROOT / "infra" / "edge-setup" / "node_modules"
    command = [sys.executable, "-m", "local_cloud", "--template", str(ROOT / "infra" / "template.yaml")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = tmp_path / "cloud.env"
    with (
        printed.open("w") as file,
        subprocess.Popen(
            [*command, "--node-path", str(modules), *options],
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        ) as cloud,
    ):
        assert cloud.stderr
        while "ready" not in (said := cloud.stderr.readline()):
            assert said, "the command ended"
        exports = dict(line.split("=", 1) for line in shlex.split(printed.read_text()) if line != "export")
        done = subprocess.run(
            [NODE, "--test"],
            cwd=tmp_path,
            env={**os.environ, **exports},
            capture_output=True,
            text=True,
            check=False,
        )
        cloud.terminate()

    assert done.returncode == 0, done.stdout
    assert re.search(rf" pass {GUIDE.count(NODE_TEST)}$", done.stdout, re.MULTILINE), done.stdout
