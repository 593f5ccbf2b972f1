"""Figures of kind `size`: the zip files of the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.results import Outcome
from benchmarks.worker import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.figures import Figure

BUILT = FOLDER.parent / "build" / "layers"


def measure(figure: Figure, folder: Path = BUILT) -> Outcome:
    """Return the size of a layer, in bytes, as the only round."""
    path = folder / figure.ours
    if not path.is_file():
        return Outcome(figure, why=f"{path} is not built: nox -s layers")
    return Outcome(figure, [{figure.ours: path.stat().st_size}])
