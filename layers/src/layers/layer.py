"""The layers: what each holds, and how large it may be."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import tomli

from .archive import read_folder, zip_files
from .bill import bill_of_materials, licence_list
from .npm import bundle_of_project, packages_of_project
from .package import Package, files_of
from .python_source import at_run_time
from .wheels import Native, packages_of_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


_VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
#: What the packages of the layer with native code are under, and what that code holds, OpenSSL among it.
CRYPTOGRAPHY_LICENCES = "Apache-2.0 AND BSD-3-Clause AND MIT AND MIT-0 AND PSF-2.0 AND Unicode-3.0"
_ELSEWHERE = re.compile(r"/testing/|^memory/_admin\.py$|/py\.typed$")  # what no function uses
_UNUSED_AT_RUN_TIME = (".md", ".d.ts", ".d.mts")


class LayerTooLargeError(Exception):
    """A layer outgrew its budget: each byte of it is loaded whenever a function starts."""


@dataclass(frozen=True)
class Built:
    """A layer as a zip file."""

    content: bytes
    unpacked_bytes: int

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the zip file, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Layer:
    """What makes a layer.

    Attributes:
        name: the zip file's name without `.zip`.
        folder: where below `/opt` its packages are.
        packages: returns what it holds.
        budget_bytes: the most its zip file may have.
        sources: the files and folders that it is built from.
    """

    name: str
    folder: str
    packages: Callable[[], list[Package]]
    budget_bytes: int
    sources: tuple[Path, ...]

    def build(self) -> Built:
        """Return the zip file, the same bytes each time.

        Beside the packages it holds `sbom/<name>.cdx.json`, a bill of materials, and `sbom/<name>.licences.txt`.

        Raises:
            LayerTooLargeError: if it is larger than its budget.
        """
        packages = self.packages()
        files = {f"{self.folder}/{path}": content for path, content in files_of(packages).items()}
        files[f"sbom/{self.name}.cdx.json"] = bill_of_materials(self.name, packages)
        files[f"sbom/{self.name}.licences.txt"] = licence_list(self.name, self.folder, packages)
        built = Built(zip_files(files), sum(len(content) for content in files.values()))
        if len(built.content) > self.budget_bytes:
            raise LayerTooLargeError(
                f"{self.name}.zip has {len(built.content):,} bytes, its budget is {self.budget_bytes:,}: "
                "find out what grew, or raise the budget in layers/layer.py and say why"
            )
        return built


def python_layer(root: Path) -> Layer:
    """Return the layer with the Python SDK, which needs nothing else: one for every Python and architecture."""

    def packages() -> list[Package]:
        return [_python_sdk(root)]

    sources = (root / "python-sdk" / "src", root / "python-sdk" / "pyproject.toml", root / "LICENSE")
    # 99,956 here; another zlib needs up to a hundredth more.
    return Layer("python", "python", packages, budget_bytes=101_000, sources=sources)


def nodejs_layer(root: Path) -> Layer:
    """Return the layer with the Node.js SDK, in one file: one for every Node.js and architecture."""

    def packages() -> list[Package]:
        sdk, *dependencies = packages_of_project(root / "nodejs-sdk")
        return [_bundled(sdk, root / "nodejs-sdk"), *(_run_time(package) for package in dependencies)]

    sources = (root / "nodejs-sdk",)
    return Layer("nodejs", "nodejs/node_modules", packages, budget_bytes=100_000, sources=sources)


def cryptography_layer(root: Path, native: Native) -> Layer:
    """Return the layer that private reads in Python need besides, for one Python and architecture."""

    def packages() -> list[Package]:
        return packages_of_lock(root / "layers" / "cryptography.txt", native)

    sources = (root / "layers" / "cryptography.txt",)
    return Layer(native.named("cryptography"), "python", packages, budget_bytes=6_000_000, sources=sources)


def _bundled(package: Package, project: Path) -> Package:
    """Return the package with all that its code requires in one file: fifty take a cold function twice as long."""
    kept = {f"{package.name}/{name}" for name in ("index.mjs", "package.json")} | set(package.licence_files())
    files = {path: content for path, content in package.files.items() if path in kept}
    files[f"{package.name}/index.js"] = bundle_of_project(project)
    return replace(package, files=files)


def _run_time(package: Package) -> Package:
    """Return the package without documentation and types: a function has to load what it never reads."""
    files = {
        path: content
        for path, content in package.files.items()
        if path in package.licence_files() or not path.endswith(_UNUSED_AT_RUN_TIME)
    }
    return replace(package, files=files)


def _as_run(name: str, content: bytes) -> bytes:
    return at_run_time(content.decode()).encode() if name.endswith(".py") else content


def _python_sdk(root: Path) -> Package:
    project = tomli.loads((root / "python-sdk" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    source = read_folder(root / "python-sdk" / "src")
    [version] = _VERSION.findall(source["memory/_version.py"].decode())
    # On Lambda nobody tests, checks types or looks after a bucket: what is for that is not there, as in Node's layer.
    files = {name: _as_run(name, content) for name, content in source.items() if not _ELSEWHERE.search(name)}
    files["memory/LICENSE"] = (root / "LICENSE").read_bytes()
    return Package("pypi", project["name"], version, project["license"], None, files)
