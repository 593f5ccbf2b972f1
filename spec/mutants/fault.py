"""The faults: what each changes in an SDK, and what must notice it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["histories", "scenarios", "vectors"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_HERE = Path(__file__).resolve().parent
# Those for which faults are listed.
SDKS = tuple(
    sorted(path.stem for path in _HERE.glob("*.json") if "faults" in json.loads(path.read_text("utf-8")))
)
_KINDS: dict[str, Kind] = {"history": "histories", "store": "scenarios"}  # by what ids begin with


class FaultError(Exception):
    """A fault does not fit the code, or what must notice it does not."""


class Change(NamedTuple):
    """In `file` of an SDK, `text`, which occurs once, becomes `instead`."""

    file: str
    text: str
    instead: str


class Fault(NamedTuple):
    """A fault of an SDK.

    Attributes:
        sdk: whose it is.
        name: what is wrong then.
        changes: what makes it wrong.
        caught_by: the ids of vectors and scenarios, each of which notices it, and the rules of the judge of histories,
            by one of which it is found, as `history/…`.
        crashes: whether what is wrong is that the SDK crashes; else a crash proves nothing.
    """

    sdk: str
    name: str
    changes: Sequence[Change]
    caught_by: Sequence[str]
    crashes: bool = False

    def noticed_by(self, kind: Kind) -> list[str]:
        """Return what of one kind must notice it."""
        return [id_ for id_ in self.caught_by if _KINDS.get(id_.partition("/")[0], "vectors") == kind]

    def changed(self, folder: Path) -> dict[Path, str]:
        """Return what becomes of the files in the folder of its SDK.

        Raises:
            FaultError: A text does not occur once.
        """
        files: dict[Path, str] = {}
        for file, text, instead in self.changes:
            path = folder / file
            source = files.get(path) or (path.read_text(encoding="utf-8") if path.exists() else "")
            if (count := source.count(text)) != 1:
                raise FaultError(f"{text!r} occurs {count} times in {file}, not once: adapt it to the code")
            files[path] = source.replace(text, instead)
        return files


def faults_of(sdk: str) -> list[Fault]:
    """Read the faults of one SDK."""
    read = json.loads((_HERE / f"{sdk}.json").read_text(encoding="utf-8"))
    return [
        Fault(sdk, **{**fault, "changes": [Change(**change) for change in fault["changes"]]})
        for fault in read["faults"]
    ]
