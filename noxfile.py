#!/usr/bin/env python3
# /// script
# requires-python = ">=3.10"
# dependencies = ["nox[uv]==2026.10.20"]
# ///
"""Every task of this repository, one session each: `python3 noxfile.py --list` shows them.

Run as a plain script it first installs nox into an environment of its own under `.nox/`.
`nox`, `uv run noxfile.py` and `pipx run noxfile.py` work as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def _run_in_own_environment() -> None:
    """Install the locked nox into `.nox/bootstrap` and start this file again with it."""
    lock = ROOT / "requirements" / "nox.txt"
    home = ROOT / ".nox" / f"bootstrap-{sys.version_info.major}.{sys.version_info.minor}"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    installed = home / "installed.txt"
    if not (installed.exists() and installed.read_bytes() == lock.read_bytes()):
        print("installing nox into .nox/ (once)", flush=True)
        try:
            venv.create(home, clear=True, with_pip=True)
        except subprocess.CalledProcessError:
            sys.exit("This Python cannot make environments: install the package python3-venv and try again.")
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*command, "--require-hashes", "-r", str(lock)], check=False)
        if done.returncode:
            sys.exit("nox could not be installed: see pip's message above. Is the package index reachable?")
        shutil.copyfile(lock, installed)
    environment = {**os.environ, "NOX_SCRIPT_MODE": "none"}
    command = [str(python), "-m", "nox", "-f", str(ROOT / "noxfile.py"), *sys.argv[1:]]
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


try:
    import nox
except ModuleNotFoundError:
    if __name__ != "__main__":
        raise
    _run_in_own_environment()

nox.needs_version = ">=2026.4"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["test", "lint", "types"]
nox.options.error_on_missing_interpreters = True

SOURCES = ["python-sdk/src", "local-cloud/src", "infra/src", "layers/src"]
LOCKS = {  # each lock holds what the one before it pinned
    "nox": [],
    "runtime": ["nox"],
    "test": ["runtime"],
    "lint": ["test"],
}


def _install(session: nox.Session, lock: str) -> None:
    session.install("--require-hashes", "-r", f"requirements/{lock}.txt")
    session.env["PYTHONPATH"] = os.pathsep.join(str(ROOT / source) for source in SOURCES)


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style of the Python code."""
    _install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Pin every Python dependency anew: `-s lock -- --upgrade` takes newer versions."""
    session.install("--require-hashes", "-r", "requirements/nox.txt")
    for name, constraints in LOCKS.items():
        pins = [argument for pin in constraints for argument in ("-c", f"requirements/{pin}.txt")]
        options = ["--quiet", "--universal", "--python-version=3.10", "--generate-hashes", "--no-header"]
        files = [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        session.run("uv", "pip", "compile", *options, *pins, *files, *session.posargs)


if __name__ == "__main__":
    nox.main()
