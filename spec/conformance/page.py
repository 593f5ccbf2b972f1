"""The report as one HTML page that needs nothing but itself."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from . import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .log import Event, Log

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0 2rem; }
th, td { border: 1px solid #8884; padding: .25rem .6rem; text-align: left; vertical-align: top; }
.passed { background: #1a7f3722; } .failed { background: #cf222e44; }
.expected { background: #9a670033; } .skipped { background: #8882; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; max-width: 60rem; }
summary { cursor: pointer; } code, pre { font-size: 13px; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd; } }
"""
_SIGNS = {"passed": "✓", "failed": "✗", "expected": "x", "skipped": "-"}
_TITLES = {"matrix": "Documents: written by, read by", "store": "Through the store: put by, got by"}
_WORST_FIRST = ("failed", "expected", "passed", "skipped")


def render(log: Log) -> str:
    """Return the page: a grid of vectors by SDKs, the pairs, and behind each failure what it was."""
    body = [
        f"<h1>Conformance</h1><p>{escape(table.summary(log))}</p>",
        *_about(log),
        *(f"<p class=failed>{escape(problem)}</p>" for problem in log.problems),
        *(part for kind in _TITLES for part in _pairs(log, kind)),
        *_vectors(log),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Conformance</title>'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _about(log: Log) -> Iterator[str]:
    yield f"<p>{escape(str(log.header.get('began', '')))} {escape(str(log.header.get('commit', '')))}</p><ul>"
    for name, said in log.drivers.items():
        about = f"{name}: {said.get('version', 'did not start')} on {said.get('runtime', 'nothing')}"
        yield f"<li>{escape(about)}</li>"
    yield "</ul>"


def _pairs(log: Log, kind: str) -> Iterator[str]:
    events = [event for event in log.events if event.check == kind]
    if not events:
        return
    sdks = list(dict.fromkeys(name for event in events for name in (event.writer, event.reader)))
    yield f"<h2>{_TITLES[kind]}</h2><table><tr><th></th>{_cells('th', sdks)}</tr>"
    for writer in sdks:
        of_pairs = [
            [event for event in events if (event.writer, event.reader) == (writer, reader)] for reader in sdks
        ]
        yield f"<tr><th>{escape(writer)}</th>{''.join(_cell(of_pair) for of_pair in of_pairs)}</tr>"
    yield "</table>"


def _vectors(log: Log) -> Iterator[str]:
    events = [event for event in log.events if event.check == "vector"]
    sdks = list(dict.fromkeys(event.reader for event in events))
    by_vector: dict[str, dict[str, Event]] = {}
    for event in events:
        by_vector.setdefault(event.vector, {})[event.reader] = event
    suite = ""
    for vector, row in by_vector.items():
        first = next(iter(row.values()))
        if first.suite != suite:
            yield "</table>" if suite else ""
            suite = first.suite
            yield f"<h2>{escape(suite)}</h2><table><tr><th>vector</th><th>clause</th>{_cells('th', sdks)}</tr>"
        about = (
            f"<td>{escape(first.title)}<br><code>{escape(vector)}</code></td><td>{escape(first.clause)}</td>"
        )
        yield f"<tr>{about}{''.join(_cell([row[sdk]] if sdk in row else []) for sdk in sdks)}</tr>"
    yield "</table>" if suite else ""


def _cells(tag: str, texts: Iterable[str]) -> str:
    return "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts)


def _cell(events: list[Event]) -> str:
    outcomes = {event.outcome for event in events}
    worst = next((outcome for outcome in _WORST_FIRST if outcome in outcomes), "")
    short = escape(table.count(events)) if len(events) > 1 else _SIGNS.get(worst, "")
    details = "".join(_detail(event) for event in events if event.outcome in ("failed", "expected"))
    return f'<td class="{worst}">{short}{details}</td>'


def _detail(event: Event) -> str:
    text = "\n".join(table.failure(event))
    return f"<details><summary>{escape(event.code)}</summary><pre>{escape(text)}</pre></details>"
