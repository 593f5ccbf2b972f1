"""Lists of failures that are known: they cannot go stale, as a listed check that passes fails the run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MAX_HITS = 20
NOT_ANY_MORE = "listed_but_"  # what the code of a check begins with that is listed and does not fail
_LINE = re.compile(r"(?P<pattern>\S+)\s+#\s*(?P<code>[A-Za-z0-9_-]+)\s+(?:—|--?)\s+(?P<why>\S.*)")


class KnownFailuresError(Exception):
    """A line of a list cannot be read."""


@dataclass
class KnownFailure:
    """One line.

    Attributes:
        pattern: the id of a check, in which `*` stands for one part of the path.
        code: what the check fails with.
        why: the reason, for people.
        hits: the ids of the checks that it spoke of in this run.
    """

    pattern: str
    code: str
    why: str
    hits: list[str] = field(default_factory=list)

    def covers(self, check_id: str) -> bool:
        """Whether it speaks of the check with this id."""
        expression = "[^/]*".join(re.escape(part) for part in self.pattern.split("*"))
        return bool(re.fullmatch(expression, check_id))

    def __str__(self) -> str:
        return f"{self.pattern}  # {self.code} — {self.why}"


class KnownFailures:
    """The list of one SDK."""

    def __init__(self, path: Path) -> None:
        """Read the list; a file that is not there is an empty one.

        Raises:
            KnownFailuresError: A line is no comment and not of the form `id  # code — why`.
        """
        self.path = path
        self.lines: list[str | KnownFailure] = []
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for number, line in enumerate(text.splitlines(), 1):
            self.lines.append(
                line if not line.strip() or line.startswith("#") else _parse(path, number, line)
            )

    @property
    def entries(self) -> list[KnownFailure]:
        """The lines that are no comments."""
        return [line for line in self.lines if isinstance(line, KnownFailure)]

    def find(self, check_id: str) -> KnownFailure | None:
        """Return the line that speaks of a check, and note that the check exists."""
        for entry in self.entries:
            if entry.covers(check_id):
                entry.hits.append(check_id)
                return entry
        return None

    def covers(self, check_id: str) -> bool:
        """Whether a line speaks of a check."""
        return any(entry.covers(check_id) for entry in self.entries)

    def problems(self) -> list[str]:
        """Say which lines speak of no check or of too many, after a run of all checks."""
        return [
            f"{self.path}: {entry.pattern} "
            + (
                f"matches {len(entry.hits)} checks, more than {MAX_HITS}"
                if entry.hits
                else "is no check's id"
            )
            for entry in self.entries
            if not 0 < len(entry.hits) <= MAX_HITS
        ]

    def rewrite(self, failures: Mapping[str, str]) -> None:
        """Write the list anew: comments and reasons stay, what is no longer true goes, what is new comes at the end.

        Args:
            failures: the code of each failure that belongs on this list, by the check's id.
        """
        left = dict(failures)
        lines: list[str] = []
        for line in self.lines:
            if isinstance(line, str):
                lines.append(line)
                continue
            hits = [check for check in line.hits if check in left]
            codes = {left[check] for check in hits}
            if hits == line.hits and len(codes) == 1 and len(hits) <= MAX_HITS:
                line.code = codes.pop()
                lines.append(str(line))
                for check in hits:
                    del left[check]
        lines += [str(KnownFailure(check, code, "say why")) for check, code in left.items()]
        self.path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def find(lists: Iterable[KnownFailures], check_id: str) -> KnownFailure | None:
    """Return the line of any of the lists that speaks of a check."""
    return next((entry for entry in (known.find(check_id) for known in lists) if entry), None)


def _parse(path: Path, number: int, line: str) -> KnownFailure:
    found = _LINE.fullmatch(line.strip())
    if not found:
        raise KnownFailuresError(f"{path}:{number}: {line!r} is not of the form `id  # code — why`")
    return KnownFailure(found["pattern"], found["code"], found["why"])
