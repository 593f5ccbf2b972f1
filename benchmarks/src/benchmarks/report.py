"""A run for readers: on the terminal and in the README."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.curves import Growth

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


def line(figure: Mapping[str, Any]) -> str:
    """Return one line for the terminal."""
    beside = " · ".join(f"{_short(case)} {number}" for case, number in _beside(figure))
    cells = [
        f"{figure['id']:<32}",
        f"{_number(figure, figure['median']):>9}",
        f"{_spread(figure):>6}",
        f"{figure['limit'] or '':>7}",
        f"{figure['verdict']:<13}",
        f"{_absolute(figure, figure['ours'])} over {_absolute(figure, figure['over'])}"
        if figure["rounds"] and figure["over"]
        else "",
        beside,
        figure["why"],
    ]
    return "  ".join(cell for cell in cells if cell).rstrip()


def table(figures: Iterable[Mapping[str, Any]]) -> str:
    """Return figures as a table in Markdown."""
    rows = ["| | measured | spread | limit | | beside, times the same peer |", "|---|---|---|---|---|---|"]
    for figure in figures:
        beside = ", ".join(f"{_short(case)} {number}" for case, number in _beside(figure))
        verdict = figure["verdict"] if figure["verdict"] != "reported" else ""
        why = f": {_cell(figure['why'])}" if figure["why"] else ""
        rows.append(
            f"| {figure['title']} | {_number(figure, figure['median'])} | {_spread(figure)} | {figure['limit'] or ''}"
            f" | {verdict}{why} | {beside} |"
        )
    return "\n".join(rows)


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


def write(readme: Path, results: Mapping[str, Any], curves: Iterable[Growth]) -> None:
    """Write the tables of a run into the README, between their marks.

    Raises:
        ValueError: A mark is missing.
    """
    text = readme.read_text(encoding="utf-8")
    texts = {"machine": header(results), "growth": growth(curves)}
    for language in ("python", "node"):
        texts[language] = table(each for each in results["figures"] if each["id"].startswith(f"{language}/"))
    for name, content in texts.items():
        marked = re.compile(rf"<!-- {name}: .*?<!-- /{name} -->", re.DOTALL)
        if not marked.search(text):
            raise ValueError(f"{readme} has no place for {name}")
        text = marked.sub(lambda _: _MARK.format(name, content), text)  # noqa: B023 - used at once
    readme.write_text(text, encoding="utf-8")


def duration(nanoseconds: float) -> str:
    """Return a time with three digits and its unit."""
    for factor, unit in _UNITS:
        if nanoseconds >= factor:
            return (
                f"{nanoseconds / factor:.3g} {unit}"
                if nanoseconds < 1e3 * factor
                else f"{nanoseconds / factor:.0f} {unit}"
            )
    return "0 ns"


def _number(figure: Mapping[str, Any], number: float | None) -> str:
    if number is None:
        return "-"
    if figure["measure"] == "ratio":
        return f"{number:.2f} x" if number < 100 else f"{number:.0f} x"  # noqa: PLR2004 - three digits
    return f"{number:.1f} ms" if figure["measure"] == "milliseconds" else f"{number:.2f} MB"


def _spread(figure: Mapping[str, Any]) -> str:
    return "" if figure["spread"] is None or len(figure["rounds"]) == 1 else f"{100 * figure['spread']:.0f} %"


def _beside(figure: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the reported cases with their numbers, quickest first."""
    shown = [(case, found["median"]) for case, found in figure["cases"].items() if found]
    shown = [pair for pair in shown if pair[0] not in (figure["ours"], figure["over"])]
    return [(case, _number(figure, number)) for case, number in sorted(shown, key=lambda pair: pair[1])]


def _absolute(figure: Mapping[str, Any], case: str | None) -> str:
    found = figure["cases"].get(case)
    if not found:
        return "nothing"
    if figure["measure"] == "megabytes":
        return f"{found['absolute'] / 1e6:.2f} MB"
    return duration(found["absolute"])


def _short(case: str) -> str:
    return case.rpartition("/")[2]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")[:300]
