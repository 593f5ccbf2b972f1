"""Where the engine's environment lies, and when it is made."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from local_cloud import InstallationError, installation

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_installed_environment_is_used_without_looking_at_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    installation.engine_python()
    monkeypatch.setattr(installation, "_install", None)

    assert installation.engine_python().exists()


@pytest.mark.slow
def test_first_start_says_what_it_installs_and_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (pinned,) = re.findall(r"^six==.*?(?=^\S)", installation.LOCK.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "lock.txt").write_text(pinned)
    monkeypatch.setattr(installation, "LOCK", tmp_path / "lock.txt")
    monkeypatch.setenv("MEMORY_LOCAL_CLOUD_HOME", str(tmp_path / "home"))
    caplog.set_level("INFO", "local_cloud")

    installation.engine_python()

    assert f"installing the engine, 1 packages, into {tmp_path / 'home'}" in caplog.messages[0]
    assert any(installation._PROGRESS.match(message) for message in caplog.messages[1:-1])
    assert caplog.messages[-1].startswith("installed in ")


@pytest.mark.slow
def test_failed_installation_says_what_the_installer_said_and_is_not_taken_for_complete(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nonsense = tmp_path / "lock.txt"
    nonsense.write_text("this is no requirement\n")
    monkeypatch.setattr(installation, "LOCK", nonsense)
    monkeypatch.setenv("MEMORY_LOCAL_CLOUD_HOME", str(tmp_path / "home"))

    with pytest.raises(InstallationError, match="this is no requirement"):
        installation.engine_python()

    assert list(tmp_path.glob("home/*/installed")) == []


@pytest.mark.slow
def test_processes_that_install_at_once_wait_for_each_other(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("# nothing to fetch\n")
    script = (
        "import pathlib, sys; from local_cloud import installation\n"
        "installation.LOCK = pathlib.Path(sys.argv[1])\n"
        "print(installation.engine_python())"
    )
    environment = {
        "MEMORY_LOCAL_CLOUD_HOME": str(tmp_path / "home"),
        "PYTHONPATH": ":".join(sys.path),
    }
    command = [sys.executable, "-c", script, str(lock)]

    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = {process.communicate()[0] for process in both}

    assert [process.returncode for process in both] == [0, 0]
    assert len(answers) == 1
