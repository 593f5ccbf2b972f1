"""The page in real, headless Chromium, as a file and served from 127.0.0.1."""

from __future__ import annotations

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from explorer_page import accessibility_faults
from memory_console.cost.prices import load
from memory_console.cost.static_page import render
from playwright.sync_api import Browser, Page, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Without a sandbox, as containers that run as root have none; the page is our own.
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "calculator.html"
    path.write_text(render(load()), encoding="utf-8")
    return path


class Opened:
    """A page, with everything it said and asked for."""

    def __init__(self, browser: Browser, url: str, width: str = "desktop", **context: Any) -> None:
        size = WIDTHS[width]
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **context)
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(url)
        expect(self.page.locator("#advice")).not_to_be_empty()


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Opened]:
    page = Opened(browser, file.as_uri())
    yield page
    page.context.close()
    assert page.said == []
    assert page.asked == [file.as_uri()]


@pytest.mark.smoke
def test_inputs_change_table_verdict_and_plot(opened: Opened) -> None:
    page = opened.page
    total, plot = page.locator("#total").inner_text(), page.locator("#chart").inner_html()

    page.get_by_label("Gets", exact=False).first.fill("2000/s")

    expect(page.locator("#advice")).to_contain_text("Use ElastiCache with Valkey")
    expect(page.locator("#total")).not_to_have_text(total)
    assert page.locator("#chart").inner_html() != plot
    assert page.locator("#chart path.line").count() == 12
    assert page.locator("#chart circle.crossing").count() > 0


def test_bill_of_the_page_adds_up(opened: Opened) -> None:
    sums = opened.page.locator("#bill tr td:last-child").all_inner_texts()
    total = opened.page.locator("#total").inner_text()

    amounts = [float(text.strip(" ?$").replace(",", "")) for text in sums]
    assert sum(amounts) == pytest.approx(float(total.strip("$")), abs=0.03)


def test_readers_elsewhere_add_lines_to_the_bill(opened: Opened) -> None:
    opened.page.get_by_label("Japan").fill("50")

    expect(opened.page.locator("#bill")).to_contain_text("CloudFront transfer, jp")
    expect(opened.page.locator("#bill tr")).to_have_count(9)


def test_input_that_cannot_be_read_is_marked_and_keeps_the_last_result(opened: Opened) -> None:
    page = opened.page
    total, gets = page.locator("#total").inner_text(), page.locator("#gets_per_month")
    gets.fill("many")

    expect(page.locator("#gets_per_month-error")).to_have_text(
        "Write a rate such as 10M/month, 50/s or 40k/day."
    )
    expect(gets).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#state")).to_contain_text("cannot be read")
    assert page.locator("#total").inner_text() == total
    gets.fill("10M/month")
    expect(gets).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#state")).to_be_empty()


def test_text_in_an_input_or_the_address_is_never_markup(opened: Opened) -> None:
    opened.page.locator("#names").fill("<img src=x onerror=alert(1)>")

    expect(opened.page.locator("#names-error")).not_to_be_empty()
    assert opened.page.locator("img").count() == 0


def test_theme_switches_by_keyboard(opened: Opened) -> None:
    page = opened.page
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#theme")).to_be_focused()
    page.keyboard.press("Enter")

    assert page.evaluate(colour) != light
    expect(page.locator("#theme")).to_have_text("Light")


def test_plot_is_read_with_the_arrow_keys(opened: Opened) -> None:
    page = opened.page
    readout = page.locator("#readout")
    before = readout.inner_text()
    page.locator("#cursor").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")

    expect(readout).not_to_have_text(before)
    expect(readout).to_contain_text("gets a month: Memory Service $")


def test_address_carries_the_scenario(browser: Browser, opened: Opened) -> None:
    opened.page.locator("#value_bytes").fill("300KB")
    opened.page.locator("#private").check()
    expect(opened.page.locator("#bill")).to_contain_text("Signing key")
    opened.page.wait_for_url("**#*")
    other = Opened(browser, opened.page.url)

    assert other.page.locator("#value_bytes").input_value() == "300KB"
    assert other.page.locator("#private").is_checked()
    assert other.page.locator("#total").inner_text() == opened.page.locator("#total").inner_text()
    other.page.locator("#reset").click()
    expect(other.page.locator("#value_bytes")).to_have_value("2KB")
    other.context.close()


def test_sources_of_all_prices_are_listed(opened: Opened) -> None:
    opened.page.get_by_text("All prices and their sources").click()

    expect(opened.page.locator("#sources")).to_contain_text("s3.STANDARD.get")
    expect(opened.page.locator("#prices-age")).to_contain_text("days old")
    expect(opened.page.locator("#history")).to_contain_text("$12.41")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", list(WIDTHS))
def test_axe_finds_no_serious_fault(browser: Browser, file: Path, width: str, scheme: str) -> None:
    opened = Opened(
        browser, file.as_uri(), width, color_scheme=scheme, bypass_csp=True
    )  # axe comes from outside
    opened.page.evaluate("document.querySelectorAll('details').forEach((group) => { group.open = true; })")
    faults = accessibility_faults(opened.page)
    wide = opened.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    opened.context.close()

    assert faults == []
    assert wide <= 0, "the page is wider than the screen"


def test_served_from_loopback_it_asks_for_nothing_else(browser: Browser, file: Path) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(file.parent)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/{file.name}"
    try:
        opened = Opened(browser, url)
        opened.page.locator("#names").fill("1M")
        expect(opened.page.locator("#caches")).to_contain_text("S3")
        opened.context.close()
    finally:
        server.shutdown()
        server.server_close()

    assert opened.asked == [url]
    assert opened.said == []
