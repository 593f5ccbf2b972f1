"""The explorer in a real browser: everything that a person clicks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from explorer_page import Seen, Served, accessibility_faults, served, watch
from generated_bucket import FOLDER, generated_bucket
from memory_console.bucket import Bucket
from memory_console.output import shown_size
from memory_console.stored import Address, read_value
from memory_console.tags import Tags
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Locator, Page, Route

    from conftest import Values

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # playwright's own pipes
EVIL = "<img src=x onerror=alert(1)>"
PROFILE = {
    "Name": "Joe",
    "visits": 3,
    "rate": 1.0,
    "vip": False,
    "note": None,
    "photo": bytes(range(64)),
    "big": 2**70,
    "address": {"city": "Zürich", "geo": {"lat": 47.37}},
    "orders": [{"id": number} for number in range(250)],
    EVIL: [EVIL],
}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def explorer(values: Values) -> Iterator[Served]:
    values.put(
        "shop",
        "user/42",
        PROFILE,
        ttl=4000,
        expires_at=int((time.time() + 4000) * 1000),
        storage_class="STANDARD_IA",
    )
    values.put("shop", EVIL, EVIL)
    values.put("bank", "secret", "hush", visibility="private")
    with served(values.bucket) as opened:
        yield opened


@pytest.fixture
def seen() -> Seen:
    return Seen()


@dataclass
class Answers:
    """What the person answers when the browser asks, and what it has asked."""

    accept: bool = True
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def page(browser: Browser, explorer: Served, answers: Answers) -> Iterator[Page]:
    """The explorer's page, which must not complain and must ask nobody else."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    opened = context.new_page()
    noted = watch(opened)

    def answer(dialog: Dialog) -> None:
        answers.asked.append(dialog.message)
        if answers.accept:
            dialog.accept()
        else:
            dialog.dismiss()

    opened.on("dialog", answer)
    opened.goto(explorer.link)
    expect(opened.get_by_role("treeitem", name="service shop")).to_be_visible()
    yield opened
    context.close()
    assert noted.complaints == []
    assert noted.hosts == {explorer.host}
    assert "1" not in answers.asked  # what the evil name would say


def item(page: Page, label: str) -> Locator:
    """Return a folder by its accessible name, or a value by its label."""
    if label.startswith(("service ", "folder ")):
        return page.get_by_role("treeitem", name=label, exact=True)
    return page.locator("[data-kind='value']").filter(
        has=page.locator(".label").get_by_text(label, exact=True)
    )


def unfold(page: Page, *labels: str) -> None:
    for label in labels:
        item(page, label).click()


def open_profile(page: Page) -> None:
    unfold(page, "service shop", "folder user/", "42")
    expect(page.locator("article .badge.dict")).to_be_visible()


@pytest.mark.smoke
def test_tree_leads_to_a_value_with_envelope_and_object(page: Page, values: Values) -> None:
    open_profile(page)

    article = page.locator("article")
    for text in (
        "1h 6m left",
        "public/shop/user/42.json",
        "STANDARD_IA",
        "https://d111111abcdef8.cloudfront.net/shop/user/42.json",
    ):
        expect(article).to_contain_text(text)
    stored = read_value(values.bucket, Address("public", "shop", "user/42"))
    assert stored is not None
    expect(article).to_contain_text(stored.stored.version)
    expect(item(page, "42")).to_have_attribute("aria-selected", "true")
    assert "name=user%2F42" in page.url


def test_a_value_shows_its_tags_and_which_were_invalidated(page: Page, values: Values) -> None:
    values.put("shop", "tagged", 1, tags=["product/7", "layout"])
    values.put("shop", "valid", 1, tags=["product/7"])
    Tags(values.bucket).invalidate(Address("public", "shop", "a"), "layout")
    page.reload()
    unfold(page, "service shop", "tagged")
    expect(page.locator("article .badge.invalid")).to_have_text("invalidated")
    expect(page.locator("article .tag")).to_have_text(["product/7", "layout (invalidated)"])
    item(page, "valid").click()
    expect(page.locator("article .tag")).to_have_text(["product/7"])
    expect(page.locator("article .badge.invalid")).to_have_count(0)


