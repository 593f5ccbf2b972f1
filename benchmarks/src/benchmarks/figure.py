"""What a figure is, and what it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["python", "node"]
Kind = Literal["warm", "fresh", "size"]  # calls in a running process, whole processes, a file
Measure = Literal["ratio", "milliseconds", "megabytes"]  # of times; more than the other
Place = Literal["", "layer", "quota", "quota-all"]  # where fresh processes are measured

PLACES: dict[Place, str] = {
    "": "at full speed",
    "layer": "from the layer, without bytecode",
    "quota": "1/14 of a core, constructor at module level",
    "quota-all": "1/14 of a core, all inside the handler",
}


@dataclass(frozen=True)
class Limit:
    """What a figure is held to: a ratio, milliseconds or megabytes, to stay below or to reach."""

    number: float
    is_least: bool = False

    def allows(self, number: float) -> bool:
        """Return whether a measured number keeps it."""
        return number >= self.number if self.is_least else number <= self.number

    def __str__(self) -> str:
        return f"{'≥' if self.is_least else '≤'} {self.number:g}"


def at_most(number: float) -> Limit:
    """Return the limit that a figure has to stay below."""
    return Limit(number)


def at_least(number: float) -> Limit:
    """Return the limit that a figure has to reach; its ratio says how many times faster than the peer we are."""
    return Limit(number, is_least=True)


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    id: str  # language, what is measured, and how
    limit: Limit | None  # None: it is only reported
    ours: str  # the case of the SDK; the zip file of a figure of kind `size`
    over: str  # the case it is measured against; empty for a size
    title: str
    beside: tuple[str, ...] = ()  # more cases, shown beside
    kind: Kind = "warm"
    measure: Measure = "ratio"
    place: Place = ""

    @property
    def language(self) -> Language:
        """The SDK that it is about."""
        return "python" if self.id.startswith("python/") else "node"

    @property
    def cases(self) -> tuple[str, ...]:
        """All cases, ours first."""
        return tuple(case for case in (self.ours, self.over, *self.beside) if case)

    @property
    def is_faster(self) -> bool:
        """Whether its ratio says how many times faster we are, not how many times slower."""
        return self.limit is not None and self.limit.is_least


def fresh(
    name: str, limits: tuple[float | None, ...], ours: str, over: str, title: str
) -> tuple[Figure, ...]:
    """Return a figure of fresh processes at each of the places, with the limit that it has there."""
    return tuple(
        Figure(
            f"{name}/{place}".rstrip("/"),
            None if limit is None else at_most(limit),
            ours,
            over,
            title,
            kind="fresh",
            place=place,
        )
        for place, limit in zip(PLACES, limits, strict=True)
    )


def needs(case: str) -> str:
    """Return the key of `BENCH` that a case cannot do without; empty if there is none."""
    kind = case.partition("/")[0]
    if case in ("memory/redis", "memory/node-redis"):
        return "redis"
    if case.startswith(("bare", "import", "decode/", "encode/", "grow/depth", "grow/names")):
        return ""
    if kind == "many":
        return "slow"
    if any(word in case for word in ("put", "boto3", "client-s3", "failover")):
        return "s3"
    return "edge"
