"""One trial: writers, readers, accidents, and the judge of every get."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from conformance.record import Record

from .edges import Edge
from .reader import Reader, World
from .simulation import Simulation
from .storage import Put, Storage
from .theme import THEMES
from .writer import Setting, Writer

if TYPE_CHECKING:
    from .edges import Copy
    from .rule import Rule
    from .simulation import Process
    from .theme import Theme

_BEGIN, _LENGTH = 1_000_000, 1500
_NAMES = list("abcd")
_HALF = 0.5
_FREEZES = 0.002
_RESTORED_AT_LEAST = 31  # seconds after its newest announcement: before, only who has seen a newer one knows


class Found(NamedTuple):
    """What a trial found.

    Attributes:
        violations: gets that were older than their bound.
        false_alarms: how often a record was distrusted though nobody had written past it.
        counts: what readers counted.
    """

    violations: list[str]
    false_alarms: int
    counts: Counter[str]


def trial(seed: int, rule: Rule, theme: str | None = None) -> Found:
    """Let writers and readers do what they like for 25 minutes, and judge every get.

    Args:
        seed: of all that is random.
        rule: what they go by.
        theme: what the trial is about; None for any.
    """
    random = Random(seed)  # noqa: S311 - a model
    return _Trial(random, rule, THEMES[theme or random.choice(list(THEMES))]).run()


class _Trial:
    def __init__(self, random: Random, rule: Rule, theme: Theme) -> None:
        self._random, self._theme = random, theme
        self._simulation = simulation = Simulation(_BEGIN, _BEGIN + _LENGTH)
        self._storage = storage = Storage(simulation, _NAMES)
        storage.put_record(Record(_BEGIN, _BEGIN - 500), 5)
        self._violations: list[str] = []
        self._grants, self._foreign = random.choice(theme.grants), random.choice(theme.foreign)
        self._clears = random.choice(theme.clears)
        self._ttls, self._record_ttls = random.choice(theme.edge_ttls), random.choice(theme.record_ttls)
        second_tier: dict[str, Copy] | None = {} if theme.tiers else None
        dates_anew = random.random() < _HALF
        edges = [Edge(simulation, storage, dates_anew=dates_anew, second_tier=second_tier) for _ in range(3)]
        world = World(rule, random, simulation, storage, edges, self._judge, random.choice(theme.slow))
        self._readers = [Reader(world, self._error(3600), self._record_ttl()) for _ in range(theme.readers)]
        day = random.choice((300, 86_400))
        uploads, faults = random.choice(theme.uploads), random.choice(theme.faults)
        setting = Setting(rule, random, simulation, storage, faults, day, uploads)
        self._writers = [
            Writer(setting, self._error(880), self._record_ttl(), reader)
            for reader in (self._readers[0], self._readers[1], None, None)
        ]

    def run(self) -> Found:
        self._plan()
        self._simulation.run()
        counts = sum((reader.counts for reader in self._readers), Counter[str]())
        is_clean = not self._theme.accidents and not self._foreign
        return Found(self._violations, counts["distrusts"] if is_clean else 0, counts)

    def _plan(self) -> None:
        random, begin = self._random, self._simulation.begin
        time, version = float(_BEGIN), 0
        pause = random.choice(self._theme.pause)
        while (time := time + random.expovariate(1 / pause)) < _BEGIN + _LENGTH:
            burst = random.choice((1, 1, 1, 5))
            for _ in range(burst):
                version += 1
                begin(self._change(version), at=time + random.random())
        for _ in range(self._theme.how_many if self._theme.accidents else 0):
            begin(self._accident(), at=_BEGIN + random.uniform(100, _LENGTH))
        for reader in self._readers:
            time, gap = float(_BEGIN), random.choice(self._theme.gap)
            while (time := time + random.expovariate(1 / gap)) < _BEGIN + _LENGTH:
                begin(reader.get(random.choice(_NAMES)), at=time)
                if random.random() < _FREEZES:
                    time += random.choice((30, 130, 300))  # frozen

    def _change(self, version: int) -> Process:
        random = self._random
        writer = random.choice(self._writers)
        put = Put(random.choice(_NAMES), version, random.choice(self._ttls))
        kind = random.random()
        if kind < self._foreign:
            self._storage.land(put.name, version, put.edge_ttl, announced=False)
        elif kind < self._foreign + self._grants:
            yield from writer.grant(random.choice((5, 60, 300, 300)), put)
        elif kind > 1 - self._clears:
            yield from writer.put(put._replace(clears=True))
        else:
            yield from writer.put(put)

    def _accident(self) -> Process:
        """Delete the record, bring an old one back, or put another place's there."""
        storage, now = self._storage, self._simulation.now
        kind = self._random.choice(self._theme.accidents)
        old = [each for each in storage.records if each.record.newest < now - _RESTORED_AT_LEAST]
        if kind == "copied":
            storage.put_record(Record(int(now), _BEGIN - 5000), 5, is_ours=False)
        elif kind == "restored" and old:
            chosen = self._random.choice(old)
            storage.put_record(chosen.record, chosen.edge_ttl, is_ours=chosen.is_ours)
        else:
            storage.record = None
        yield 0

    def _judge(self, reader: Reader, name: str, number: int, at: float) -> None:
        """Find out whether a value was still the newest within its bound before a time."""
        landings = self._storage.values[name]
        version, edge_ttl = landings[number].version, landings[number].edge_ttl
        bound = edge_ttl + 1 + (max(edge_ttl, *self._record_ttls) if self._theme.tiers else 0)
        counted = [
            landing
            for landing in landings
            if landing.announced or reader.saw_foreign or landing is landings[number]
        ]
        first = counted.index(landings[number])
        for position in range(first, len(counted)):
            if counted[position].version == version and (
                position + 1 == len(counted) or counted[position + 1].time >= at - bound - 1e-6
            ):
                return
        late = at - counted[first + 1].time - bound
        self._violations.append(f"{name} was {late:.1f} s older than {bound} s at {at - _BEGIN:.1f} s")

    def _error(self, most: float) -> float:
        return self._random.choice((0.0, self._random.uniform(-8, 8), self._random.uniform(-most, most)))

    def _record_ttl(self) -> int:
        return self._random.choice(self._record_ttls)