def test_dict_unfolds_as_far_as_it_goes(page: Page) -> None:
    open_profile(page)
    value = page.get_by_role("region", name="Value")

    leaves = value.locator(".leaf")
    for text in ("Name“Joe”", "visits3", "rate1.0", "vipfalse", "notenull", "big1180591620717411303424"):
        expect(leaves.filter(has_text=text.replace("“", "").replace("”", ""))).to_have_count(1)
    expect(value).to_contain_text("00 01 02 03")
    expect(value.get_by_text("47.37")).to_have_count(0)
    value.locator("summary", has_text="geo").click()
    expect(value.get_by_text("47.37")).to_be_visible()
    expect(value.locator("summary").filter(has=page.locator(".index"))).to_have_count(100)
    value.get_by_role("button", name="150 more").click()
    value.get_by_role("button", name="50 more").click()
    expect(value.locator("summary").filter(has=page.locator(".index"))).to_have_count(250)


@pytest.mark.parametrize(
    ("value", "badge", "text"),
    [
        (None, "null", "null"),
        (True, "bool", "true"),
        (2**60, "int", str(2**60)),
        (float("nan"), "float", "NaN"),
        (1.0, "float", "1.0"),
        ("", "str", ""),
        ("x" * 20_000, "str", "5,000 of 20,000 characters"),
        (bytes(5_000), "bytes", "512 of 5,000 bytes"),
        ([], "list", "empty list"),
        ({}, "dict", "empty dict"),
    ],
)
def test_each_type_is_shown(page: Page, values: Values, value: Any, badge: str, text: str) -> None:
    values.put("shop", "one", value)

    unfold(page, "service shop", "one")

    expect(page.locator(f"article .badge.{badge}")).to_be_visible()
    expect(page.get_by_role("region", name="Value")).to_contain_text(text)
    if " of " in text:
        page.get_by_role("button", name="Show more").click()
        expect(page.get_by_role("region", name="Value")).not_to_contain_text(" of ")


def test_evil_name_key_and_value_only_show_themselves(page: Page) -> None:
    unfold(page, "service shop", EVIL)
    expect(page.locator("article h2")).to_have_text(EVIL)
    expect(page.get_by_role("region", name="Value")).to_have_text(EVIL)
    open_with_keyboard = page.locator("article")
    expect(open_with_keyboard).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    expect(page.locator("textarea")).to_have_value(EVIL)
    page.get_by_role("button", name="Cancel").click()
    unfold(page, "folder user/", "42")
    expect(page.locator(".key", has_text=EVIL)).to_be_visible()
    page.locator("#text").fill("<img")
    expect(page.locator("#results .label")).to_have_count(0)  # the search is in user/
    page.get_by_role("button", name="all of shop").click()
    page.locator("#text").fill("<im")
    expect(page.locator("#results .label")).to_have_text(EVIL)
    assert page.locator("img[src=x]").count() == 0


def test_hidden_characters_are_written_out_in_every_text(page: Page, values: Values) -> None:
    hidden = "a\u202e\u200b\U000e0041z"
    values.put("shop", hidden, {hidden: hidden})
    values.put_object(f"public/{hidden}/a.json", b"evil service")
    page.reload()
    unfold(page, "service shop")
    page.locator("[data-kind=value] .label").get_by_text("a\\u202e").click()
    expect(page.get_by_role("region", name="Value")).to_contain_text("a\\u202e\\u200b\\udb40\\udc41z")
    page.keyboard.press("Delete")

    expect(page.locator("#confirm-name")).to_have_text("a\\u202e\\u200b\\udb40\\udc41z")
    text = page.locator("body").inner_text()
    assert not set(text) & {"\u202e", "\u200b", "\U000e0041"}
    page.locator("#confirm").get_by_role("button", name="Remove").click()
    expect(page.locator("#status")).to_have_text("removed a\\u202e\\u200b\\udb40\\udc41z")


