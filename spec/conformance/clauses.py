"""The clauses of the specification's text, and which of them the vectors must prove."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEAD = re.compile(r"- ((?:\*\*[A-Z]+-\d+\*\*(?:, )?)+)")
_ID = re.compile(r"\*\*([A-Z]+-\d+)\*\*")
_OBLIGATION = re.compile(r"\bMUST\b")
_EXCUSE = re.compile(r"\*No vector: [^*]+\.\*$")


@dataclass(frozen=True)
class Clause:
    """One rule.

    Attributes:
        id: as vectors cite it, for example `INT-2`.
        text: what it says; rules that share a line share the text.
    """

    id: str
    text: str

    @property
    def is_obligation(self) -> bool:
        """Whether it says MUST or MUST NOT and not why no vector can prove it, so that one has to."""
        return bool(_OBLIGATION.search(self.text)) and not _EXCUSE.search(self.text)


def clauses(text: str) -> Iterator[Clause]:
    """Find the clauses in the specification's Markdown: list items that begin with ids in bold."""
    item: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("  ") and item:
            item.append(line.strip())
            continue
        yield from _of_item(" ".join(item))
        item = [line] if _HEAD.match(line) else []


def _of_item(item: str) -> Iterator[Clause]:
    head = _HEAD.match(item)
    for id_ in _ID.findall(head[1]) if head else []:
        yield Clause(id_, item)


def problems(text: str, cited: Iterable[tuple[str, str]]) -> list[str]:
    """Say which obligations no vector proves, and which vectors cite a clause that is not there.

    Args:
        text: the specification.
        cited: the full id and the clause of each vector.
    """
    known = list(clauses(text))
    ids = {clause.id for clause in known}
    pairs = list(cited)
    proven = {clause for _, clause in pairs}
    return [
        *(
            f"{vector} cites {clause}, which the specification does not have"
            for vector, clause in pairs
            if clause not in ids
        ),
        *(
            f"no vector proves {clause.id}"
            for clause in known
            if clause.is_obligation and clause.id not in proven
        ),
    ]
