"""A copy of an SDK, to be broken."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
# With what Python has compiled, which it takes where the source is as old: a driver starts in half the time.
_LEFT_BEHIND = shutil.ignore_patterns("node_modules", ".*_cache", ".hypothesis")


@contextmanager
def mutant(folder: str) -> Iterator[Path]:
    """Give the root of a tree that holds a copy of an SDK's folder, and beside it what its tests look for."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        root = Path(name)
        shutil.copytree(ROOT / folder, root / folder, ignore=_LEFT_BEHIND)
        (root / "spec").symlink_to(ROOT / "spec")
        packages = ROOT / folder / "node_modules"
        if packages.exists():
            (root / folder / "node_modules").symlink_to(packages)
        if folder == "browser-sdk":
            (root / "nodejs-sdk").symlink_to(ROOT / "nodejs-sdk")  # whose core it bundles
        yield root