def test_edit_keeps_lifetime_and_storage_class(page: Page, values: Values) -> None:
    before = read_value(values.bucket, Address("public", "shop", "user/42"))
    open_profile(page)

    page.keyboard.press("e")
    page.locator("textarea").fill('{"raw": {"$bytes": "AP8="}, "rate": 2.0}')
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_have_text("stored user/42")

    after = read_value(values.bucket, Address("public", "shop", "user/42"))
    assert before is not None
    assert after is not None
    assert repr(after.envelope.value) == repr({"raw": b"\x00\xff", "rate": 2.0})
    assert after.envelope.expires_at == before.envelope.expires_at
    assert (after.stored.storage_class, after.edge_ttl) == ("STANDARD_IA", before.edge_ttl)


def test_concurrent_change_is_noticed_and_not_overwritten(page: Page, values: Values) -> None:
    open_profile(page)
    page.get_by_role("button", name="Edit").click()
    page.locator("textarea").fill('{"mine": 1}')
    values.put("shop", "user/42", {"theirs": 2})

    page.get_by_role("button", name="Store").click()

    expect(page.get_by_role("heading", name="Somebody else has changed it meanwhile")).to_be_visible()
    expect(page.locator(".theirs")).to_contain_text("theirs")
    expect(page.locator("textarea")).to_have_value('{"mine": 1}')
    assert current(values) == {"theirs": 2}
    values.put("shop", "user/42", {"theirs": 3})
    page.get_by_role("button", name="Store mine instead").click()
    expect(page.locator(".theirs")).to_contain_text("3")  # again somebody was quicker
    assert current(values) == {"theirs": 3}
    page.get_by_role("button", name="Store mine instead").click()
    expect(page.locator("#status")).to_have_text("stored user/42")
    assert current(values) == {"mine": 1}


def test_their_change_can_be_taken(page: Page, values: Values) -> None:
    open_profile(page)
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("button", name="Store")).to_be_visible()  # it has the version it edits
    values.put("shop", "user/42", {"theirs": 2})
    page.get_by_role("button", name="Store").click()

    page.get_by_role("button", name="Take theirs").click()

    expect(page.get_by_role("region", name="Value")).to_contain_text("theirs")
    assert current(values) == {"theirs": 2}


def test_edit_of_what_was_removed_is_noticed(page: Page, values: Values) -> None:
    open_profile(page)
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("button", name="Store")).to_be_visible()  # it has the version it edits
    values.bucket.remove("public/shop/user/42.json")

    page.get_by_role("button", name="Store").click()
    expect(page.get_by_role("heading", name="Somebody else has removed it meanwhile")).to_be_visible()
    assert "public/shop/user/42.json" not in values.stored_keys()
    page.get_by_role("button", name="Store mine as a new value").click()
    expect(page.locator("#status")).to_have_text("stored user/42")


def test_value_is_removed_after_asking(page: Page, values: Values) -> None:
    open_profile(page)

    page.keyboard.press("Delete")
    page.get_by_role("button", name="Keep it").click()
    assert "public/shop/user/42.json" in values.stored_keys()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#confirm-name")).to_have_text("user/42")
    page.locator("#confirm").get_by_role("button", name="Remove").click()

    expect(page.locator("#main")).to_contain_text("Removed user/42")
    expect(item(page, "42")).to_have_count(0)
    assert "public/shop/user/42.json" not in values.stored_keys()


def test_removal_of_what_was_changed_is_refused(page: Page, values: Values) -> None:
    open_profile(page)
    values.put("shop", "user/42", "newer")

    page.get_by_role("button", name="Remove").click()
    page.locator("#confirm").get_by_role("button", name="Remove").click()

    expect(page.locator(".notice.failure")).to_contain_text("somebody else has changed it")
    assert current(values) == "newer"
    page.get_by_role("button", name="Show what is there now").click()
    expect(page.get_by_role("region", name="Value")).to_contain_text("newer")


