"""Edges in a model: copies that are kept for their `max-age`, in one tier or two."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .simulation import Simulation
    from .storage import Landing, Storage, Stored

RECORD = ""  # its name among those of values


class Copy(NamedTuple):
    """What an edge has: what was read, when that was so, and the `Date` of S3's answer."""

    content: Stored | int | None
    read: float
    date: int
    max_age: int


class Answer(NamedTuple):
    """What somebody is told: the record as it is stored, or the number of the landing of a value.

    Attributes:
        content: what was asked for.
        date: its `Date`.
        age: its `Age`.
        max_age: its `max-age`.
    """

    content: Stored | int | None
    date: int
    age: int
    max_age: int


class Edge:
    """One point of presence.

    Args:
        simulation: the clock.
        storage: S3.
        dates_anew: whether answers have the present as `Date`, not that of S3's answer.
        second_tier: copies behind it, of which it does not say how old they are.
    """

    def __init__(
        self,
        simulation: Simulation,
        storage: Storage,
        *,
        dates_anew: bool,
        second_tier: dict[str, Copy] | None,
    ) -> None:
        self._simulation = simulation
        self._storage = storage
        self._dates_anew = dates_anew
        self._second_tier = second_tier
        self._copies: dict[str, Copy] = {}

    def answer(self, name: str) -> Answer:
        """Answer from a copy, else ask S3."""
        now = self._simulation.now
        copy = self._copies.get(name)
        if copy is None or now - copy.read >= copy.max_age:
            copy = self._fetched(name)
            if copy.content is not None:
                self._copies[name] = copy
        date = int(now) if self._dates_anew else copy.date
        return Answer(copy.content, date, int(now - copy.read), copy.max_age)

    def _fetched(self, name: str) -> Copy:
        now = self._simulation.now
        if self._second_tier is None:
            return _of_storage(self._storage, name, now)
        behind = self._second_tier.get(name)
        if behind is None or now - behind.read >= behind.max_age:
            behind = _of_storage(self._storage, name, now)
            if behind.content is not None:
                self._second_tier[name] = behind
        return behind._replace(read=now, date=int(now))


def of_storage(storage: Storage, name: str, now: float) -> Answer:
    """Answer as S3 does."""
    copy = _of_storage(storage, name, now)
    return Answer(copy.content, copy.date, 0, copy.max_age)


def _of_storage(storage: Storage, name: str, now: float) -> Copy:
    if name == RECORD:
        stored = storage.record
        return Copy(stored, now, int(now), stored.edge_ttl if stored else 0)
    landings: list[Landing] = storage.values[name]
    return Copy(len(landings) - 1, now, int(now), landings[-1].edge_ttl)
