"""SDKs made for a test: folders with a driver of a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import toy
from conformance.home import REPOSITORY
from history.run import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.sdk import Sdk


@pytest.fixture
def add_sdk(tmp_path: Path) -> Callable[..., Sdk]:
    """Add an SDK to the folder of the test: its name and its driver's source, or a fault of the toy."""

    def add(name: str, source: str = "", *, fault: str = "pass") -> Sdk:
        return toy.add_sdk(tmp_path, name, source, fault=fault)

    return add


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Deploy the template once, on a cloud with three points of presence and a clock that drivers follow."""
    with staged(REPOSITORY) as stage:
        yield stage
