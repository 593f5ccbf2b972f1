"""The layers: what each holds, and how large it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .archive import read_folder, zip_files
from .npm import files_of_package
from .wheels import Native, files_of_wheels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


_UNUSED_AT_RUN_TIME = (".md", ".d.ts", ".d.mts")


class LayerTooLargeError(Exception):
    """A layer outgrew its budget: each byte of it is loaded whenever a function starts."""


@dataclass(frozen=True)
class Built:
    """A layer as a zip file."""

    content: bytes
    unpacked_bytes: int


@dataclass(frozen=True)
class Layer:
    """What makes a layer.

    Attributes:
        name: the zip file's name without `.zip`.
        files: returns its files by their path below `/opt`.
        budget_bytes: the most its zip file may have.
    """

    name: str
    files: Callable[[], Mapping[str, bytes]]
    budget_bytes: int

    def build(self) -> Built:
        """Return the zip file, the same bytes each time.

        Raises:
            LayerTooLargeError: if it is larger than its budget.
        """
        files = self.files()
        built = Built(zip_files(files), sum(len(content) for content in files.values()))
        if len(built.content) > self.budget_bytes:
            raise LayerTooLargeError(
                f"{self.name}.zip has {len(built.content):,} bytes, its budget is {self.budget_bytes:,}: "
                "find out what grew, or raise the budget in lambda_layers/layer.py and say why"
            )
        return built


def python_layer(root: Path) -> Layer:
    """Return the layer with the Python SDK and requests: one for every Python and architecture."""

    def files() -> dict[str, bytes]:
        sdk = read_folder(root / "python-sdk" / "src" / "memory")
        memory = {f"memory/{name}": content for name, content in sdk.items()}
        memory["memory/LICENSE"] = (root / "LICENSE").read_bytes()
        return _below("python", {**files_of_wheels(root / "layers" / "python.txt"), **memory})

    return Layer("python", files, budget_bytes=550_000)


def nodejs_layer(root: Path) -> Layer:
    """Return the layer with the Node.js SDK: one for every Node.js and architecture."""

    def files() -> dict[str, bytes]:
        modules = files_of_package(root / "nodejs-sdk")
        # Who reads documentation or types has the package itself; a function has to load what it never reads.
        modules = {
            name: content for name, content in modules.items() if not name.endswith(_UNUSED_AT_RUN_TIME)
        }
        licence = {"sdk-memory-service/LICENSE": (root / "LICENSE").read_bytes()}
        return _below("nodejs/node_modules", {**modules, **licence})

    return Layer("nodejs", files, budget_bytes=100_000)


def cryptography_layer(root: Path, native: Native) -> Layer:
    """Return the layer that private reads in Python need besides, for one Python and architecture."""

    def files() -> dict[str, bytes]:
        return _below("python", files_of_wheels(root / "layers" / "cryptography.txt", native))

    return Layer(f"cryptography-{native.python}-{native.architecture}", files, budget_bytes=6_000_000)


def _below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}
