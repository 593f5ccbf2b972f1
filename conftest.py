"""What the tests of all parts share: tools that a machine may lack, and packages that are named after their folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

# Test modules are named after their path (`release.tests.test_version`). Imported here, a package that is named after
# its folder is found before pytest makes a namespace of the folder.
import acceptance  # noqa: F401
import benchmarks  # noqa: F401
import demos  # noqa: F401
import docs  # noqa: F401
import infra  # noqa: F401
import layers  # noqa: F401
import release  # noqa: F401

if TYPE_CHECKING:
    from collections.abc import Callable

# Whose tests build all that is released, install it from package indexes, or deploy a whole stack: by folder.
_SLOW_FIXTURES = {
    "acceptance": {"cloud"},
    "layers": {"cryptography"},
    "release": {"artifacts", "deployed"},
}
_IDLE_START = 0.02  # seconds that Python takes to start on a machine with nothing else to do


@pytest.fixture(scope="session")
def seconds() -> Callable[[float], float]:
    """Return what turns a time limit in seconds for an idle machine into one for this machine as busy as it is."""

    def scaled(idle: float) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-S", "-c", ""], check=True)
        return idle * max(1.0, (time.perf_counter() - began) / _IDLE_START)

    return scaled


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests with slow fixtures to the session `slow`."""
    for item in items:
        slow = _SLOW_FIXTURES.get(item.path.relative_to(config.rootpath).parts[0], set())
        if isinstance(item, pytest.Function) and slow & set(item.fixturenames):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def git() -> str:
    """Return git's path; without one the test is left out."""
    return _tool("git", "git")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return Chromium's path; without one the test is left out."""
    return _tool("chromium", "chromium", "chromium-browser", "google-chrome")


def _tool(package: str, *names: str) -> str:
    if found := next((path for name in names if (path := shutil.which(name))), None):
        return found
    message = f"left out, as there is no {package} on PATH: `apt-get install {package}` brings one"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
