"""A local cloud that every test of this folder uses, as the account of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from acceptance_run.account import Account
from acceptance_run.surroundings import exported, started_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_cloud import LocalCloud


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    with started_here() as cloud:
        yield cloud


@pytest.fixture
def account(cloud: LocalCloud) -> Iterator[Account]:
    with exported(cloud.environment()):
        yield Account()
