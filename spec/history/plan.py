"""What the clients of a history do: random, but the same again for the same seed."""

from __future__ import annotations

import random
import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .operation import Verb

_NAMES = {"register": 2, "counter": 1, "set": 1}
_PER_NAME = 150  # operations, before another name takes its place
_TOGETHER = 0.1
_EDGE_TTLS = (1, 2, 8)
_TTLS = (1, 2, 4, 8)
_REGISTER: dict[str, int] = {
    "get": 60,
    "get newest": 7,
    "put": 14,
    "put if absent": 6,
    "put if version": 8,
    "remove": 6,
}
_GROWING: dict[str, int] = {"get": 60, "get newest": 8, "add": 25}
_HALF = 0.5
_CLEAR = 0.002
_FORGET = 0.0005
_CLEAR_NAMES = 0.01
_LOOK_BACK = 0.5
_STIR = 0.1
_PER_QUIET_NAME = 60  # operations, with a change record: then it is quiet, and mostly read
_INVALIDATE = 0.05
_INVALIDATE_MEANWHILE = 0.15  # of the updates
_TAGS = 3
_TAGGED_EDGE_TTLS = (2, 8, 60)  # far more than that of the records
_TAGGED = 0.7  # of the puts
_BLACKOUT = 10  # steps of each object
_WAITS = (0.3, 3.0, 6.0, 11.0)  # seconds between two of them


class Wish(NamedTuple):
    """An operation that somebody is to do.

    `clear` of a prefix that holds nothing makes an object forget, and so does `remove_many` of more names than it
    keeps. `clear` of registers removes them. `invalidate` is of tags.

    Attributes:
        verb: what to do.
        name: with which name.
        options: of a put.
        condition: of a put.
        consistent: of a get.
        names: what a clear removes, or tags to invalidate.
        invalidates: tags that the function of an update invalidates.
    """

    verb: Verb | str
    name: str
    options: Mapping[str, Any] = MappingProxyType({})
    condition: str | None = None
    consistent: bool = False
    names: tuple[str, ...] = ()
    invalidates: tuple[str, ...] = ()


class Budget:
    """How many operations there may be, for all clients.

    Attributes:
        taken: how many there have been.
        over: whether it is enough.
    """

    def __init__(self, operations: int) -> None:
        self._operations = operations
        self.taken = 0
        self._lock = threading.Lock()
        self.over = threading.Event()

    def take(self, count: int) -> int:
        """Take some, and return how many had been taken before."""
        with self._lock:
            before, self.taken = self.taken, self.taken + count
            if self.taken >= self._operations:
                self.over.set()
            return before


