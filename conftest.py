"""What the tests of all parts share: tools that a machine may lack, and packages that are named after their folders."""

from __future__ import annotations

import functools
import gc
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING
from unittest import mock

import boto3
import pytest
from botocore.loaders import JSONFileLoader, Loader

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
    from collections.abc import Callable, Generator, Iterator

    from firefox import FirefoxPage
    from playwright.sync_api import Page

# Whose tests build all that is released, install it from package indexes, deploy the whole template, or drive a
# browser: by folder.
_SLOW_FIXTURES = {
    "acceptance": {"cloud"},
    "console": {"chromium", "web_page"},
    "demos": {"deployed"},
    "docs": {"chromium"},
    "infra": {"deployable"},
    "layers": {"cryptography", "nodejs"},
    "local-cloud": {"web_page"},
    "release": {"artifacts", "deployed", "source"},
}
_PAGE_PATIENCE = 30_000  # milliseconds, as Playwright waits for an element; the machine may be busy
_IDLE_START = 0.02  # seconds that Python takes to start on a machine with nothing else to do


@pytest.fixture(scope="session")
def seconds() -> Callable[[float], float]:
    """Return what turns a time limit in seconds for an idle machine into one for this machine as busy as it is."""

    def scaled(idle: float) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-S", "-c", ""], check=True)
        return idle * max(1.0, (time.perf_counter() - began) / _IDLE_START)

    return scaled


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, object, object]:
    """Leave tests with slow fixtures to the session `slow`, but for the few that look whether anything works.

    There, files with few tests come first: they are the ones whose tests take minutes each, and the last file to begin
    should not be one of them.
    """
    for item in items:
        slow = _SLOW_FIXTURES.get(item.path.relative_to(config.rootpath).parts[0], set())
        is_slow = isinstance(item, pytest.Function) and slow & set(item.fixturenames)
        if is_slow and not item.get_closest_marker("smoke"):
            item.add_marker(pytest.mark.slow)
    selected = yield  # by what the command line says of markers
    if not config.getoption("loadscopereorder", default=True):
        tests = Counter(item.path for item in items)
        items.sort(key=lambda item: (tests[item.path], item.path))
    return selected


@pytest.fixture(scope="session", autouse=True)
def _models_parsed_once() -> Iterator[None]:
    """Let botocore list its services and parse what describes them once for all sessions of this process."""
    parsed = functools.cache(JSONFileLoader().load_file)
    list_services = Loader.list_available_services
    listed: dict[tuple[str, ...], list[str]] = {}

    def list_once(loader: Loader, type_name: str) -> list[str]:
        key = (type_name, *loader.search_paths)
        return listed.get(key) or listed.setdefault(key, list_services(loader, type_name))

    with (
        mock.patch.object(JSONFileLoader, "load_file", lambda _, path: parsed(path)),
        mock.patch.object(Loader, "list_available_services", list_once),
    ):
        yield


@pytest.fixture(autouse=True)
def _no_session_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let boto3's own session be none that another test has begun, with the credentials of that time."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from looking at all modules and tests again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def git() -> str:
    """Return git's path; without one the test is left out."""
    return _tool("git", "git")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return Chromium's path; without one the test is left out. What a page is to show has as long as its actions."""
    path = _tool("chromium", "chromium", "chromium-browser", "google-chrome")
    from playwright.sync_api import expect  # noqa: PLC0415 - few tests want it

    expect.set_options(timeout=_PAGE_PATIENCE)
    return path


@pytest.fixture(scope="session")
def firefox() -> str:
    """Return Firefox's path; without one the test is left out, in CI as well: Debian has it, other systems may not."""
    return _tool("firefox-esr", "firefox-esr", "firefox", is_needed=False)


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def web_page(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page | FirefoxPage]:
    """A page of a real browser, for whom every name is this machine's."""
    from browsers import BROWSERS  # noqa: PLC0415 - with playwright, which few tests want

    program = request.getfixturevalue(request.param)
    with BROWSERS[request.param](program, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def _tool(package: str, *names: str, is_needed: bool = True) -> str:
    if found := next((path for name in names if (path := shutil.which(name))), None):
        return found
    message = f"left out, as there is no {package} on PATH: `apt-get install {package}` brings one"
    if is_needed and os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
