"""The guide's own snippets, run as a reader would run them, and the fixture behind them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "local-cloud" / "GUIDE.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
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


@pytest.mark.slow
def test_node_snippets_pass_in_the_guides_own_shell_lines(tmp_path: Path) -> None:
    write_snippets(tmp_path, "js")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "sdk-memory-service").symlink_to(ROOT / "nodejs-sdk")
    (tmp_path / "noxfile.py").symlink_to(ROOT / "noxfile.py")  # what is written here stays out of the clone
    (first,) = (line for text in shell_blocks() for line in text.splitlines() if "> cloud.env" in line)
    (second,) = re.findall(r"`(source cloud\.env; .*?)`", GUIDE)
    fresh = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8"}
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "CI"))}

    with subprocess.Popen(
        ["/bin/bash", "-c", f"exec {first}"],
        cwd=tmp_path,
        env={**fresh, **kept},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as cloud:
        assert cloud.stderr
        said = []
        while "ready" not in (line := cloud.stderr.readline()):
            said.append(line)
            assert line, "".join(said)
        draining = threading.Thread(target=cloud.stderr.read)
        draining.start()
        done = subprocess.run(
            ["/bin/bash", "-c", second], cwd=tmp_path, env=fresh, capture_output=True, text=True, check=False
        )
        os.killpg(cloud.pid, signal.SIGINT)  # as a terminal does
        draining.join()

    printed = (tmp_path / "cloud.env").read_text().splitlines()
    assert [line for line in printed if not line.startswith("export ")] == []
    assert done.returncode == 0, done.stdout
    assert re.search(rf" pass {GUIDE.count(NODE_TEST)}$", done.stdout, re.MULTILINE), done.stdout


def shell_blocks() -> list[str]:
    return [text for language, text in BLOCKS if language == "sh"]
