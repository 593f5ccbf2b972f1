"""A run for readers: on the terminal and in the README."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.figure import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.curves import Growth
    from benchmarks.figure import Figure
    from benchmarks.results import Outcome

_MARK = "<!-- {0}: written by the run -->\n{1}\n<!-- /{0} -->"
_LANGUAGES = {"python": "Python", "node": "Node"}
_UNITS = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))


def header(results: Mapping[str, Any]) -> str:
    """Return one paragraph about the machine and the versions."""
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return (
        f"{machine['processor']}, {machine['cores']} cores, load {machine['load']} before the run, {machine['system']};"
        f" {versions}; seed {results['seed']}; {results['minutes']:g} minutes."
    )


def line(outcome: Outcome) -> str:
    """Return one line for the terminal."""
    figure = outcome.figure
    over = f"{_absolute(outcome, figure.ours)} over {_absolute(outcome, figure.over)}"
    cells = [
        f"{figure.id:<32}",
        f"{_median(outcome):>9}",
        f"{_spread(outcome):>6}",
        f"{figure.limit or ''!s:>7}",
        f"{outcome.verdict:<13}",
        over if outcome.rounds and figure.over else "",
        _beside(outcome, " · "),
        outcome.why,
    ]
    return "  ".join(cell for cell in cells if cell).rstrip()


def table(outcomes: Iterable[Outcome]) -> str:
    """Return figures as a table in Markdown, a line each."""
    rows = ["| | measured | spread | limit | | beside, times the same peer |", "|---|---|---|---|---|---|"]
    for outcome in outcomes:
        figure = outcome.figure
        cells = (
            _median(outcome),
            _spread(outcome),
            figure.limit or "",
            _verdict(outcome),
            _beside(outcome, ", "),
        )
        rows.append(f"| {figure.title} | {' | '.join(map(str, cells))} |")
    return "\n".join(rows)


def fresh(outcomes: Iterable[Outcome]) -> str:
    """Return figures of fresh processes as a table in Markdown, with a column for each place."""
    rows = [f"| | {' | '.join(PLACES.values())} |", "|---" * (len(PLACES) + 1) + "|"]
    lines: dict[str, list[str]] = {}
    for outcome in outcomes:
        figure = outcome.figure
        limit = f", {figure.limit}: {_verdict(outcome)}" if figure.limit else ""
        title = f"{_LANGUAGES[figure.language]}, {figure.title}"
        lines.setdefault(title, []).append(f"{_median(outcome)}{limit}")
    return "\n".join([*rows, *(f"| {title} | {' | '.join(cells)} |" for title, cells in lines.items())])


def growth(found: Iterable[Growth]) -> str:
    """Return curves as tables in Markdown: one for all those along the same axis."""
    axes: dict[str, list[Growth]] = {}
    for each in found:
        axes.setdefault(each.curve.x, []).append(each)
    return "\n\n".join(_along(x, together) for x, together in axes.items())


def _along(x: str, together: Sequence[Growth]) -> str:
    points = sorted({point for each in together for point in each.curve.points})
    rows = [f"| {x} | {' | '.join(f'{point:,}' for point in points)} |", "|---" * (len(points) + 1) + "|"]
    for each in together:
        curve, why = each.curve, f" ({_cell(each.why)})" if each.why else ""
        title = f"{_LANGUAGES[curve.language]}, {curve.title}, over {curve.peer}{why}"
        cells = {point: _point(*pair) for point, pair in each.points.items()}
        rows.append(f"| {title} | {' | '.join(cells.get(point, '') for point in points)} |")
    return "\n".join(rows)


def _point(ours: Mapping[str, float], peer: Mapping[str, float]) -> str:
    ratio = f"{duration(ours['nanoseconds'])}, {ours['nanoseconds'] / peer['nanoseconds']:.2f} x"
    if "bytes_per_name" in ours:
        ratio += f"; {ours['bytes_per_name']:.0f} B a name, {peer['bytes_per_name']:.0f} B"
    return ratio


def write(
    readme: Path, results: Mapping[str, Any], outcomes: Sequence[Outcome], curves: Iterable[Growth]
) -> None:
    """Write the tables of a run into the README, between their marks.

    Raises:
        ValueError: A mark is missing.
    """
    text = readme.read_text(encoding="utf-8")
    cold = [each for each in outcomes if each.figure.id.split("/")[1] == "fresh"]
    texts = {"fresh": fresh(cold), "growth": growth(curves), "machine": header(results)}
    for language in _LANGUAGES:
        texts[language] = table(
            each for each in outcomes if each.figure.language == language and each not in cold
        )
    for name, content in texts.items():
        before, mark, rest = text.partition(f"<!-- {name}: ")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not (mark and end):
            raise ValueError(f"{readme} has no place for {name}")
        text = before + _MARK.format(name, content) + after
    readme.write_text(text, encoding="utf-8")


def duration(nanoseconds: float) -> str:
    """Return a time with three digits and its unit."""
    for factor, unit in _UNITS:
        if nanoseconds >= factor:
            digits = (
                f"{nanoseconds / factor:.3g}" if nanoseconds < 1e3 * factor else f"{nanoseconds / factor:.0f}"
            )
            return f"{digits} {unit}"
    return "0 ns"


def _number(figure: Figure, number: float) -> str:
    if figure.measure == "ratio":
        return f"{number:.2f} x" if number < 100 else f"{number:.0f} x"  # noqa: PLR2004 - three digits
    return f"{number:.1f} ms" if figure.measure == "milliseconds" else f"{number:.2f} MB"


def _median(outcome: Outcome) -> str:
    return _number(outcome.figure, outcome.summary.median) if outcome.summary else "-"


def _spread(outcome: Outcome) -> str:
    found = outcome.summary
    return f"{100 * found.spread(outcome.scale):.0f} %" if found and found.rounds > 1 else ""


def _verdict(outcome: Outcome) -> str:
    why = f": {_cell(outcome.why)}" if outcome.why else ""
    return f"{outcome.verdict}{why}".removeprefix("reported")


def _beside(outcome: Outcome, separator: str) -> str:
    """Return the cases beside with their numbers, quickest first."""
    found = [(summary.median, case) for case in outcome.figure.beside if (summary := outcome.of_case(case))]
    named = (f"{case.rpartition('/')[2]} {_number(outcome.figure, number)}" for number, case in sorted(found))
    return separator.join(named)


def _absolute(outcome: Outcome, case: str) -> str:
    found = outcome.absolute(case)
    if found is None:
        return "nothing"
    return f"{found.median / 1e6:.2f} MB" if outcome.figure.measure == "megabytes" else duration(found.median)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")[:300]