def test_new_value_is_stored_once(page: Page, values: Values) -> None:
    page.keyboard.press("n")
    page.get_by_label("Service", exact=True).fill("new-service")
    page.get_by_label("Name", exact=True).fill("first/öl")
    page.get_by_role("textbox", name="Value").fill("no JSON")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_contain_text("--type str")
    page.get_by_label("Type").select_option("str")
    page.get_by_label("Lifetime").fill("1h")
    page.get_by_role("button", name="Create").click()

    expect(page.locator("article .badge.str")).to_be_visible()
    expect(page.locator("article .badge.expiry")).to_contain_text("left")
    expect(page.get_by_role("treeitem", name="service new-service")).to_be_visible()
    page.keyboard.press("n")
    page.get_by_label("Service", exact=True).fill("new-service")
    page.get_by_label("Name", exact=True).fill("first/öl")
    page.get_by_role("textbox", name="Value").fill("2")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="There is a value already")).to_be_visible()
    stored = read_value(values.bucket, Address("public", "new-service", "first/öl"))
    assert stored is not None
    assert stored.envelope.value == "no JSON"


def test_file_is_uploaded_and_downloaded_as_it_is(page: Page, values: Values, tmp_path: Path) -> None:
    content = bytes(range(256)) * 40
    (tmp_path / "picture.png").write_bytes(content)
    page.keyboard.press("n")
    page.get_by_label("Service", exact=True).fill("shop")
    page.get_by_label("Name", exact=True).fill("picture.1")
    page.get_by_label("Or take a file").set_input_files(tmp_path / "picture.png")
    page.get_by_role("button", name="Create").click()

    expect(page.locator("article .badge.bytes")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == content
    assert download.value.suggested_filename == "picture.2E1.bin"
    with page.expect_download() as envelope:
        page.get_by_role("link", name="Envelope").click()
    stored = read_value(values.bucket, Address("public", "shop", "picture.1"))
    assert stored is not None
    assert envelope.value.path().read_bytes() == stored.stored.document


def test_private_values_are_behind_their_own_button(page: Page) -> None:
    page.get_by_role("button", name="Private").click()
    expect(page.get_by_role("treeitem", name="service bank")).to_be_visible()
    expect(page.get_by_role("treeitem", name="service shop")).to_have_count(0)

    unfold(page, "service bank", "secret")

    expect(page.get_by_role("region", name="Value")).to_contain_text("hush")


def test_names_are_searched_by_their_beginning_and_by_what_they_contain(page: Page, values: Values) -> None:
    for name in ("user/anna", "user/hannah", "users"):
        values.put("shop", name, 1)
    unfold(page, "service shop")
    page.keyboard.press("/")
    page.keyboard.type("user/a")
    expect(page.locator("#results .label")).to_have_text(["user/anna"])
    page.locator("#text").fill("ANNA")
    page.locator("#mode").select_option("contains")
    expect(page.locator("#results .label")).to_have_text(["user/anna", "user/hannah"])
    page.locator("#results .label").first.click()
    expect(page.locator("article h2")).to_have_text("anna")
    page.locator("#text").press("Escape")
    expect(page.get_by_role("treeitem", name="service shop")).to_be_visible()


def test_everything_can_be_reached_by_keyboard(page: Page) -> None:
    page.get_by_role("treeitem", name="service shop").focus()

    for key in ("ArrowRight",):
        page.keyboard.press(key)
    expect(page.get_by_role("treeitem", name="folder user/")).to_be_visible()
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(item(page, "42")).to_be_visible()
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)

    expect(page.locator("article h2")).to_have_text("42")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("e")
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("article")).to_be_visible()


def test_theme_is_switched_and_kept(page: Page) -> None:
    def ground() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = ground()
    page.emulate_media(color_scheme="dark")
    dark = ground()
    assert light != dark
    page.get_by_role("button", name="Theme: system").click()
    assert ground() == light
    page.get_by_role("button", name="Theme: light").click()
    page.emulate_media(color_scheme="light")
    assert ground() == dark

    page.reload()

    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert ground() == dark


