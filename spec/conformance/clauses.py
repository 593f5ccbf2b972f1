"""The clauses of the specification's text, and which of them the vectors must prove."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_HEAD = re.compile(r"- ((?:\*\*[A-Z]+-\d+\*\*(?:, )?)+)")
_ID = re.compile(r"\*\*([A-Z]+-\d+)\*\*")
_OBLIGATION = re.compile(r"\bMUST\b")
_ENOUGH = 2  # vectors that an obligation needs: one fault may well pass the only one


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
        """Whether it says MUST or MUST NOT, so that vectors have to prove it."""
        return bool(_OBLIGATION.search(self.text))


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


def reasons(path: Path) -> dict[str, str]:
    """Read why some obligations have fewer vectors than they need, by clause."""
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["clauses"]
    return found


def problems(text: str, cited: Iterable[tuple[str, str]], excused: Mapping[str, str]) -> list[str]:
    """Say which obligations too few vectors prove, and which vectors and reasons speak of a clause wrongly.

    Args:
        text: the specification.
        cited: the full id and the clause of each vector.
        excused: why an obligation has fewer vectors than two, by clause.
    """
    known = {clause.id: clause for clause in clauses(text)}
    pairs = list(cited)
    proofs = Counter(clause for _, clause in pairs)
    few = [id_ for id_, clause in known.items() if clause.is_obligation and proofs[id_] < _ENOUGH]
    return [
        *(
            f"{vector} cites {clause}, which the specification does not have"
            for vector, clause in pairs
            if clause not in known
        ),
        *(
            f"{'only one vector proves' if proofs[id_] else 'no vector proves'} {id_}, and unproven.json says not why"
            for id_ in few
            if not excused.get(id_)
        ),
        *(f"unproven.json has {id_}, which needs no reason" for id_ in excused if id_ not in few),
    ]
