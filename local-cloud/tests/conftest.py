"""One engine for all tests: it starts in half a second and each test deploys under a name of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local_cloud import LocalCloud

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud.start(variables={"COLOUR": "green"}) as started:
        yield started
