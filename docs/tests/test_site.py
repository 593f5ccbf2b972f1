"""The site in real, headless Chromium: it answers, for everybody, and asks nobody else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from docs.links import BrokenLinkError, Links
from docs.site import Site
from pages import ROOT
from playwright.sync_api import Browser, Page, expect, sync_playwright

from docs import contents, versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AXE = ROOT / "console" / "tests" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
LOOKED_AT = ["", "how-to/run-in-a-vpc/", "reference/python-api/", "explanation/how-it-works/"]
# What a newcomer asks: the words that they search for, and the page that answers.
QUESTIONS = {
    "lambda in a vpc": "how-to/run-in-a-vpc/",
    "test my function": "how-to/test-your-code/",
    "fastapi": "how-to/use-it-with-asyncio-and-fastapi/",
    "concurrent writers": "how-to/write-from-several-places/",
    "move off": "how-to/move-off/",
    "existing bucket": "how-to/use-a-bucket-that-you-have/",
    "hit ratio": "how-to/raise-the-hit-ratio/",
    "go java browser": "how-to/use-it-from-go-or-another-language/",
    "cache a function": "how-to/cache-a-functions-result/",
    "what it costs": "explanation/what-it-costs/",
}


class _Links(HTMLParser):
    """What a page links to, loads, and has as places to go to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.places.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in {"script", "img", "iframe"} and "src" in given:
            self.loads.append(given["src"])
        if tag == "link" and given.get("rel") != "canonical" and "href" in given:
            self.loads.append(given["href"])


@pytest.fixture(scope="module")
def read(built: Path) -> dict[str, _Links]:
    """Every page of the site by its path."""
    site = built / "next"
    return {
        path.parent.relative_to(site).as_posix().removeprefix(".") + "/"
        if path.parent != site
        else "": _Links(path.read_text(encoding="utf-8"))
        for path in site.rglob("index.html")
    }


def test_every_page_of_the_table_is_there(read: dict[str, _Links]) -> None:
    paths = [page.path.removesuffix("index.md").replace(".md", "/") for page in contents.load(ROOT)]
    assert sorted(read) == sorted(paths)


def test_every_link_leads_to_a_page_and_a_place_on_it(read: dict[str, _Links], built: Path) -> None:
    broken = []
    for path, page in read.items():
        for link in page.links:
            url, anchor = urldefrag(urljoin(f"http://site/{path}", link))
            if urlsplit(url).netloc != "site":
                continue
            there = urlsplit(url).path.removeprefix("/")
            if there not in read:
                if not (built / "next" / there).is_file():
                    broken.append((path, link))
            elif anchor and anchor not in read[there].places:
                broken.append((path, link))
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(read: dict[str, _Links], built: Path) -> None:
    foreign = [(path, load) for path, page in read.items() for load in page.loads if urlsplit(load).netloc]
    assert foreign == []
    styles = "".join(path.read_text(encoding="utf-8") for path in built.rglob("*.css"))
    assert re.findall(r"url\((?!data:|[\"']?data:)[^)]*//[^)]*\)", styles) == []


@pytest.mark.parametrize("path", QUESTIONS.values())
def test_an_answer_is_two_clicks_from_the_start_at_most(path: str, read: dict[str, _Links]) -> None:
    def beyond(start: str) -> set[str]:
        here = [urlsplit(urldefrag(urljoin(f"http://site/{start}", link))[0]) for link in read[start].links]
        return {one.path.removeprefix("/") for one in here if one.netloc == "site"} & read.keys()

    near = beyond("")
    assert path in near | {other for one in near for other in beyond(one)}


def test_every_page_of_the_repository_is_on_the_site() -> None:
    elsewhere = {
        "README.md",  # leads here
        "infra/LISTING.md",  # the text of the Serverless Application Repository
        "spec/mutants/survivors.md",  # written by a run
    }
    hidden = {"node_modules", "build", "target", ".nox", ".git"}
    files = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.md")
        if not hidden & set(path.relative_to(ROOT).parts)
        and not path.relative_to(ROOT).parts[0].startswith(".")
    }
    assert files - {page.source for page in contents.load(ROOT)} == elsewhere


def test_a_link_to_what_is_not_there_ends_the_build(tmp_path: Path) -> None:
    links = Links(tmp_path, {}, "", {})
    with pytest.raises(BrokenLinkError, match=r"a/page\.md: gone\.md is not there"):
        links.rewrite("See [this](gone.md).", "a/page.md", "how-to/page.md")


