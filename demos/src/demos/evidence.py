"""What the log of a function proves: which values were read, and where each came from."""

from __future__ import annotations

import re
from dataclasses import dataclass

_READ = re.compile(
    r'memory: get (?P<name>"(?:[^"\\]|\\.)*") from (?P<source>\w+)'
    r"(?: \((?P<cache>[^,)]+)(?:, age (?P<age>\d+) s)?(?P<missing>, no value)?\))?"
)


@dataclass(frozen=True)
class Read:
    """One read as the SDK logged it.

    Attributes:
        name: the name, quoted.
        source: `memory`, `edge` or `s3`.
        cache: what the edge did: `hit`, `miss`, …; empty if it was not asked.
        age: seconds since the edge fetched its copy; None if the line has none.
    """

    name: str
    source: str
    cache: str
    age: int | None

    def __str__(self) -> str:
        where = "memory" if self.source == "memory" else f"the {self.source}: {self.cache}"
        age = "" if self.age is None else f", {self.age} s old"
        return f"{self.name} from {where}{age}"


def reads(log: str) -> list[Read]:
    """Return the reads in a function's log, in order."""
    return [
        Read(
            found["name"], found["source"], found["cache"] or "", int(found["age"]) if found["age"] else None
        )
        for found in _READ.finditer(log)
        if not found["missing"]
    ]


def missing(seen: list[Read], *, signed: int, languages: set[tuple[str, str]]) -> list[str]:
    """Return what the run should have seen and did not; nothing if it proved everything.

    Args:
        seen: every read of the run.
        signed: how many reads went through the private distribution.
        languages: pairs of writer and reader that agreed on every type.
    """
    wanted = {
        "a value from memory": any(read.source == "memory" for read in seen),
        "an edge miss": any(read.source == "edge" and read.cache == "miss" for read in seen),
        "an edge hit with an age": any(read.cache == "hit" and read.age is not None for read in seen),
        "a signed read": signed > 0,
        "values of Python read by Node": ("Python", "Node") in languages,
        "values of Node read by Python": ("Node", "Python") in languages,
    }
    return [what for what, found in wanted.items() if not found]
