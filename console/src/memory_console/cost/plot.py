"""Plots on log axes, as SVG, PNG or PDF."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from memory_console.cost.quantities import short

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from memory_console.cost.comparison import BreakEven, Comparison
    from memory_console.cost.scale import Point

FORMATS = (".svg", ".png", ".pdf")
_FLOOR = 0.01
# Okabe and Ito's palette: told apart with any colour vision; dashes for the second round.
_COLOURS = ["#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#D55E00"]
_OURS = "#111111"


def costs(path: Path, comparison: Comparison, points: list[Comparison], crossings: list[BreakEven]) -> None:
    """Monthly cost of every offer against traffic; break-even points as dots.

    Raises:
        OSError: the file cannot be written.
    """
    figure, (axes,) = _figure(1, (9.5, 5.8))
    gets = [point.scenario.gets_per_month for point in points]
    ours = [max(_FLOOR, point.ours.usd) for point in points]
    for number, offer in enumerate(points[0].others):
        costs_of_it = [point.others[number].usd for point in points]
        line = [max(_FLOOR, usd) if usd < float("inf") else float("nan") for usd in costs_of_it]
        colour, style = _COLOURS[number % len(_COLOURS)], "-" if number < len(_COLOURS) else "--"
        axes.plot(gets, line, color=colour, linestyle=style, linewidth=1.4, label=offer.name)
    axes.plot(gets, ours, color=_OURS, linewidth=2.6, label=points[0].ours.name)
    for crossing in crossings:
        usd = _at(gets, ours, crossing.gets_per_month)
        axes.plot([crossing.gets_per_month], [usd], "o", color=_OURS, markersize=5, markerfacecolor="white")
    axes.axvline(comparison.scenario.gets_per_month, color="#777777", linewidth=0.9, linestyle=":")
    _log_axes(axes, dollars=True)
    axes.set_xlabel("gets a month (puts and execution environments in proportion); dotted: this scenario")
    axes.set_ylabel("US dollars a month; nothing is drawn as a cent")
    axes.set_title("Cost against traffic; dots: Memory Service and another change places", loc="left")
    axes.legend(fontsize=8, loc="upper left", frameon=False)
    _save(figure, path)


def scale(path: Path, points: list[Point]) -> None:
    """Hit ratios, load against quotas and cost, one above the other.

    Raises:
        OSError: the file cannot be written.
    """
    figure, (ratios, load, cost) = _figure(3, (8.5, 10))
    gets = [point.gets_per_month for point in points]
    for name, values, colour in (
        ("memory of the SDK", [p.comparison.traffic.memory_ratio for p in points], _COLOURS[0]),
        ("edge", [p.comparison.traffic.edge_ratio for p in points], _COLOURS[4]),
        (
            "both together",
            [1 - p.comparison.traffic.s3_gets / p.comparison.traffic.gets for p in points],
            _OURS,
        ),
    ):
        ratios.plot(gets, values, color=colour, marker="o", markersize=3, label=name)
    ratios.set_ylim(0, 1)
    ratios.set_ylabel("share answered")
    ratios.set_title("Hit ratios", loc="left")
    for name, values, colour in (
        ("S3, of one prefix", [p.load.prefixes for p in points], _COLOURS[5]),
        ("CloudFront, of one distribution", [p.load.distributions for p in points], _COLOURS[4]),
    ):
        load.plot(gets, values, color=colour, marker="o", markersize=3, label=name)
    load.axhline(1, color="#777777", linewidth=0.9, linestyle=":", label="the limit")
    load.set_ylabel("share of the limit in the busiest second")
    load.set_title("Load", loc="left")
    cost.plot(gets, [max(_FLOOR, p.comparison.ours.usd) for p in points], color=_OURS, linewidth=2.2,
              label="Memory Service")  # fmt: skip
    cheapest = [max(_FLOOR, p.comparison.cheapest.usd) for p in points]
    cost.plot(gets, cheapest, color=_COLOURS[2], linestyle="--", label="the cheapest of all")
    cost.set_ylabel("US dollars a month")
    cost.set_title("Cost", loc="left")
    cost.set_xlabel("gets a month")
    for axes in (ratios, load, cost):
        _log_axes(axes, dollars=axes is cost, both=axes is not ratios)
        axes.legend(fontsize=8, frameon=False)
    _save(figure, path)


def _figure(rows: int, inches: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second, for those who plot

    figure = Figure(figsize=inches, layout="constrained")
    panels = [figure.add_subplot(rows, 1, row + 1) for row in range(rows)]
    for axes in panels:
        axes.grid(which="major", color="#dddddd", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    return figure, panels


def _log_axes(axes: Axes, *, dollars: bool, both: bool = True) -> None:
    """Logarithmic axes with words for numbers: 10 k, 1 M, 1 billion."""
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda gets, _: short(gets))
    if both:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda amount, _: f"${short(amount)}" if dollars else f"{amount:.6g}")


def _save(figure: Figure, path: Path) -> None:
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower(), {})
    figure.savefig(path, dpi=120, metadata=metadata)


def _at(xs: list[float], ys: list[float], x: float) -> float:
    """The height of a line on log axes."""
    right = next((number for number, other in enumerate(xs) if other >= x), len(xs) - 1)
    left = max(0, right - 1)
    if left == right:
        return ys[right]
    part = math.log(x / xs[left]) / math.log(xs[right] / xs[left])
    return float(ys[left] * (ys[right] / ys[left]) ** part)
