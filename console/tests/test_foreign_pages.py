"""What other pages in the browser that has the explorer open can do to it: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from explorer_page import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from firefox import FirefoxPage
    from playwright.sync_api import Page

    from conftest import Values

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # playwright's own pipes
REBOUND = "rebound.example"  # its name server, an attacker's, says that it is this machine
VALUE = "value?visibility=public&service=shop&name=user/42"
FETCH = """async ([url, init]) => {
    try {
        return await (await fetch(url, {credentials: 'include', ...init})).text();
    } catch (error) {
        return `${error}`;
    }
}"""
ATTEMPTS: dict[str, Any] = {
    "read": {},
    "changed": {"method": "DELETE"},
    "changed without asking first": {"method": "POST", "mode": "no-cors", "body": "name=user/42"},
}


@pytest.fixture
def explorer(values: Values, web_page: Page | FirefoxPage) -> Iterator[Served]:
    values.put("shop", "user/42", "hush")
    with served(values.bucket) as opened:
        web_page.goto(opened.link)
        web_page.wait_for_url(f"http://{opened.host}/")
        told = web_page.evaluate(FETCH, [f"http://{opened.host}/{VALUE}", {}])
        assert "hush" in told  # the page itself may
        yield opened


@pytest.fixture
def other(values: Values) -> Iterator[Served]:
    """Another server on this machine: whatever it answers, its origin is one of a page."""
    with served(values.bucket) as opened:
        yield opened


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("origin", ["another port", "another name", "a file", "a rebound name"])
def test_no_other_page_uses_the_explorer(  # noqa: PLR0913, PLR0917 - fixtures
    explorer: Served,
    other: Served,
    web_page: Page | FirefoxPage,
    values: Values,
    tmp_path: Path,
    origin: str,
    attempt: str,
) -> None:
    document = tmp_path / "page.html"
    document.write_text("<p>A page that was sent by mail.")
    starts = {
        "another port": f"http://127.0.0.1:{other.port}/",
        "another name": f"http://localhost:{other.port}/",
        "a file": document.as_uri(),
        "a rebound name": f"http://{REBOUND}:{explorer.port}/",
    }
    web_page.goto(starts[origin])
    base = starts[origin] if origin == "a rebound name" else f"http://{explorer.host}/"

    for path in ("", VALUE):
        told = web_page.evaluate(FETCH, [base + path, ATTEMPTS[attempt]])
        assert "user/42" not in told
        assert "hush" not in told
        assert "shop" not in told

    assert len(values.bucket.s3.list_objects_v2(Bucket=values.bucket.name)["Contents"]) == 1