def edit_something(page: Page) -> None:
    """Open one value, then another, and change that."""
    unfold(page, "service shop", EVIL)
    expect(page.locator("article h2")).to_have_text(EVIL)
    unfold(page, "folder user/", "42")
    expect(page.locator("article h2")).to_have_text("42")
    page.get_by_role("button", name="Edit").click()
    page.locator("textarea").fill('{"mine": 1}')


LEAVINGS: dict[str, Callable[[Page], Any]] = {
    "another name": lambda page: item(page, EVIL).click(),
    "the same name": lambda page: item(page, "42").click(),
    "another name by keyboard": lambda page: item(page, EVIL).press("Enter"),
    "back": lambda page: page.evaluate("history.back()"),
    "far back": lambda page: page.evaluate("history.go(-2)"),
    "a new value": lambda page: page.get_by_role("button", name="New value").click(),
    "escape": lambda page: page.keyboard.press("Escape"),
    "cancel": lambda page: page.get_by_role("button", name="Cancel").click(),
}


@pytest.mark.parametrize("leaving", LEAVINGS)
def test_nobody_loses_edits_unasked(page: Page, answers: Answers, leaving: str) -> None:
    edit_something(page)
    address = page.url
    answers.accept = False

    LEAVINGS[leaving](page)

    page.wait_for_timeout(300)  # whatever would replace the form has come by now
    assert answers.asked == ["Leave what you have written?"]
    expect(page.locator("textarea")).to_have_value('{"mine": 1}')
    assert page.url == address
    answers.accept = True
    LEAVINGS[leaving](page)
    if leaving == "a new value":
        expect(page.locator("textarea")).to_have_value("")
    else:
        expect(page.locator("textarea")).to_have_count(0)
    assert len(answers.asked) == 2


