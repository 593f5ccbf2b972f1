from __future__ import annotations

import random

import pytest
from fake_figures import FakeFigures


@pytest.fixture
def fake() -> FakeFigures:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    return FakeFigures(seed)
