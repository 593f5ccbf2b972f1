"""What the tests of all parts share: tools that a machine may lack, and packages that are named after their folders."""

from __future__ import annotations

import os
import shutil

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
