"""One operation of a history: who did what, when it began and ended, and what came of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Verb = Literal["get", "put", "remove", "increment", "update", "invalidate"]
Outcome = Literal["done", "conflict", "unknown", "failed"]


@dataclass(frozen=True)
class Operation:
    """An operation on one name. Times are seconds of the one clock that clients, edges and S3 go by.

    The kind of a name is its first segment: a `register` is put, removed and read; a `counter` is incremented by one;
    a `set` is a dict to which each update adds a key of its own; a `tag` is invalidated. What is written is different
    each time, so that a read tells which write it saw.

    Attributes:
        service: the service object it went through.
        verb: what it did.
        name: the name.
        began: when it was called.
        ended: when it returned.
        outcome: `done`; `conflict`, which is a definite no; `unknown`, it may have happened, or may still happen;
            `failed`, nothing was read.
        value: what a put wrote or an update added, an increment returned, or a get read: a word of a register, the
            number of a counter, the words of a set; None for no value.
        edge_ttl: of a write: how long copies of what it wrote are fresh, in seconds.
        ttl: of a put: how long the value lives, in seconds; None is for ever.
        condition: of a put: `absent`, `version`, or None.
        replaces: of a put on the condition of a version: the word that had that version.
        consistent: of a get: whether it asked for the newest.
        source: of a get: where the value came from, if the call tells.
        stale: of a get: for how many seconds beyond its freshness this object may serve a copy.
        pop: the point of presence that it asked, if it asked one; None if that changed meanwhile, or nobody knows.
        took: how many real seconds it took, however time jumped; 0 if others ran at the same time.
        deadline: how many it may take.
        asked: of a get while every edge failed: how often edges were asked until it ended, since nobody else did; None
            of every other, and of all but one of those that ran at the same time.
        record: whether its object goes by a change record.
        tags: of a put or an update: those of what it wrote.
        invalidates: of an update: the tags that its function invalidated, by an object of its own.
        shown: of an update: the words of the set that it returned.
    """

    service: str
    verb: Verb
    name: str
    began: float
    ended: float
    outcome: Outcome = "done"
    value: str | int | tuple[str, ...] | None = None
    edge_ttl: float = 5.0
    ttl: float | None = None
    condition: Literal["absent", "version"] | None = None
    replaces: str | None = None
    consistent: bool = False
    source: str | None = None
    stale: float = 0.0
    pop: int | None = None
    took: float = 0.0
    deadline: float = 5.0
    asked: int | None = None
    record: bool = False
    tags: tuple[str, ...] = ()
    invalidates: tuple[str, ...] = ()
    shown: tuple[str, ...] | None = None

    @property
    def is_write(self) -> bool:
        """Whether it changes the value, or may have."""
        return self.verb not in ("get", "invalidate") and self.outcome in ("done", "unknown")

    @property
    def is_read(self) -> bool:
        """Whether it says what the value is."""
        return self.verb == "get" and self.outcome == "done"

    @property
    def latest(self) -> float:
        """The latest time at which it can have taken effect: for an unknown outcome there is none."""
        return self.ended if self.outcome == "done" else float("inf")

    def __str__(self) -> str:
        value = "" if self.value is None and self.verb != "get" else f" {self.value!r}"
        more = "".join(
            f", {name} {value}"
            for name, value in (
                ("ttl", self.ttl),
                ("if", self.condition),
                ("replaces", self.replaces),
                ("from", self.source),
                ("consistent", self.consistent or None),
                ("asked", self.asked),
                ("tags", " ".join(self.tags) or None),
                ("invalidates", " ".join(self.invalidates) or None),
                ("shows", self.shown),
            )
            if value is not None
        )
        when = f"{self.began:.3f} to {self.ended:.3f}"
        return f"{when}: {self.service} {self.verb} {self.name}{value}{more}: {self.outcome}"


def written(operations: Iterable[Operation]) -> Iterator[str]:
    """Return the operations as lines of JSON."""
    return (json.dumps(asdict(operation)) for operation in operations)


def read(lines: Iterable[str]) -> list[Operation]:
    """Return the operations that `written` wrote."""
    return [_operation(json.loads(line)) for line in lines]


def _operation(members: dict[str, Any]) -> Operation:
    lists = {name: tuple(value) for name, value in members.items() if isinstance(value, list)}
    return Operation(**members | lists)
