"""What a driver is asked that has only the edge: the browser profile (section 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .scenarios import reader_steps, roles
from .vectors import Kind

if TYPE_CHECKING:
    from .driver import Driver
    from .vectors import Vector

FEATURE = "browser"
_READS = frozenset({"get", "entry", "get_many"})
_OF_ITS_OWN = frozenset({Kind.CONFIGURATION, Kind.SIGNATURE, Kind.ENDPOINT, Kind.CALL, Kind.REFUSED_CALL})


def asks(vector: Vector, driver: Driver) -> bool:
    """Whether a driver is asked a vector that needs no store: not about what its profile has not."""
    return FEATURE not in driver.features or vector.kind not in _OF_ITS_OWN


def pairs(vector: Vector, writer: Driver, reader: Driver) -> bool:
    """Whether a pair does a scenario: who has only the edge reads, and only what needs no read of S3 by the reader."""
    if FEATURE in writer.features and "writer" in roles(vector):
        return False
    if FEATURE not in reader.features or "reader" not in roles(vector):
        return True
    steps = reader_steps(vector)
    return not vector.needs_origin and all(
        step["do"] in _READS and "consistent" not in step for step in steps
    )
