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
_KEYS = frozenset(  # of a reader's configuration that a step changes (WEB-1)
    {"DISTRIBUTION", "EDGE_ENDPOINT", "DEADLINE", "MAX_VALUE_BYTES", "STALE_IF_ERROR", "LOCAL_MAX_ITEMS"}
    | {"LOCAL_MAX_BYTES", "CHANGES", "BUCKET_NAME", "LOG_LEVEL"}
)
_OF_ITS_OWN = frozenset({Kind.CONFIGURATION, Kind.SIGNATURE, Kind.ENDPOINT, Kind.CALL, Kind.REFUSED_CALL})


def asks(vector: Vector, driver: Driver) -> bool:
    """Whether a driver is asked a vector that needs no store: not about what its profile has not."""
    return FEATURE not in driver.features or vector.kind not in _OF_ITS_OWN


def pairs(vector: Vector, writer: Driver, reader: Driver) -> bool:
    """Whether a pair does a scenario: who has only the edge reads public values, and needs no read of S3 for it."""
    if FEATURE in writer.features and "writer" in roles(vector):
        return False
    if FEATURE not in reader.features or "reader" not in roles(vector):
        return True
    if vector.needs_origin or vector.members["visibility"] == "private":
        return False
    return all(
        step["do"] in _READS and "consistent" not in step and step.get("conf", {}).keys() <= _KEYS
        for step in reader_steps(vector)
    )
