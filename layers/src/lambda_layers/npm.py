"""A Node.js package and what it depends on, as npm would install it for somebody else."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from .archive import read_folder


class NpmError(Exception):
    """Npm is missing, or could not do its part."""


def files_of_package(package: Path) -> dict[str, bytes]:
    """Return a `node_modules` with a package and its production dependencies, by the path of each file in it.

    The package itself is what `npm pack` would publish, its dependencies what its `package-lock.json` pins.

    Raises:
        NpmError: if there is no npm, no lock file, or npm fails.
    """
    name = json.loads((package / "package.json").read_text(encoding="utf-8"))["name"]
    with tempfile.TemporaryDirectory() as folder:
        published = {f"{name}/{path}": content for path, content in _pack(package, Path(folder)).items()}
        return {**_dependencies(package, Path(folder)), **published}


def _pack(package: Path, folder: Path) -> dict[str, bytes]:
    _npm("pack", "--silent", "--pack-destination", str(folder), cwd=package)
    files = {}
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content:
                files[member.name.removeprefix("package/")] = content.read()
    return files


def _dependencies(package: Path, folder: Path) -> dict[str, bytes]:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(package / name, folder)
    _npm("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-bin-links", cwd=folder)
    modules = folder / "node_modules"
    if not modules.exists():  # it has no dependency
        return {}
    # npm's note to itself, which names the place it fetched from
    return {name: content for name, content in read_folder(modules).items() if name != ".package-lock.json"}


def _npm(*arguments: str, cwd: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NpmError("npm is missing: install Node.js 20 or later")
    done = subprocess.run([npm, *arguments], cwd=cwd, check=False, capture_output=True, text=True)  # noqa: S603 the words are ours
    if done.returncode:
        raise NpmError(f"`npm {arguments[0]}` failed in {cwd}:\n{done.stderr.strip()}")
