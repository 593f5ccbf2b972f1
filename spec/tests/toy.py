"""A toy SDK: a folder with a driver that is the Python one under another name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.home import REPOSITORY
from conformance.sdk import Sdk, find

if TYPE_CHECKING:
    from pathlib import Path

# `fault` may change each reply before it is sent.
_DRIVER = """
import json, os, sys, time
sys.path.insert(0, {drivers!r})
import driver
for line in sys.stdin:
    request = json.loads(line)
    reply = driver.answer(request)
    if request["op"] == "start":
        reply["sdk"] = {name!r}
    {fault}
    print(json.dumps({{"id": request["id"], **reply}}), flush=True)
"""


def add_sdk(root: Path, name: str, source: str = "", *, fault: str = "pass", home: Path = REPOSITORY) -> Sdk:
    """Add an SDK to a folder.

    Args:
        root: the folder.
        name: the SDK's.
        source: its driver's, instead of the toy's.
        fault: what the toy does with each reply.
        home: the clone whose Python SDK it is.
    """
    python = home / "python-sdk" / "conformance"
    folder = root / f"{name}-sdk" / "conformance"
    folder.mkdir(parents=True)
    described = {
        **json.loads((python / "driver.json").read_text()),
        "name": name,
        "command": ["python3", "-B", "conformance/driver.py"],
    }
    (folder / "driver.json").write_text(json.dumps(described))
    (folder / "driver.py").write_text(source or _DRIVER.format(drivers=str(python), name=name, fault=fault))
    return next(sdk for sdk in find(root) if sdk.name == name)
