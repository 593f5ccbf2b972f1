"""The report for a terminal: suites by SDKs, pairs of SDKs, and each failure with what a person needs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .log import Event, Log

_SIGNS = {"passed": "✓", "failed": "✗", "expected": "x", "skipped": "-"}
_PAIRS = {"matrix": "write → read", "store": "put → get"}


def render(log: Log, *, verbose: bool = False) -> str:
    """Return the report.

    Args:
        log: what happened.
        verbose: list every check, not only the failures.
    """
    blocks = [_alone(log), *(_pairs(log, kind) for kind in _PAIRS)]
    if verbose:
        blocks.append([f"{_SIGNS[event.outcome]} {event.id}  {event.note}".rstrip() for event in log.events])
    blocks += [list(failure(event, verbose=verbose)) for event in log.events if event.outcome == "failed"]
    blocks.append(list(_left_out(log)))
    blocks.append([f"problem: {problem}" for problem in log.problems])
    blocks.append([summary(log)])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def summary(log: Log) -> str:
    """Return the run in one line."""
    counts = log.footer
    parts = [f"{counts['checks']:,} checks", f"{counts['passed']:,} passed", f"{counts['failed']:,} failed"]
    parts += [f"{counts['expected']:,} failed as expected"] if counts["expected"] else []
    parts += [f"{counts['skipped']:,} skipped"] if counts["skipped"] else []
    parts += [f"{len(log.problems):,} problems"] if log.problems else []
    return " · ".join([*parts, f"{counts['seconds']:.1f} s"])


def failure(event: Event, *, verbose: bool = True) -> Iterator[str]:
    """Say what failed, with the transcript if that is wanted, and what runs it again, line by line."""
    where = f" ({event.part})" if event.part else ""
    yield f"✗ {event.id}{where}: {event.code}"
    yield f"  {event.clause}: {event.title}"
    for label, text in (("document", event.document), ("expected", event.expected), ("actual", event.actual)):
        if text:
            yield f"  {label:9} " + text.replace("\n", "\n            ")
    if event.note:
        yield f"  {'note':9} {event.note}"
    if verbose and event.transcript:
        yield "  transcript"
        yield from (f"    {line}" for line in event.transcript.splitlines())
    yield f"  {'again':9} {event.command}"


def count(events: Iterable[Event]) -> str:
    """Return the outcomes of some checks in short: `24 ✓`, `23 ✓ 1 ✗`."""
    outcomes = Counter(event.outcome for event in events)
    return " ".join(f"{outcomes[outcome]} {sign}" for outcome, sign in _SIGNS.items() if outcomes[outcome])


def _left_out(log: Log) -> Iterator[str]:
    """Say once why each scenario was skipped."""
    reasons: dict[str, list[str]] = {}
    for event in log.events:
        if event.outcome == "skipped" and event.check == "store":
            reasons.setdefault(event.note, []).append(event.id)
    for reason, ids in reasons.items():
        yield f"- skipped: {reason} ({', '.join(ids)})"


def _alone(log: Log) -> list[str]:
    events = [event for event in log.events if event.check == "vector"]
    suites = list(dict.fromkeys(event.suite for event in events))
    sdks = list(dict.fromkeys(event.reader for event in events))
    cells = [
        [count(event for event in events if (event.suite, event.reader) == (suite, sdk)) for sdk in sdks]
        for suite in suites
    ]
    return _grid("vectors", sdks, suites, cells)


def _pairs(log: Log, kind: str) -> list[str]:
    events = [event for event in log.events if event.check == kind]
    sdks = list(dict.fromkeys(name for event in events for name in (event.writer, event.reader)))
    cells = [
        [
            count(event for event in events if (event.writer, event.reader) == (writer, reader))
            for reader in sdks
        ]
        for writer in sdks
    ]
    return _grid(_PAIRS[kind], sdks, sdks, cells)


def _grid(corner: str, columns: list[str], rows: list[str], cells: list[list[str]]) -> list[str]:
    if not cells:
        return []
    table = [[corner, *columns], *([row, *line] for row, line in zip(rows, cells, strict=True))]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    return [
        "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