def test_edits_are_not_lost_to_a_name_found_or_to_an_answer_that_comes_late(
    page: Page, answers: Answers
) -> None:
    unfold(page, "service shop", "folder user/")

    def late(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/value?**", late)
    item(page, "42").click()
    page.keyboard.press("n")
    page.locator("textarea").fill("mine")
    page.wait_for_timeout(1500)
    expect(page.locator("textarea")).to_have_value("mine")
    answers.accept = False
    page.locator("#text").fill("4")
    page.locator("#results .label").first.click()
    expect(page.locator("textarea")).to_have_value("mine")
    assert answers.asked == ["Leave what you have written?"]


def test_untouched_form_is_left_unasked(page: Page, answers: Answers) -> None:
    open_profile(page)
    page.get_by_role("button", name="Edit").click()
    expect(page.locator("textarea")).to_be_visible()

    item(page, EVIL).click()

    expect(page.locator("article h2")).to_have_text(EVIL)
    page.go_back()
    expect(page.locator("article h2")).to_have_text("42")
    page.go_forward()
    expect(page.locator("article h2")).to_have_text(EVIL)
    assert answers.asked == []


@pytest.mark.parametrize(
    ("key", "label"),
    [("public/shop/broken.json", "broken"), ("public/shop/notes \u202e.txt", "notes \\u202e.txt")],
)
def test_what_is_no_value_is_shown_downloaded_and_removed(
    page: Page, values: Values, key: str, label: str
) -> None:
    body = b"no value \x1b[31m at all"
    values.bucket.s3.put_object(
        Bucket=values.name, Key=key, Body=body, ContentType="text/plain", Metadata={"origin": "elsewhere"}
    )
    unfold(page, "service shop")
    page.locator("[role=treeitem]").filter(has=page.locator(".label").get_by_text(label, exact=True)).click()

    article = page.locator("article")
    for text in ("no value", "text/plain", "elsewhere", values.bucket.page(key).objects[0].version):
        expect(article).to_contain_text(text)
    expect(page.get_by_role("region", name="Text")).to_contain_text("no value \\u001b[31m at all")
    expect(page.get_by_role("region", name="Bytes")).to_contain_text("6e 6f 20 76")
    expect(page.get_by_role("button", name="Edit")).to_have_count(0)
    assert accessibility_faults(page) == []
    page.keyboard.press("e")
    expect(page.locator("textarea")).to_have_count(0)
    page.keyboard.press("r")
    page.reload()
    expect(article).to_contain_text("elsewhere")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == body
    values.bucket.s3.put_object(Bucket=values.name, Key=key, Body=b"another")
    page.get_by_role("button", name="Remove").click()
    page.locator("#confirm").get_by_role("button", name="Remove").click()
    expect(page.locator("#main")).to_contain_text("somebody else has changed it")
    page.get_by_role("button", name="Show what is there now").click()
    expect(page.get_by_role("region", name="Text")).to_contain_text("another")
    page.get_by_role("button", name="Remove").click()
    page.locator("#confirm").get_by_role("button", name="Remove").click()
    expect(page.locator("#main")).to_contain_text("Removed")
    assert key not in values.stored_keys()


def test_value_that_readers_would_call_corrupt_is_not_stored(
    page: Page, values: Values, tmp_path: Path
) -> None:
    (tmp_path / "large.bin").write_bytes(bytes(values.bucket.max_value_bytes))
    page.keyboard.press("n")
    page.get_by_label("Service", exact=True).fill("shop")
    page.get_by_label("Name", exact=True).fill("large")
    expect(page.locator("#form-hint")).to_contain_text(shown_size(values.bucket.max_value_bytes))
    page.get_by_label("Or take a file").set_input_files(tmp_path / "large.bin")
    page.get_by_role("button", name="Create").click()

    expect(page.get_by_role("alert")).to_contain_text("MAX_VALUE_BYTES")
    assert "public/shop/large.json" not in values.stored_keys()


def test_address_of_a_value_opens_it_again(page: Page) -> None:
    open_profile(page)

    page.reload()

    expect(page.locator("article h2")).to_have_text("42")
    expect(item(page, "42")).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(page.get_by_role("heading", name="What is in the cache?")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_no_page_has_a_serious_accessibility_fault(
    page: Page, values: Values, width: int, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    faults = accessibility_faults(page)
    open_profile(page)
    faults += accessibility_faults(page)
    page.keyboard.press("?")
    faults += accessibility_faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit").click()
    faults += accessibility_faults(page)
    values.put("shop", "user/42", {"theirs": 2})
    page.get_by_role("button", name="Store").click()
    expect(page.locator(".notice.warning")).to_be_visible()
    faults += accessibility_faults(page)
    page.get_by_role("button", name="Take theirs").click()
    page.get_by_role("button", name="Remove").click()
    faults += accessibility_faults(page)
    page.get_by_role("button", name="Keep it").click()
    if width < 760:
        page.get_by_role("button", name="Back to the names").click()
    page.locator("#text").fill("4")
    expect(page.locator("#results .label")).to_have_text("user/42")
    faults += accessibility_faults(page)

    assert faults == []


def test_first_names_of_a_million_take_one_page(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    with generated_bucket(1_000_000) as million:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        with served(Bucket("values", "us-east-1", None, million.url)) as explorer:
            context = browser.new_context()
            page = context.new_page()
            page.goto(explorer.link)
            expect(page.get_by_role("treeitem", name="service shop")).to_be_visible()
            assert million.pages == [("public/", 1)]
            unfold(page, "service shop", "folder n/")
            expect(item(page, "0000199")).to_be_attached()
            assert million.pages[2:] == [(FOLDER, 200)]
            page.get_by_text("Show more").click()
            expect(item(page, "0000399")).to_be_attached()
            page.locator("#text").fill("0999")
            expect(page.locator("#results .label").first).to_have_text("n/0999000")
            assert million.pages[3:] == [(FOLDER, 200), (f"{FOLDER}0999", 200)]
            context.close()


def current(values: Values) -> Any:
    stored = read_value(values.bucket, Address("public", "shop", "user/42"))
    assert stored is not None
    return stored.envelope.value
