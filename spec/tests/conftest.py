"""SDKs made for a test: folders with a driver of a few lines."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
import toy
from conformance.home import REPOSITORY
from conformance.sdk import storing
from history.run import Stage, staged
from people import People

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.driver import Driver
    from conformance.sdk import Sdk

_services = itertools.count()


@pytest.fixture
def add_sdk(tmp_path: Path) -> Callable[..., Sdk]:
    """Add an SDK to the folder of the test: its name and its driver's source, or a fault of the toy."""

    def add(name: str, source: str = "", *, fault: str = "pass") -> Sdk:
        return toy.add_sdk(tmp_path, name, source, fault=fault)

    return add


@pytest.fixture(scope="module")
def drivers(stage: Stage) -> Iterator[dict[str, Driver]]:
    """Start every SDK, for tests that ask them by name."""
    with stage.drivers(storing(REPOSITORY)) as drivers:
        yield {driver.sdk.name: driver for driver in drivers}


@pytest.fixture(params=[sdk.name for sdk in storing(REPOSITORY)])
def people(request: pytest.FixtureRequest, stage: Stage, drivers: dict[str, Driver]) -> Iterator[People]:
    """Objects of all SDKs in a service of their own; each SDK is once the one that reads."""
    yield People(stage, drivers, request.param, f"people-{next(_services)}")
    stage.cloud.faults.clear()
    stage.cloud.roam(0)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Deploy the template once, on a cloud with three points of presence and a clock that drivers follow."""
    with staged(REPOSITORY) as stage:
        yield stage
