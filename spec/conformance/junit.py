"""The report as JUnit XML, for CI."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from . import table

if TYPE_CHECKING:
    from .log import Event, Log

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(log: Log) -> str:
    """Return the XML: a suite for each SDK, each pair of SDKs, and the run itself."""
    root = ET.Element("testsuites", name="conformance", time=f"{log.footer['seconds']:.3f}")
    names = dict.fromkeys(_suite(event) for event in log.events)
    for name in names:
        events = [event for event in log.events if _suite(event) == name]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=name,
            tests=str(len(events)),
            failures=str(sum(event.outcome == "failed" for event in events)),
            skipped=str(sum(event.outcome in ("expected", "skipped") for event in events)),
        )
        for event in events:
            _case(suite, event)
    if log.problems:
        number = str(len(log.problems))
        suite = ET.SubElement(root, "testsuite", name="run", tests=number, failures=number)
        for problem in log.problems:
            case = ET.SubElement(suite, "testcase", classname="run", name=_legal(problem))
            ET.SubElement(case, "failure", message=_legal(problem))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(event: Event) -> str:
    return event.reader if event.check == "vector" else f"{event.check} {event.writer}→{event.reader}"


def _case(suite: ET.Element, event: Event) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=event.suite.replace("/", "."),
        name=event.vector.rpartition("/")[2],
        time=f"{event.ms / 1000:.6f}",
    )
    if event.outcome == "failed":
        found = ET.SubElement(case, "failure", message=event.code)
        found.text = _legal("\n".join(table.failure(event)))
    elif event.outcome != "passed":
        ET.SubElement(case, "skipped", message=_legal(event.note))


def _legal(text: str) -> str:
    """Replace what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
