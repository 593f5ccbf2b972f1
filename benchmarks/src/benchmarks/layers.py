"""The layers: how large their zip files are, and how they are unpacked for fresh processes."""

from __future__ import annotations

import compileall
import os
import platform
import shutil
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from benchmarks.errors import BenchmarkError
from benchmarks.results import Outcome
from benchmarks.worker import FOLDER

if TYPE_CHECKING:
    from benchmarks.figure import Figure

BUILT = FOLDER.parent / "build" / "layers"
_CRYPTOGRAPHY = f"cryptography-{sys.version_info.major}.{sys.version_info.minor}-{platform.machine()}.zip"
# What is measured beside the SDK, as somebody would put it into a layer.
_REQUESTS = ("requests", "urllib3", "certifi", "charset_normalizer", "idna")
_BOTO3 = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py")


def measure(figure: Figure, folder: Path = BUILT) -> Outcome:
    """Return the size of a layer, in bytes, as the only round."""
    path = folder / figure.ours
    if not path.is_file():
        return Outcome(figure, why=f"{path} is not built: nox -s layers")
    return Outcome(figure, [{figure.ours: path.stat().st_size}])


def unpack(folder: Path) -> dict[str, str]:
    """Unpack the layers, and the peers, as Lambda has them: without bytecode, where nobody can write any.

    Returns:
        The environment variables with which the programs of fresh cases take what is measured from there.
    """
    for name in ("python.zip", "nodejs.zip", _CRYPTOGRAPHY):
        if not (BUILT / name).is_file():
            raise BenchmarkError(f"{BUILT / name} is not built: nox -s layers")
        with zipfile.ZipFile(BUILT / name) as archive:
            archive.extractall(folder)
    installed, peers = Path(requests.__file__).parents[1], folder / "peers"
    peers.mkdir()
    for name in (*_REQUESTS, *_BOTO3):
        source, target = installed / name, peers / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    compileall.compile_dir(FOLDER / "python", quiet=1)  # the programs themselves are on neither side
    return {
        "PYTHONPATH": os.pathsep.join([str(folder / "python"), str(peers)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SDK": str(folder / "nodejs" / "node_modules" / "sdk-memory-service"),
    }
