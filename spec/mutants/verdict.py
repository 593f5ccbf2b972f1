"""What the vectors say about a copy of an SDK."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SECONDS = 120


class NoVerdictError(Exception):
    """The vectors did not run to their end."""


def failing_vectors(sdk: str, root: Path) -> set[str]:
    """Run every vector against the SDK below `root` and return those that it fails, as `suite/id`.

    Raises:
        NoVerdictError: The run failed, and no vector did.
    """
    return _RUNS[sdk](root)


def _python(root: Path) -> set[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider"]
    report, succeeded = _run([*command, "python-sdk/tests/test_vectors.py"], root)
    return _judged(
        set(re.findall(r"^FAILED \S+\[(\S+)\]", report, re.MULTILINE)), report, succeeded=succeeded
    )


def _nodejs(root: Path) -> set[str]:
    command = ["node", "--test", "--test-reporter=tap", "test/spec-vectors.test.js"]
    report, succeeded = _run(command, root / "nodejs-sdk")
    failing, suite = set(), ""
    for line in report.splitlines():
        if found := re.match(r"# Subtest: (\S+)$", line):
            suite = found[1]
        elif found := re.match(r" +not ok \d+ - \S+ (\S+): ", line):
            failing.add(f"{suite}/{found[1]}")
    return _judged(failing, report, succeeded=succeeded)


_RUNS: dict[str, Callable[[Path], set[str]]] = {"python": _python, "nodejs": _nodejs}


def _run(command: list[str], folder: Path) -> tuple[str, bool]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"  # a mutant of the same size and second would not be noticed
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return done.stdout, done.returncode == 0


def _judged(failing: set[str], report: str, *, succeeded: bool) -> set[str]:
    if not failing and not succeeded:
        raise NoVerdictError(f"the vectors did not run:\n{report[-2000:]}")
    return failing
