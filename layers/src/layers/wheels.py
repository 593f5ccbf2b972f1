"""The Python packages of a layer, as the wheels that their authors published."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from .package import Package

#: Lambda's names of the architectures, and Linux's.
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
#: What runs everywhere: Python 3.10 and 3.11 are on Amazon Linux 2, which has glibc 2.26, the later ones on Amazon
#: Linux 2023 with 2.34 ("Lambda runtimes" in the developer guide). Both names say glibc 2.17.
_GLIBC = ("manylinux_2_17", "manylinux2014")
#: The runtimes that a layer can be built for. Which of them Lambda still offers is the template's business.
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
ARCHITECTURES = tuple(_MACHINES)
_ZIP = re.compile(rf"(?P<package>.+)-3\.\d+-({'|'.join(ARCHITECTURES)})\.zip")


@dataclass(frozen=True)
class Native:
    """A Python minor version such as `3.13` and one of Lambda's architectures, `x86_64` or `arm64`."""

    python: str
    architecture: str

    @classmethod
    def local(cls) -> Native:
        """Return what this process runs on."""
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        architectures = {machine: name for name, machine in _MACHINES.items()}
        return cls(python, architectures.get(platform.machine(), platform.machine()))

    def named(self, package: str) -> str:
        """Return the name of a layer with native code for this, as the template and the zip file have it."""
        return f"{package}-{self.python}-{self.architecture}"

    def stand_in(self, path: Path) -> Path:
        """Return the zip file for this beside one for another Python or architecture; other paths as they are."""
        match = _ZIP.fullmatch(path.name)
        return path.with_name(f"{self.named(match['package'])}.zip") if match else path

    def options(self) -> list[str]:
        """Return what tells pip to take wheels for this.

        Raises:
            ValueError: if Lambda has no such architecture.
        """
        if self.architecture not in _MACHINES:
            raise ValueError(
                f"Lambda has no architecture {self.architecture}: take one of {', '.join(_MACHINES)}"
            )
        platforms = [f"--platform={glibc}_{_MACHINES[self.architecture]}" for glibc in _GLIBC]
        return ["--implementation=cp", f"--python-version={self.python}", *platforms]


#: Takes wheels without native code, also where faster ones exist: they run on every Python and architecture.
_PURE = ["--implementation=py", "--abi=none", "--platform=any"]
#: What nothing reads that runs on Lambda: pip's notes for removing a package, and what type checkers read.
_UNUSED = re.compile(r"[^/]+\.dist-info/(RECORD|top_level\.txt)|.+\.pyi|.+/py\.typed")


class WheelError(Exception):
    """The wheels of a lock file could not be had, or hold what a layer cannot."""


def packages_of_lock(lock: Path, native: Native | None = None) -> list[Package]:
    """Return the packages that a lock file pins with their hashes; paths of files start from `sys.path`.

    Nothing is installed: what pip would write, such as scripts and records of them, differs from machine to
    machine. Left out is what nothing reads that runs on Lambda, and the long descriptions in `METADATA`.

    Args:
        lock: requirements with hashes, complete: dependencies of theirs are not looked for.
        native: the Python and architecture to take native code for; None takes none.

    Raises:
        WheelError: if pip cannot fetch them, or one wants files elsewhere than on `sys.path`.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = native.options() if native else _PURE
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += ["--only-binary=:all:", "--require-hashes", "--dest", folder, "-r", str(lock), *options]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 the words are ours
        if done.returncode:
            raise WheelError(f"pip could not fetch the packages of {lock}:\n{done.stderr.strip()}")
        return [_package(wheel) for wheel in sorted(Path(folder).iterdir())]


def _package(wheel: Path) -> Package:
    files = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.partition("/")[0].endswith(".data"):
                raise WheelError(f"{wheel.name} wants to put {name} outside of sys.path")
            if not name.endswith("/") and not _UNUSED.fullmatch(name):
                files[name] = archive.read(name)
    [path] = [name for name in files if name.endswith(".dist-info/METADATA")]
    files[path] = files[path].partition(b"\n\n")[0] + b"\n\n"  # the description follows the headers
    stated = BytesHeaderParser().parsebytes(files[path])
    return Package(
        ecosystem="pypi",
        name=stated["Name"],
        version=stated["Version"],
        licence=stated["License-Expression"] or stated["License"] or "none stated",
        digest=("sha256", hashlib.sha256(wheel.read_bytes()).hexdigest()),
        files=files,
    )
