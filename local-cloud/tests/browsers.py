"""Real browsers, for whom every name is this machine's, as an attacker's name server says."""

from __future__ import annotations

from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from firefox import firefox_page
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from firefox import FirefoxPage
    from playwright.sync_api import Page


@contextmanager
def chromium_page(program: str, folder: Path) -> Iterator[Page]:
    """Start Chromium, yield a page of it and end it.

    Args:
        program: Chromium's path.
        folder: Where its profile may be; empty.
    """
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch_persistent_context(
            folder,
            executable_path=program,
            args=["--no-sandbox", "--host-resolver-rules=MAP *.example 127.0.0.1, MAP *.net 127.0.0.1"],
        ) as browser,
    ):
        yield browser.new_page()


# By the fixture that finds the program.
BROWSERS: Mapping[str, Callable[[str, Path], AbstractContextManager[Page | FirefoxPage]]] = MappingProxyType(
    {"chromium": chromium_page, "firefox": firefox_page}
)
