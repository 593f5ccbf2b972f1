"""Builds layers' zip files into a folder; the same sources give the same bytes, so what is there may stay."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from .bill import LicenceError
from .demo import BrowserDemo
from .layer import Layer, LayerTooLargeError, cryptography_layer, nodejs_layer, python_layer
from .npm import NpmError
from .package import DuplicateFileError
from .wheels import ARCHITECTURES, PYTHONS, Native, WheelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NATIVE = {
    Native(python, architecture).named("cryptography"): Native(python, architecture)
    for python in PYTHONS
    for architecture in ARCHITECTURES
}
_UNBUILT = {"__pycache__", "node_modules", "test", "conformance"}  # of an SDK's folder no layer has these
_BUILDER = Path(__file__).parent
#: All layers that are released.
RELEASED = ("python", "nodejs", *_NATIVE)
#: What the template names.
DEPLOYED = (*RELEASED, "browser-demo")
#: What can be built, by itself and in groups: `cryptography` is the one for this machine.
NAMES = ("python", "nodejs", "browser-demo", "cryptography", *_NATIVE)
#: Why a layer cannot be built.
FAILURES = (DuplicateFileError, LayerTooLargeError, LicenceError, NpmError, WheelError)


def build(
    names: Iterable[str], out: Path, root: Path, *, say: Callable[[str], None], stale_only: bool = False
) -> None:
    """Build layers and report their sizes and hashes.

    Args:
        names: of the `NAMES`.
        out: the folder for the zip files, which is made if it is not there.
        root: the repository, which the SDKs and the lock files are taken from.
        say: takes a line of the report.
        stale_only: leave alone what was built from the same sources.

    Raises:
        Exception: one of `FAILURES`; its message says what to do.
    """
    out.mkdir(parents=True, exist_ok=True)
    wanted = [layer_of(name, root) for name in names]
    if stale_only:
        wanted = [layer for layer in wanted if not _is_current(layer, out, root)]
    if wanted:
        say(f"{'layer':<30} {'zipped':>10} {'unpacked':>11} {'budget':>10}  SHA-256")
    for layer in wanted:
        say(_built(layer, out, root))


def layer_of(name: str, root: Path) -> Layer | BrowserDemo:
    """Return the layer of one of the `NAMES`."""
    if name == "python":
        return python_layer(root)
    if name == "nodejs":
        return nodejs_layer(root)
    if name == "browser-demo":
        return BrowserDemo(root)
    return cryptography_layer(root, _NATIVE.get(name) or Native.local())


def _built(layer: Layer | BrowserDemo, out: Path, root: Path) -> str:
    built = layer.build()
    (out / f"{layer.name}.zip").write_bytes(built.content)
    (out / f"{layer.name}.sources").write_text(_digest_of_sources(layer, root))
    sizes = f"{len(built.content):>10,} {built.unpacked_bytes:>11,} {layer.budget_bytes:>10,}"
    return f"{layer.name + '.zip':<30} {sizes}  {built.sha256[:16]}"


def _is_current(layer: Layer | BrowserDemo, out: Path, root: Path) -> bool:
    noted = out / f"{layer.name}.sources"
    zipped = out / f"{layer.name}.zip"
    return zipped.exists() and noted.exists() and noted.read_text() == _digest_of_sources(layer, root)


def _digest_of_sources(layer: Layer | BrowserDemo, root: Path) -> str:
    digest = hashlib.sha256()
    for base, source in [*((root, source) for source in layer.sources), (_BUILDER, _BUILDER)]:
        for file in sorted(source.rglob("*")) if source.is_dir() else [source]:
            path = file.relative_to(base)
            if file.is_file() and not _UNBUILT.intersection(path.parts):
                digest.update(f"{path}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