class Plan:
    """What one client does, step by step."""

    def __init__(  # noqa: PLR0913 - what makes a plan
        self,
        seed: int,
        client: str,
        budget: Budget,
        endings: float,
        *,
        changes: bool = False,
        tags: bool = False,
    ) -> None:
        """Begin.

        Args:
            seed: makes the plan the same again.
            client: whose it is.
            budget: of all clients.
            endings: how many of the puts have a ttl, from 0 to 1.
            changes: whether there is a change record: then it often reads what nobody changes any more, and clears.
            tags: whether values have tags, which are invalidated: registers by chance, and every other set.
        """
        self._endings = endings
        self._changes = changes
        self._tags = tags
        self.chance = random.Random(f"{seed} {client}")  # noqa: S311 - it must be the same again
        self._budget = budget
        self._names = {**_NAMES, "set": 2} if tags else _NAMES
        # Of each name, and each tag, the beginning counts too: records are made then.
        self._per_epoch = (_PER_QUIET_NAME if changes or tags else _PER_NAME) * sum(self._names.values())

    def step(self) -> list[list[Wish]]:
        """Return what to do next: the operations of one lane one after the other, several lanes at the same time."""
        lanes = self.chance.choice([2, 3]) if self.chance.random() < _TOGETHER else 1
        lengths = [self.chance.choice([1, 2]) if lanes > 1 else 1 for _ in range(lanes)]
        epoch = self._budget.take(sum(lengths)) // self._per_epoch
        if self._changes and self.chance.random() < _LOOK_BACK:
            name = self._name(max(0, epoch - 1))
            return [[self._quiet_wish(name) for _ in range(length)] for length in lengths]
        name = self._name(epoch)
        # Those at the same time have the name in common: that is where they can go wrong.
        return [[self._wish(name) for _ in range(length)] for length in lengths]

    def blackout(self) -> list[tuple[int, float]]:
        """Return what an object does while every edge fails: how many read at the same time, and the wait before it."""
        return [(self.chance.choice((1, 1, 3)), self.chance.choice(_WAITS)) for _ in range(_BLACKOUT)]

    def flips_a_coin(self) -> bool:
        """Return one of two, by chance."""
        return self.chance.random() < _HALF

    def _name(self, epoch: int) -> str:
        kind = self.chance.choices(list(self._names), weights=[6, 2, 2])[0]
        return f"{kind}/{epoch}/{self.chance.randrange(self._names[kind])}"

    def _quiet_wish(self, name: str) -> Wish:
        """Return a read, or now and then what makes all copies that have been confirmed for long wrong."""
        return self._wish(name) if self.chance.random() < _STIR else Wish("get", name)

    def _wish(self, name: str) -> Wish:
        if self.chance.random() < _CLEAR:
            return Wish("clear", "nothing/")
        if self.chance.random() < _FORGET:
            return Wish("remove_many", "nothing/")
        kind, epoch, number = name.split("/")
        if self._tags and self.chance.random() < _INVALIDATE:
            return Wish("invalidate", "", names=self._some_tags(epoch))
        if self._changes and kind == "register" and self.chance.random() < _CLEAR_NAMES:
            prefix = f"{name.rpartition('/')[0]}/"
            names = tuple(f"{prefix}{number}" for number in range(self._names[kind]))
            return Wish("clear", prefix, names=names)
        weights = _REGISTER if kind == "register" else _GROWING
        what = self.chance.choices(list(weights), weights=list(weights.values()))[0]
        if what.startswith("get"):
            return Wish("get", name, consistent=what == "get newest")
        if what == "add" and kind == "set" and self._tags and number == "0":
            return self._tagged_update(name, self._tags_of(epoch)[:2])
        if what == "add":
            return Wish("increment" if kind == "counter" else "update", name)
        if what == "remove":
            return Wish("remove", name)
        return Wish("put", name, self._options(epoch), condition=what.partition(" if ")[2] or None)

    def _tagged_update(self, name: str, tags: tuple[str, ...]) -> Wish:
        """Return an update, in the middle of which one of the tags is invalidated now and then."""
        is_invalidated = self.chance.random() < _INVALIDATE_MEANWHILE
        invalidates = (self.chance.choice(tags),) if is_invalidated else ()
        return Wish("update", name, {"tags": tags}, invalidates=invalidates)

    @staticmethod
    def _tags_of(epoch: str) -> tuple[str, ...]:
        return tuple(f"tag/{epoch}/{number}" for number in range(_TAGS))

    def _some_tags(self, epoch: str) -> tuple[str, ...]:
        return tuple(self.chance.sample(self._tags_of(epoch), self.chance.choice((1, 2))))

    def _options(self, epoch: str) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self.flips_a_coin():
            options["edge_ttl"] = self.chance.choice(_EDGE_TTLS)
        if self.chance.random() < self._endings:
            options["ttl"] = self.chance.choice(_TTLS)
        if self._tags and self.chance.random() < _TAGGED:
            options["tags"] = self._some_tags(epoch)
            if "edge_ttl" in options:
                options["edge_ttl"] = self.chance.choice(_TAGGED_EDGE_TTLS)
        return options
