"""The demo for browsers in real Chromium: two tabs, and a function that hands out grants, on the local cloud."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from local_cloud import Fault, LocalCloud

from demos.browser import FUNCTION, served, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # playwright's own pipes
    pytest.mark.slow,
]
ROOT = Path(__file__).resolve().parents[2]
EDGE_TTL = 5
TRIES = 3
PATIENCE = 120_000  # milliseconds: a function may start anew, on a busy machine
CUT = """() => [...document.querySelectorAll('td:nth-child(3), th:nth-child(3)')].some(
    (cell) => cell.scrollWidth > cell.clientWidth
)"""


class Demo:
    """The page as it is served, and the cloud behind it."""

    def __init__(self, cloud: LocalCloud, address: str, context: BrowserContext) -> None:
        self.cloud = cloud
        self.address = address
        self.context = context
        self._lasting = 60

    def open(self) -> Page:
        """Open the page in a new tab and wait until both cards have been told something."""
        page = self.context.new_page()
        page.goto(self.address)
        for visibility in ("public", "private"):
            page.wait_for_selector(f"#{visibility} tbody tr")
        return page

    def grant_for(self, seconds: int) -> None:
        """Let grants from now on last for so long."""
        if seconds != self._lasting:
            self._lasting = seconds
            tell(self.cloud.client("lambda"), {"GRANT_TTL": str(seconds)})


@pytest.fixture(scope="module")
def deployed(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    from playwright.sync_api import sync_playwright

    node = shutil.which("node")
    assert node, "node is not on PATH: run `python3 noxfile.py -s test`"
    modules = ROOT / "infra" / "edge-setup" / "node_modules"
    variables = {"NODE_PATH": str(modules)}
    with (
        LocalCloud.start(node=Path(node), auth=True, faults=True, variables=variables) as cloud,
        served(cloud, ROOT / "infra" / "template.yaml", stack_name="browser") as address,
        sync_playwright() as playwright,
        playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=chromium, args=["--no-sandbox"]
        ) as context,
    ):
        context.set_default_timeout(PATIENCE)
        yield Demo(cloud, address, context)


@pytest.fixture
def demo(deployed: Demo) -> Iterator[Demo]:
    deployed.grant_for(60)
    yield deployed
    deployed.cloud.faults.clear()
    for page in deployed.context.pages[1:]:
        page.close()


def put(page: Page, visibility: str, text: str) -> float:
    """Put a value by the form of a card, and return when it was there, by the clock of the test."""
    page.fill(f"#{visibility} [name=value]", text)
    page.click(f"#{visibility} [type=submit]")
    page.wait_for_selector(
        f"#{visibility} tbody tr:has(td:nth-child(2):text-is('put')):has-text({json.dumps(text)})"
    )
    return time.monotonic()


def wait_for(page: Page, visibility: str, text: str) -> None:
    page.wait_for_function("([id, text]) => document.querySelector(`#${id} output`).textContent === text",
                           arg=[visibility, text])  # fmt: skip


def failed(page: Page, visibility: str) -> int:
    """Count the answers that a page did not have in time: after each a watcher asks more seldom (WEB-12)."""
    return page.locator(f"#{visibility} tbody tr", has_text=re.compile("stale|Error")).count()


def row(page: Page, visibility: str, number: int = 1) -> list[str]:
    """Return the cells of a row, latest first."""
    return page.locator(f"#{visibility} tbody tr:nth-child({number}) td").all_text_contents()


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_each_tab_sees_what_the_other_has_put_within_edge_ttl_and_a_second(
    demo: Demo, visibility: str, seconds: Callable[[float], float]
) -> None:
    one, other = demo.open(), demo.open()
    for writer, reader in ((one, other), (other, one)):
        for _ in range(TRIES):
            text = f"at {time.time_ns()}"
            failures = failed(reader, visibility)
            began = put(writer, visibility, text)
            wait_for(reader, visibility, json.dumps(text))
            took = time.monotonic() - began
            # WEB-11: a watch asks a tenth later, by chance. What the machine takes comes on top.
            if took < EDGE_TTL * 1.1 + 1 + seconds(1):
                break
            assert failed(reader, visibility) > failures, f"told of after {took:.1f} s"
        else:
            pytest.fail(f"{TRIES} times an edge did not answer in time")
        time_, by, source, age, version, value = row(reader, visibility)
        assert re.fullmatch(r"\d\d:\d\d:\d\d", time_)
        assert (by, source, value) == ("watch", "edge", json.dumps(text))
        assert re.fullmatch(r"[0-5] s", age)
        assert re.fullmatch(r"[0-9a-f]{32}", version)


def test_values_keep_their_types(demo: Demo) -> None:
    page = demo.open()
    for text, shown in (
        ("123", "int"),
        ("true", "bool"),
        ("1.5", "float"),
        ('{"a":[1]}', "dict"),
        ("x y", "str"),
    ):
        put(page, "public", text)
        page.click("#public [name=read]")
        page.wait_for_function("(type) => document.querySelector('#public small').textContent.startsWith(`${type},`)",
                               arg=shown)  # fmt: skip


def test_own_put_is_read_from_memory_at_once(demo: Demo) -> None:
    page = demo.open()
    text = f"own {time.time_ns()}"
    put(page, "private", text)
    page.click("#private [name=read]")
    wait_for(page, "private", json.dumps(text))
    assert row(page, "private")[2] == "memory"


def test_private_value_is_read_with_the_grant_and_not_after_its_end(demo: Demo) -> None:
    demo.grant_for(20)
    page = demo.open()
    page.uncheck("#renewing")
    text = f"secret {time.time_ns()}"
    put(page, "private", text)
    wait_for(page, "private", json.dumps(text))

    page.wait_for_selector("#grants-state:text-is('They have ended.')")
    page.click("#private [name=read]")
    page.wait_for_function("() => document.querySelector('#private output').textContent === ''")
    refused = row(page, "private")
    page.fill("#private [name=value]", "too late")
    page.click("#private [type=submit]")
    page.wait_for_selector("#private tbody tr:nth-child(1):has(td:nth-child(2):text-is('put'))")

    assert refused[5] == "AccessDeniedError"
    assert row(page, "private")[5] == "AccessDeniedError"
    assert page.text_content("#private .failure")
    # Public values are read all the same.
    page.click("#public [name=read]")
    page.wait_for_selector("#public tbody tr:nth-child(1):has(td:nth-child(2):text-is('read'))")
    assert row(page, "public")[5] != "AccessDeniedError"

    demo.grant_for(60)
    page.click("#renew")
    wait_for(page, "private", json.dumps(text))


def test_grants_are_asked_for_again_before_they_end(demo: Demo) -> None:
    demo.grant_for(8)
    page = demo.open()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    page.wait_for_event("request", lambda request: request.url.endswith("/grants"))
    page.wait_for_timeout(1000)
    assert page.text_content("#grants-state") != "They have ended."
    assert page.text_content("#private .failure") == ""


def test_failure_of_the_edge_is_told_and_the_value_comes_back(demo: Demo) -> None:
    page = demo.open()
    text = f"here {time.time_ns()}"
    put(page, "public", text)
    demo.cloud.faults.add(Fault("edge", "status", status=503))
    other = demo.context.new_page()
    other.goto(demo.address)
    other.wait_for_selector("#public td.bad")
    assert row(other, "public")[5] == "UnavailableError"
    demo.cloud.faults.clear()
    other.click("#public [name=read]")
    wait_for(other, "public", json.dumps(text))


def test_page_breaks_no_rule_of_its_own_policy_and_says_nothing_wrong(demo: Demo) -> None:
    page = demo.context.new_page()
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(demo.address)
    for visibility in ("public", "private"):
        page.wait_for_selector(f"#{visibility} tbody tr")
        put(page, visibility, "1")
    assert [text for text in said if "404" not in text] == []


def test_every_control_has_a_name_and_every_width_shows_all(demo: Demo) -> None:
    page = demo.open()
    put(page, "public", "x" * 300)
    for selector in ("input", "button"):
        for element in page.locator(selector).all():
            named: Any = element.evaluate(
                "element => element.labels?.[0]?.textContent || element.textContent"
            )
            assert named.strip(), element
    for width in (320, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT) is False, width


def test_function_is_the_one_that_the_template_names(demo: Demo) -> None:
    configuration = demo.cloud.client("lambda").get_function_configuration(FunctionName=FUNCTION)
    assert configuration["Environment"]["Variables"]["UPLOADS"] == demo.cloud.upload_endpoint
