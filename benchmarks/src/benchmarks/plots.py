"""The growth curves as pictures: one file for each curve, both languages side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

_STYLES = {"ours": "#0b6e4f", "peer": "#b0413e", "beside": "#3d5a80"}
_MILLISECOND = 1e6  # nanoseconds


def draw(folder: Path, results: Mapping[str, Any]) -> None:
    """Write the plots of a run, and remove those of earlier ones.

    Args:
        folder: Where the SVG files go.
        results: What `results.json` holds.
    """
    # Loaded here: it takes a second, and whoever measures one figure draws nothing.
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    # The same numbers give the same file.
    mpl.rcParams.update({"svg.hashsalt": "memory-service", "svg.fonttype": "none", "font.size": 9})
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for name, pair in _pairs(results["curves"]).items():
        figure, axes = plt.subplots(1, len(pair), figsize=(4.5 * len(pair), 3.2), squeeze=False, sharey=True)
        for axis, curve in zip(axes[0], pair, strict=True):
            _panel(axis, curve)
        axes[0][0].set_ylabel("milliseconds")
        figure.suptitle(pair[0]["title"])
        figure.tight_layout()
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
        plt.close(figure)


def _pairs(curves: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the curves that have points by what grows, Python's before Node's."""
    pairs: dict[str, list[Mapping[str, Any]]] = {}
    for curve in curves:
        if curve["points"]:
            pairs.setdefault(curve["id"].rpartition("/")[2], []).append(curve)
    return pairs


def _panel(axis: Axes, curve: Mapping[str, Any]) -> None:
    labels = {"ours": "SDK", "peer": curve["peer"], "beside": f"SDK, {curve['beside']}"}
    for what, color in _STYLES.items():
        points = [(point["at"], point[what]) for point in curve["points"] if what in point]
        if not points:
            continue
        at = [x for x, _ in points]
        for edge in ("low", "high"):
            axis.plot(
                at,
                [found[edge] / _MILLISECOND for _, found in points],
                color=color,
                alpha=0.25,
                linewidth=0.7,
            )
        middle = [found["nanoseconds"] / _MILLISECOND for _, found in points]
        axis.plot(
            at, middle, color=color, label=labels[what], marker=".", linestyle="--" if what == "peer" else "-"
        )
    axis.set(xscale="log", yscale="log", xlabel=curve["x"])
    axis.set_title("Python" if curve["id"].startswith("python/") else "Node", fontsize=9)
    axis.grid(visible=True, alpha=0.3)
    axis.legend(fontsize=7)
