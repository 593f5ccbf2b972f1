"""SDKs made for a test: folders with a driver of a few lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conformance.sdk import Sdk, find
from history.run import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).resolve().parents[2]

# A whole SDK: the Python one under another name. `fault` may change each reply before it is sent.
TOY = """
import json, os, sys, time
sys.path.insert(0, {drivers!r})
import driver
for line in sys.stdin:
    request = json.loads(line)
    reply = driver.answer(request)
    if request["op"] == "start":
        reply["sdk"] = "toy"
    {fault}
    print(json.dumps({{"id": request["id"], **reply}}), flush=True)
"""


@pytest.fixture
def add_sdk(tmp_path: Path) -> Callable[..., Sdk]:
    """Add an SDK to the folder of the test: its name and its driver's source, or a fault of the toy."""

    def add(name: str, source: str = "", *, fault: str = "pass") -> Sdk:
        folder = tmp_path / f"{name}-sdk"
        (folder / "conformance").mkdir(parents=True)
        own = json.loads((REPOSITORY / "python-sdk" / "conformance" / "driver.json").read_text())
        described = {**own, "name": name, "command": ["python3", "-B", "conformance/driver.py"]}
        (folder / "conformance" / "driver.json").write_text(json.dumps(described))
        toy = TOY.format(drivers=str(REPOSITORY / "python-sdk" / "conformance"), fault=fault)
        (folder / "conformance" / "driver.py").write_text(source or toy)
        return next(sdk for sdk in find(tmp_path) if sdk.name == name)

    return add


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Deploy the template once, on a cloud with three points of presence and a clock that drivers follow."""
    with staged(REPOSITORY) as stage:
        yield stage
