"""A Node.js package and what it depends on, as npm would install it for somebody else."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from .archive import read_folder
from .package import Package


class NpmError(Exception):
    """Npm is missing, or could not do its part."""


def packages_of_project(project: Path) -> list[Package]:
    """Return a project and its production dependencies; paths of files start from `node_modules`.

    The project itself is what `npm pack` would publish, its dependencies what its `package-lock.json` pins.

    Raises:
        NpmError: if there is no npm, no lock file, or npm fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        return [_packed(project, Path(folder)), *_dependencies(project, Path(folder))]


def pack(project: Path, folder: Path) -> Path:
    """Write the tarball that `npm publish` would send into a folder, and return its path.

    Raises:
        NpmError: if there is no npm, or it fails.
    """
    return folder / _npm("pack", "--silent", "--pack-destination", str(folder), cwd=project).strip()


def bundle_of_project(project: Path) -> bytes:
    """Return all of a project's code as one file, which its `build.mjs` makes.

    Raises:
        NpmError: if there is no Node.js, or it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        _run("node", "build.mjs", "layer", folder, cwd=project)
        return (Path(folder) / "index.js").read_bytes()


def bundle_for_pages(project: Path) -> bytes:
    """Return the SDK for browsers as one file, which a page takes as a module.

    Raises:
        NpmError: if there is no Node.js, its packages are not installed, or it fails.
    """
    program = (
        "import { bundle } from './build.mjs';"
        "await bundle({ index: 'src/index.js' }, process.argv[1], { splitting: false });"
    )
    with tempfile.TemporaryDirectory() as folder:
        _run("node", "--input-type=module", "--eval", program, folder, cwd=project)
        return (Path(folder) / "index.js").read_bytes()


def _packed(project: Path, folder: Path) -> Package:
    stated = json.loads((project / "package.json").read_text(encoding="utf-8"))
    files = {}
    with tarfile.open(pack(project, folder)) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content:
                files[member.name.replace("package", stated["name"], 1)] = content.read()
    return Package("npm", stated["name"], stated["version"], stated["license"], None, files)


def _dependencies(project: Path, folder: Path) -> list[Package]:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(project / name, folder)
    _npm("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-bin-links", cwd=folder)
    locked = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return [
        _dependency(folder, path, pinned["integrity"])
        for path, pinned in sorted(locked.items())
        if path and (folder / path).is_dir()
    ]


def _dependency(folder: Path, path: str, integrity: str) -> Package:
    stated = json.loads((folder / path / "package.json").read_text(encoding="utf-8"))
    below = path.removeprefix("node_modules/")
    files = {
        f"{below}/{name}": content
        for name, content in read_folder(folder / path).items()
        if not name.startswith("node_modules/")  # packages of their own
    }
    algorithm, _, digest = integrity.partition("-")
    hexadecimal = base64.b64decode(digest).hex()
    licence = stated.get("license", "none stated")
    return Package("npm", stated["name"], stated["version"], licence, (algorithm, hexadecimal), files)


def _npm(*arguments: str, cwd: Path) -> str:
    return _run("npm", *arguments, cwd=cwd)


def _run(program: str, *arguments: str, cwd: Path) -> str:
    found = shutil.which(program)
    if found is None:
        raise NpmError(f"{program} is missing: install Node.js 20 or later")
    done = subprocess.run([found, *arguments], cwd=cwd, check=False, capture_output=True, text=True)  # noqa: S603 the words are ours
    if done.returncode:
        raise NpmError(f"`{program} {arguments[0]}` failed in {cwd}:\n{done.stderr.strip()}")
    return done.stdout
