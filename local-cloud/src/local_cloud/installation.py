"""The engine's Python environment: made once, shared by every local cloud of the same Python and lock.

The engine runs Python functions with its own interpreter, so its environment must be as bare as the one of
Lambda's runtime: a layer that was forgotten must be missing here too. This is why it never is the caller's.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import logging
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from local_cloud.errors import InstallationError

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger(__name__)

LOCK = Path(__file__).with_name("ministack.txt")
HOME_VARIABLE = "MEMORY_LOCAL_CLOUD_HOME"
# What pip and uv say while they work; what they ask for on the way is not for their users.
_PROGRESS = re.compile(r"\s*(Collecting|Downloading|Downloaded|Installing|Resolved|Prepared|Installed)\b")


def engine_python() -> Path:
    """Return the interpreter of the engine's environment, which is installed if it is not there yet.

    The environment lies below the folder named by `MEMORY_LOCAL_CLOUD_HOME`, by default
    `~/.cache/memory-service/local-cloud`. Processes that need it at the same time wait for the first of them.

    Raises:
        InstallationError: the packages could not be fetched or installed.
    """
    environment = _home() / _fingerprint()
    python = environment / "bin" / "python"
    complete = environment / "installed"
    if complete.exists():
        return python
    with _only_process(environment.with_suffix(".lock")):
        if not complete.exists():
            count = len(re.findall(r"^\S+==", LOCK.read_text(), re.MULTILINE))
            _log.info("installing the engine, %d packages, into %s: once, up to a minute", count, environment)
            began = time.monotonic()
            shutil.rmtree(environment, ignore_errors=True)  # what an interrupted installation left
            _install(environment, python)
            complete.touch()
            _log.info("installed in %.0f s", time.monotonic() - began)
    return python


def _home() -> Path:
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen) if chosen else Path.home() / ".cache" / "memory-service" / "local-cloud"


def _fingerprint() -> str:
    # An environment is tied to its interpreter: another Python of the same version cannot take it over.
    content = b"\0".join([LOCK.read_bytes(), sys.version.encode(), os.fsencode(sys.base_prefix)])
    return f"py{sys.version_info.major}{sys.version_info.minor}-{hashlib.sha256(content).hexdigest()[:16]}"


@contextmanager
def _only_process(lock: Path) -> Iterator[None]:
    """Hold an advisory lock on the file; the system drops it if the process dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(environment: Path, python: Path) -> None:
    uv = _uv()
    if uv:
        _run([*uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(environment)])
        install = [*uv, "pip", "install", "--python", str(python)]
    else:
        _run([sys.executable, "-m", "venv", str(environment)])
        install = [str(python), "-m", "pip", "install", "--progress-bar=off", "--disable-pip-version-check"]
    _run([*install, "--require-hashes", "-r", str(LOCK)])


def _uv() -> list[str]:
    """Return the command that starts uv, which only makes things faster; empty if there is none."""
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    found = os.environ.get("UV") or shutil.which("uv")  # what uv starts is told by UV where uv is
    return [found] if found else []


def _run(command: list[str]) -> None:
    # The arguments are this module's own; no shell is involved.
    lines: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
        assert process.stdout  # noqa: S101 - it was asked for
        for line in process.stdout:
            lines.append(line)
            if _PROGRESS.match(line):
                _log.info("%s", line.strip())
    if process.returncode:
        said = "".join(lines).strip()[-2000:]
        raise InstallationError(
            f"The local cloud's engine could not be installed: `{' '.join(command)}` ended with "
            f"{process.returncode}:\n{said}\nIs the package index reachable? "
            f"{HOME_VARIABLE} may name another folder."
        )