def test_links_in_code_stay_as_they_are(tmp_path: Path) -> None:
    text = "```md\n[this](gone.md)\n```\n"
    assert Links(tmp_path, {}, "", {}).rewrite(text, "page.md", "page.md") == text


def test_a_link_to_source_is_one_where_the_repository_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "code.py").touch()
    told = Links(tmp_path, {}, "https://host.example/blob/v1", {}).rewrite("[code](code.py)", "a.md", "a.md")
    assert told == "[code](https://host.example/blob/v1/code.py)"
    assert Links(tmp_path, {}, "", {}).rewrite("[code](code.py)", "a.md", "a.md") == "code (`code.py`)"


def test_a_link_to_a_place_that_a_page_lacks_ends_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs" / "assets").mkdir(parents=True)
    settings = (ROOT / "docs" / "zensical.toml").read_text(encoding="utf-8")
    (tmp_path / "docs" / "zensical.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "docs" / "index.md").write_text("# Start\n\n[There](#nowhere)\n", encoding="utf-8")
    (tmp_path / "docs" / "contents.toml").write_text(
        '[start]\ntitle = "Start"\nsource = "docs/index.md"\n[[section]]\ntitle = "None"\nfolder = "none"\npages = {}\n'
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError, match="anchor does not exist"):
        Site(tmp_path, "next").build(tmp_path / "out")


def test_versions_are_listed_newest_release_first(tmp_path: Path) -> None:
    for name in ("next", "0.9.0", "0.10.0"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").touch()
    assert versions.publish(tmp_path) == ["0.10.0", "0.9.0", "next"]
    listed = json.loads((tmp_path / versions.LIST).read_text(encoding="utf-8"))
    assert [(one["version"], one["aliases"]) for one in listed][:2] == [("0.10.0", ["latest"]), ("0.9.0", [])]
    assert "url=0.10.0/" in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Without a sandbox, as containers that run as root have none; the pages are our own.
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


class Opened:
    """A page, with all that it asked for and complained of."""

    def __init__(self, browser: Browser, url: str, width: str = "desktop", **more: Any) -> None:
        size = WIDTHS[width]
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(url, wait_until="networkidle")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", list(WIDTHS))
def test_pages_are_for_everybody_and_ask_nobody_else(
    browser: Browser, address: str, width: str, scheme: str
) -> None:
    faults, foreign, said, wide = [], [], [], []
    for path in LOOKED_AT:
        opened = Opened(browser, address + path, width, color_scheme=scheme)
        expect(opened.page.locator("div[role=search]")).to_have_count(1)  # the theme's script has drawn all
        opened.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = opened.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults += [
            (path, one["id"], [node["html"][:120] for node in one["nodes"][:2]])
            for one in found["violations"]
            if one["impact"] in {"moderate", "serious", "critical"}
        ]
        foreign += [
            url
            for url in opened.asked
            if urlsplit(url).hostname != "127.0.0.1" and urlsplit(url).scheme != "data"
        ]
        said += opened.said
        if opened.page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
            wide.append(path)
        opened.context.close()
    assert (faults, foreign, said, wide) == ([], [], [], [])


def test_diagrams_are_drawn_by_the_site_s_own_library(browser: Browser, address: str) -> None:
    opened = Opened(browser, address + "explanation/how-it-works/")
    expect(opened.page.locator("div.mermaid")).to_have_count(1)
    assert any(url.endswith("assets/javascripts/mermaid.min.js") for url in opened.asked)
    opened.context.close()


def test_the_search_answers_each_question_on_its_first_page(browser: Browser, address: str) -> None:
    opened = Opened(browser, address)
    page = opened.page
    lost = {}
    for words, path in QUESTIONS.items():
        found = search(page, words)
        if path not in found[:5]:
            lost[words] = found
    foreign = [
        url
        for url in opened.asked
        if urlsplit(url).hostname != "127.0.0.1" and urlsplit(url).scheme in {"http", "https"}
    ]
    opened.context.close()
    assert lost == {}
    assert foreign == []


def search(page: Page, words: str) -> list[str]:
    """Return the paths that the search finds, best first, each page once."""
    page.goto(page.url.partition("?")[0].partition("#")[0], wait_until="networkidle")
    page.locator(".md-search__button").click()
    page.get_by_placeholder("Search").fill(words)
    found = page.locator("ol a[href*='?h=']")
    expect(found.first).to_be_visible()
    links = found.evaluate_all("links => links.map((link) => new URL(link.href).pathname)")
    return list(dict.fromkeys(str(link).removeprefix("/next/") for link in links))
