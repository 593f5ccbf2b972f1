"""Which vectors and which pairs of SDKs a run is about."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Selection:
    """What the command line chose.

    Attributes:
        only: patterns of ids, with `*` for any text; none means all.
    """

    only: tuple[str, ...] = ()

    def takes(self, vector: str, writer: str, reader: str) -> bool:
        """Whether the check of a pair belongs to it, by the vector's id or by the check's own."""
        ids = (vector, pair_id(vector, writer, reader))
        return not self.only or any(fnmatchcase(id_, pattern) for id_ in ids for pattern in self.only)

    def takes_vector(self, vector: str) -> bool:
        """Whether the check of a single SDK belongs to it."""
        return not self.only or any(fnmatchcase(vector, pattern) for pattern in self.only)

    def may_take(self, vector: str, names: list[str]) -> bool:
        """Whether any check of a vector belongs to it."""
        pairs = ((writer, reader) for writer in names for reader in names)
        return self.takes_vector(vector) or any(self.takes(vector, *pair) for pair in pairs)


def pair_id(vector: str, writer: str, reader: str) -> str:
    """Return the id of a check that two SDKs take part in."""
    return f"{writer}→{reader}/{vector}"
