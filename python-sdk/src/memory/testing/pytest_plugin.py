"""A pytest plugin: the fixture `memory_cloud`.

A `conftest.py` takes it with `pytest_plugins = ["memory.testing.pytest_plugin"]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memory.testing import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def memory_cloud() -> Iterator[Cloud]:
    """Give a cloud in memory, empty and with a single point of presence, for one test."""
    with Cloud() as cloud:
        yield cloud
