"""Reports are made of the event log alone, and a log that broke off is none."""

from __future__ import annotations

import io
import json
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from conformance import junit, page, table
from conformance.log import Event, Log, LogError, Recorder, read
from conformance.sanity import validator

HEADER = {"commit": "0" * 40, "runner": "3.11.7", "vectors": 3}


def event(check: str, vector: str, pair: str, outcome: str, **more: Any) -> Event:
    writer, _, reader = pair.partition("→")
    id_ = vector if check == "vector" else f"{pair}/{vector}"
    return Event(check, id_, vector, f"Title of {vector}", "INT-1", writer, reader or writer, outcome, **more)


FAILURE: dict[str, Any] = {
    "code": "mismatch",
    "part": "decode",
    "document": '{"v":1,"value":"<script>alert(1)</script>"}',
    "expected": '["int", "1"]',
    "actual": '["int", "2"]\x00',
    "command": "python -m conformance --sdk b --only wire/int/one -v",
    "ms": 1.5,
}
EVENTS = [
    event("vector", "wire/int/zero", "a", "passed", ms=2.0),
    event("vector", "wire/int/one", "a", "expected", code="oops", note="known"),
    event("vector", "wire/str/tuple", "a", "skipped", note="a has no tuple"),
    event("vector", "wire/int/zero", "b", "passed"),
    event("vector", "wire/int/one", "b", "failed", **FAILURE),
    event("matrix", "wire/int/zero", "a→b", "passed"),
    event("matrix", "wire/int/zero", "b→a", "failed", **FAILURE),
    event("store", "store/reading/miss", "a→a", "passed"),
]


def recorded(
    *, finished: bool = True, problems: tuple[str, ...] = ("no vector proves <INT-9>",)
) -> list[str]:
    recorder = Recorder(HEADER)
    recorder.driver("a", {"version": "1.0", "runtime": "a 2"})
    recorder.driver("b", {})
    for each in EVENTS:
        recorder.check(each)
    for problem in problems:
        recorder.problem(problem)
    if finished:
        recorder.finish()
    return recorder.lines


@pytest.fixture
def log() -> Log:
    return read(recorded())


def test_what_is_recorded_is_read_back(log: Log) -> None:
    assert log.events == EVENTS
    assert log.header["commit"] == "0" * 40
    assert log.drivers == {"a": {"version": "1.0", "runtime": "a 2"}, "b": {}}
    assert log.problems == ["no vector proves <INT-9>"]
    counts = [log.footer[name] for name in ("checks", "passed", "failed", "expected", "skipped", "problems")]
    assert counts == [8, 4, 2, 1, 1, 1]
    assert not log.is_green


def test_every_line_is_valid_under_the_schema() -> None:
    for line in recorded():
        validator("report").validate(json.loads(line))


def test_the_schema_refuses_a_line_with_something_else() -> None:
    line = json.loads(recorded()[3])
    assert not validator("report").is_valid({**line, "extra": 1})
    assert not validator("report").is_valid({**line, "outcome": "maybe"})


def test_lines_are_written_while_the_run_goes_on() -> None:
    stream = io.StringIO()
    recorder = Recorder(HEADER, stream)
    recorder.check(EVENTS[0])
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["header", "check"]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        recorded(finished=False),
        recorded()[1:],
        recorded()[:-2] + recorded()[-1:] + recorded()[-2:-1],
        [*recorded(), recorded()[-1]],
        recorded()[:3] + recorded()[4:],
        ["{}"],
        ["no json"],
        ["[]"],
        [recorded()[0], '{"event":"check","id":1}', recorded()[-1]],
        [recorded()[0], '{"event":"other"}', recorded()[-1]],
    ],
    ids=[
        "empty",
        "no footer",
        "no header",
        "behind the footer",
        "two footers",
        "one lost",
        "{}",
        "text",
        "[]",
        "event",
        "kind",
    ],
)
def test_a_log_that_is_not_whole_is_refused(lines: list[str]) -> None:
    with pytest.raises(LogError):
        read(lines)


def test_a_run_without_failures_and_problems_is_green() -> None:
    recorder = Recorder(HEADER)
    recorder.check(EVENTS[0])
    assert recorder.finish().is_green
    recorder.problem("one")


def test_a_problem_alone_makes_it_red() -> None:
    recorder = Recorder(HEADER)
    recorder.problem("a clause without a vector")
    assert not recorder.finish().is_green


def test_the_table_counts_and_each_failure_says_what_a_person_needs(log: Log) -> None:
    text = table.render(log)
    lines = text.splitlines()
    assert [line.split() for line in lines[:3]] == [
        ["vectors", "a", "b"],
        ["wire/int", "1", "✓", "1", "x", "1", "✓", "1", "✗"],
        ["wire/str", "1", "-"],
    ]
    assert "\na                  1 ✓\n" in text
    failure = text[text.index("✗ wire/int/one (decode): mismatch") :]
    for needed in (
        "INT-1: Title of wire/int/one",
        FAILURE["document"],
        FAILURE["expected"],
        FAILURE["command"],
    ):
        assert needed in failure
    assert "problem: no vector proves <INT-9>" in text
    assert "8 checks · 4 passed · 2 failed · 1 failed as expected · 1 skipped · 1 problems" in lines[-1]


def test_verbose_shows_every_check(log: Log) -> None:
    text = table.render(log, verbose=True)
    assert "✓ wire/int/zero\n" in text
    assert "- wire/str/tuple  a has no tuple" in text
    assert "x wire/int/one  known" in text


class Page(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"p", "li"}:
            while self.open[-1] in ("p", "li"):
                self.open.pop()
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_but_itself(log: Log) -> None:
    html = page.render(log)
    parsed = Page()
    parsed.feed(html)
    assert parsed.open == []
    assert not {"script", "link", "img", "iframe"} & set(parsed.tags)
    assert not {"src", "href"} & {name for name, _ in parsed.attributes}
    assert "url(" not in html
    assert "http" not in html


def test_the_page_shows_every_vector_and_escapes_what_it_shows(log: Log) -> None:
    parsed = Page()
    parsed.feed(page.render(log))
    for shown in (
        "wire/int/zero",
        "Title of wire/str/tuple",
        FAILURE["document"],
        FAILURE["command"],
        "a: 1.0 on a 2",
    ):
        assert shown in parsed.text
    assert "b: did not start on nothing" in parsed.text
    assert ("class", "failed") in parsed.attributes
    assert ("class", "expected") in parsed.attributes


def test_junit_is_xml_with_a_suite_for_each_sdk_pair_and_the_run(log: Log) -> None:
    root = ET.fromstring(junit.render(log))  # noqa: S314 - our own output
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["a", "b", "matrix a→b", "matrix b→a", "store a→a", "run"]
    assert suites["a"].attrib == {"name": "a", "tests": "3", "failures": "0", "skipped": "2"}
    assert suites["b"].attrib == {"name": "b", "tests": "2", "failures": "1", "skipped": "0"}
    case = suites["b"][1]
    assert (case.get("classname"), case.get("name"), case.get("time")) == ("wire.int", "one", "0.001500")
    text = case[0].text or ""
    assert FAILURE["command"] in text
    assert "\x00" not in text
    assert suites["run"][0].get("name") == "no vector proves <INT-9>"
