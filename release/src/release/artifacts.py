"""What is released, built into one folder: layers, the application, the packages for Python and Node.js."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.demo import BrowserDemo
from layers.layer import Layer, cryptography_layer, nodejs_layer, python_layer
from layers.npm import pack
from layers.wheels import ARCHITECTURES, PYTHONS, Native

from infra import package

from .errors import ReleaseError
from .version import LISTING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

ALL_NATIVE = tuple(Native(python, architecture) for python in PYTHONS for architecture in ARCHITECTURES)


@dataclass(frozen=True)
class Artifacts:
    """The folder with what is released."""

    folder: Path

    def obstacles(self, version: str) -> list[str]:
        """Return what keeps these from being published as a version; nothing if they are that version's."""
        files = [path.name for path in self.folder.glob("*/sdk*")]
        advice = "build them with `python3 noxfile.py -s release`"
        if not files:
            return [f"nothing is built in {self.folder}: {advice}"]
        others = sorted(name for name in files if version not in re.split(r"-(?=\d)|-py3|\.tar|\.tgz", name))
        return [f"{self.folder} holds another version: {', '.join(others)}: {advice}"] if others else []

    @property
    def natives(self) -> list[Native]:
        """The Pythons and architectures that layers with native code were built for."""
        built = {path.stem for path in (self.folder / "layers").glob("*.zip")}
        return [native for native in ALL_NATIVE if native.named("cryptography") in built]

    def layer(self, name: str) -> bytes:
        """Return the zip file of a layer."""
        return self._read(f"layers/{name}.zip")

    @property
    def template(self) -> Path:
        """The template; the code that it names lies beside it."""
        return self.folder / "application" / "template.json"

    @property
    def readme(self) -> str:
        """The application's page in the repository."""
        return self._read("application/README.md").decode()

    @property
    def licence(self) -> str:
        """The text of the licence."""
        return self._read("application/LICENSE").decode()

    @property
    def python(self) -> list[Path]:
        """The wheel and the source distribution."""
        return sorted((self.folder / "python").iterdir())

    @property
    def nodejs(self) -> Path:
        """The tarball for npm."""
        [tarball] = (self.folder / "nodejs").glob("*.tgz")
        return tarball

    def _read(self, name: str) -> bytes:
        path = self.folder / name
        if not path.is_file():
            raise ReleaseError(f"{path} is not there: build it with `python3 noxfile.py -s release`")
        return path.read_bytes()


def build(root: Path, folder: Path, natives: Sequence[Native] = ALL_NATIVE) -> Artifacts:
    """Build everything into a folder, whose former content is removed; `SHA256SUMS` lists what it holds.

    Args:
        root: the repository.
        folder: where to build.
        natives: for which Pythons and architectures to build the layer with native code. The template's is needed.

    Raises:
        ReleaseError: a part could not be built. What builds layers raises errors of its own.
    """
    shutil.rmtree(folder, ignore_errors=True)
    layers: list[Layer | BrowserDemo] = [
        python_layer(root),
        nodejs_layer(root),
        *(cryptography_layer(root, native) for native in natives),
        BrowserDemo(root),
    ]
    _build_layers(layers, folder / "layers")
    _build_application(root, folder)
    _build_python(root / "python-sdk", folder / "python")
    (folder / "nodejs").mkdir()
    pack(root / "nodejs-sdk", folder / "nodejs")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = (
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
    )
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    return Artifacts(folder)


def _build_layers(layers: Iterable[Layer | BrowserDemo], folder: Path) -> None:
    folder.mkdir(parents=True)
    for layer in layers:
        (folder / f"{layer.name}.zip").write_bytes(layer.build().content)


def _build_application(root: Path, folder: Path) -> None:
    """Write the template with its code beside it: `sam deploy` takes it as it is, and so does publishing."""
    application = folder / "application"
    application.mkdir()

    def store(key: str, content: bytes) -> str:
        (application / key).write_bytes(content)
        return key

    def built(path: Path) -> Path:
        return folder / "layers" / path.name if path.suffix == ".zip" else path

    template = package(root / "infra" / "template.yaml", store, locate=built)
    listing = template["Metadata"][LISTING]
    readme = (root / "infra" / listing["ReadmeUrl"]).read_text(encoding="utf-8") + _parameters(template)
    (application / "README.md").write_text(readme, encoding="utf-8")
    (application / "LICENSE").write_bytes((root / "infra" / listing["LicenseUrl"]).read_bytes())
    listing.update(ReadmeUrl="README.md", LicenseUrl="LICENSE")
    (application / "template.json").write_text(json.dumps(template, indent=2) + "\n", encoding="utf-8")


def _parameters(template: dict[str, Any]) -> str:
    lines = []
    for name, parameter in template["Parameters"].items():
        default = f"`{parameter['Default']}`" if str(parameter.get("Default", "")) else ""
        lines.append(f"| `{name}` | {default} | {parameter['Description'].strip()} |\n")
    return "".join(lines)


def _build_python(project: Path, folder: Path) -> None:
    _run("build", "--no-isolation", "--outdir", str(folder), str(project))
    _run("twine", "check", "--strict", *(str(path) for path in sorted(folder.iterdir())))


def _run(module: str, *arguments: str) -> None:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 the words are ours
    if done.returncode:
        raise ReleaseError(f"`python -m {module}` failed:\n{done.stdout}{done.stderr}".rstrip())
