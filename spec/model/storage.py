"""S3 in a model: values as they landed, and the record under its condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from conformance.record import Record

    from .rule import Rule
    from .simulation import Simulation

_AHEAD = 900  # seconds that a signature may be of the future


class Put(NamedTuple):
    """What is to be written."""

    name: str
    version: int
    edge_ttl: int
    clears: bool = False


class Landing(NamedTuple):
    """A value as it landed.

    Attributes:
        time: when.
        version: which value it is.
        edge_ttl: seconds that a copy may be kept.
        announced: whether the SDK or a grant wrote it.
    """

    time: float
    version: int
    edge_ttl: int
    announced: bool = True


class Stored(NamedTuple):
    """A record as it is stored.

    Attributes:
        record: what it says.
        last_modified: when it was stored.
        edge_ttl: seconds that a copy may be kept.
        tag: its ETag.
        is_ours: whether it says that it is of this place.
    """

    record: Record
    last_modified: int
    edge_ttl: int
    tag: int
    is_ours: bool = True


class Storage:
    """What is stored, in the order of time."""

    def __init__(self, simulation: Simulation, names: list[str]) -> None:
        self._simulation = simulation
        self.values = {name: [Landing(simulation.now - 400, -1, 5)] for name in names}
        self.records: list[Stored] = []
        self.record: Stored | None = None
        self._tags = 0

    def begins(self, signed: float, expires: float) -> bool:
        """Whether a request that was signed at a time is let in now."""
        return signed - _AHEAD <= self._simulation.now <= signed + expires

    def land(self, name: str, version: int, edge_ttl: int, *, announced: bool = True) -> None:
        """Store a value."""
        self.values[name].append(Landing(self._simulation.now, version, edge_ttl, announced))

    def put_record(self, record: Record, edge_ttl: int, *, is_ours: bool = True) -> Stored:
        """Store a record."""
        self._tags += 1
        self.record = Stored(record, int(self._simulation.now), edge_ttl, self._tags, is_ours)
        self.records.append(self.record)
        return self.record


def is_believed(stored: Stored, rule: Rule) -> bool:
    """Whether a record is believed (CHG-4)."""
    return (stored.is_ours or rule.believes_others) and (
        stored.last_modified <= stored.record.newest + 30 or rule.believes_restored
    )
