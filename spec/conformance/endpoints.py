"""Where requests go: what a driver is asked of an environment, and the files that the environment names."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import home
from .answers import equal
from .vectors import DISTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .answers import Answer, Message
    from .vectors import Vector

MEMBERS = ("url", "region", "proxy", "authorities", "extra_authorities", "signed_by")
_LEAST = {"DISTRIBUTION": DISTRIBUTION, "BUCKET_NAME": "values"}


def request(vector: Vector) -> Message:
    """Return what a driver is asked: where one kind of request goes in an environment.

    The environment always names the two files of profiles, so that nobody's own are read.
    """
    members = vector.members
    files = {
        "AWS_CONFIG_FILE": _profiles(members.get("config")),
        "AWS_SHARED_CREDENTIALS_FILE": _profiles(members.get("credentials")),
    }
    return {
        "op": "endpoint",
        "target": members["endpoint"],
        "conf": {**_LEAST, **members.get("conf", {})},
        "environment": _filled({**files, **members["environment"]}),
        **({"signed_by": True} if "credentials" in vector.requires else {}),
    }


def judge(vector: Vector, answer: Answer) -> None:
    """Judge where the requests go, or why nowhere.

    Raises:
        FailureError: It is otherwise than the vector says.
    """
    members = vector.members
    if answer.refuses(members):
        answer.check_names(members["names"])
        return
    expected = _filled({member: members[member] for member in MEMBERS if member in members})
    answer.check_success(expected)
    equal(expected, {member: answer.message.get(member) for member in expected})


def _filled(told: Mapping[str, Any]) -> dict[str, Any]:
    stands = {f"${name}": str(path) for name, path in _files().items()}
    return {
        name: stands.get(value, value) if isinstance(value, str) else value for name, value in told.items()
    }


def _profiles(lines: list[str] | None) -> str:
    """Return the path of a file with these lines; without any there is no file."""
    if lines is None:
        return str(_folder() / "missing")
    text = "".join(f"{_with_files(line)}\n" for line in lines)
    path = _folder() / f"profiles-{len(list(_folder().iterdir()))}"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _with_files(line: str) -> str:
    for name, path in _files().items():
        line = line.replace(f"${name}", str(path))
    return line


@functools.cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="endpoints-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@functools.cache
def _files() -> dict[str, Path]:
    """Make what vectors name: two files with a certificate, one without, and one that is not there."""
    certificate = (home.VECTORS / "endpoints" / "authority.crt").read_text(encoding="ascii")
    files = {"CA_1": certificate, "CA_2": certificate, "NO_CA": "no certificate\n"}
    for name, text in files.items():
        (_folder() / f"{name}.pem").write_text(text, encoding="ascii")
    return {name: _folder() / f"{name}.pem" for name in (*files, "NO_FILE")}
