"""The Python packages of a layer, as the wheels that their authors published."""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

#: Lambda's names of the architectures, and Linux's.
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
#: What runs on Amazon Linux 2023, the system of the runtimes from Python 3.12 on, which has glibc 2.34
#: ("Lambda runtimes" in the developer guide).
_GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")


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


class WheelError(Exception):
    """The wheels of a lock file could not be had, or hold what a layer cannot."""


def files_of_wheels(lock: Path, native: Native | None = None) -> dict[str, bytes]:
    """Return the files of the packages that a lock file pins with their hashes, by their path on `sys.path`.

    Nothing is installed: what pip would write, such as scripts and records of them, differs from machine to
    machine.

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
        files: dict[str, bytes] = {}
        for wheel in sorted(Path(folder).iterdir()):
            _add(wheel, files)
        return files


def _add(wheel: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith("/"):
                continue
            if name.partition("/")[0].endswith(".data"):
                raise WheelError(f"{wheel.name} wants to put {name} outside of sys.path")
            if name in files:
                raise WheelError(f"{wheel.name} has {name}, and another package as well")
            files[name] = archive.read(name)
