"""The plot of monthly cost against traffic, on log axes, as an SVG file: what chart.mjs draws in the page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from memory_console.cost.bill import OURS, model
from memory_console.cost.quantities import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memory_console.cost.comparison import BreakEven, Comparison

_WIDTH, _HEIGHT = 1040, 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 680, 44, 500
_FLOOR = 0.01
_INK, _GRID = "#16191f", "#e4e7eb"
_NOTE = "gets a month (puts and execution environments in proportion); dotted: this scenario"
_TITLE = "US dollars a month, nothing drawn as a cent; dots: Memory Service and another change places"


def draw(scenario_gets: float, points: list[Comparison], crossings: list[BreakEven]) -> str:
    """Draw a sweep: a line for each offer, dots where one crosses Memory Service's."""
    return "\n".join(_Chart(points).elements(scenario_gets, crossings)) + "\n"


class _Chart:
    def __init__(self, points: list[Comparison]) -> None:
        self.gets = [point.scenario.gets_per_month for point in points]
        self.lines = {key: [point.offers[key].usd for point in points] for key in model()["offers"]}
        dearest = max(usd for line in self.lines.values() for usd in line if usd < math.inf)
        self.bottom, self.top = round(math.log10(_FLOOR)), math.ceil(math.log10(max(dearest, 10)))
        self.first, self.last = round(math.log10(self.gets[0])), round(math.log10(self.gets[-1]))

    def x(self, gets: float) -> float:
        part = (math.log10(gets) - self.first) / (self.last - self.first)
        return round(_LEFT + min(1, max(0, part)) * (_RIGHT - _LEFT), 1)

    def y(self, usd: float) -> float:
        part = (math.log10(max(_FLOOR, usd)) - self.bottom) / (self.top - self.bottom)
        return round(_BOTTOM - part * (_BOTTOM - _TOP), 1)

    def elements(self, scenario_gets: float, crossings: list[BreakEven]) -> Iterator[str]:
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
            f'font-size="12" fill="{_INK}">'
        )
        yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>'
        yield _text(_LEFT, 22, _TITLE, 'font-size="14"')
        yield _text(_LEFT, _BOTTOM + 44, _NOTE)
        for decade in range(self.first, self.last + 1):
            at = self.x(10**decade)
            yield _line(at, _TOP, at, _BOTTOM, f'stroke="{_GRID}"')
            yield _text(at, _BOTTOM + 18, short(10**decade), 'text-anchor="middle"')
        for decade in range(self.bottom, self.top + 1):
            at = self.y(10**decade)
            yield _line(_LEFT, at, _RIGHT, at, f'stroke="{_GRID}"')
            yield _text(_LEFT - 8, at + 4, f"${short(10**decade)}", 'text-anchor="end"')
        for number, key in enumerate([*(key for key in self.lines if key != OURS), OURS]):
            entry, at = model()["offers"][key], _TOP + 10 + 20 * number
            pen = _pen(entry["line"])
            yield f'<path d="{self._path(self.lines[key])}" {pen}/>'
            yield _line(_RIGHT + 18, at, _RIGHT + 46, at, pen)
            yield _text(_RIGHT + 54, at + 4, entry["name"])
        for crossing in crossings:
            gets = crossing.gets_per_month
            yield f'<circle cx="{self.x(gets)}" cy="{self._height(gets)}" r="4" fill="#ffffff" stroke="{_INK}"/>'
        here = self.x(scenario_gets)
        yield _line(here, _TOP, here, _BOTTOM, 'stroke="#555e6b" stroke-dasharray="2 3"')
        yield "</svg>"

    def _path(self, line: list[float]) -> str:
        """The line, with a gap where the offer is not possible."""
        parts, pen = [], "M"
        for gets, usd in zip(self.gets, line, strict=True):
            if usd < math.inf:
                parts.append(f"{pen}{self.x(gets)} {self.y(usd)}")
            pen = "L" if usd < math.inf else "M"
        return "".join(parts)

    def _height(self, gets: float) -> float:
        """The height of Memory Service's line."""
        after = next((number for number, other in enumerate(self.gets) if other >= gets and number), -1)
        (low, high), (below, above) = self.gets[after - 1 :][:2], self.lines[OURS][after - 1 :][:2]
        part = math.log(gets / low) / math.log(high / low)
        return round(self.y(below) * (1 - part) + self.y(above) * part, 1)


def _pen(line: dict[str, str | float]) -> str:
    dash = f' stroke-dasharray="{line["dash"]}"' if "dash" in line else ""
    return f'fill="none" stroke="{line["light"]}" stroke-width="{line.get("width", 1.7)}"{dash}'


def _line(x1: float, y1: float, x2: float, y2: float, more: str) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {more}/>'


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" {more}>{escape(text)}</text>'
