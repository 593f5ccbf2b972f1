"""The page as a file: complete and closed."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from click.testing import CliRunner
from memory_console.cost.command import cost
from memory_console.cost.prices import Prices, load
from memory_console.cost.static_page import render

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "</script><img src=x onerror=alert(1)>"


class Elements(HTMLParser):
    """Every element's name and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_command_writes_the_page(tmp_path: Path) -> None:
    path = tmp_path / "calculator.html"
    ran = CliRunner().invoke(cost, ["--page", str(path)])

    assert ran.exit_code == 0
    assert path.read_text(encoding="utf-8") == render(load())


def test_page_loads_nothing_from_elsewhere() -> None:
    elements = Elements(render(load())).found

    sources = [attributes["src"] for _, attributes in elements if "src" in attributes]
    links = [attributes["href"] for tag, attributes in elements if tag == "link"]
    assert (sources, links) == ([], ["data:,"])
    assert "url(" not in render(load())


def test_policy_allows_exactly_the_pages_own_script_and_style() -> None:
    page = render(load())
    elements = Elements(page)
    policy = next(
        a["content"] for tag, a in elements.found if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None

    def hash_of(text: str) -> str:
        return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    style = page.partition("<style>")[2].partition("</style>")[0]
    script = page.partition('<script type="module">')[2].partition("</script>")[0]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert f"script-src '{hash_of(script)}'" in policy
    assert f"style-src '{hash_of(style)}'" in policy
    assert not any(name.startswith("on") or name == "style" for _, a in elements.found for name in a)


def test_text_of_a_price_list_stays_text() -> None:
    document = copy.deepcopy(load().document)
    document["sources"]["dax"]["title"] = HOSTILE
    document["cloudfront"]["regions"]["us"]["name"] = HOSTILE
    page = render(Prices(document, "mine.json"))
    elements = Elements(page)

    assert HOSTILE not in page
    assert "img" not in {tag for tag, _ in elements.found}
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data
    assert json.loads(data[1])["prices"]["sources"]["dax"]["title"] == HOSTILE
