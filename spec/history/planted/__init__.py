"""Guarantees switched off in copies of the SDKs, one after the other: histories must show each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from conformance.sdk import find
from mutants.mutant import mutant

from history.judge import judge
from history.run import Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from history.run import Stage
    from history.violation import Violation

SDKS = ("nodejs", "python")
_HISTORIES = 16
_OPERATIONS = 2000  # in each


class Change(NamedTuple):
    """In a file of the SDK, a text that occurs once becomes another."""

    file: str
    text: str
    instead: str


class Fault(NamedTuple):
    """A guarantee that is switched off, and the rules by one of which the judge finds that."""

    name: str
    found_as: Sequence[str]
    changes: Sequence[Change]


class Finding(NamedTuple):
    """How a fault was found: the seed of the history, how many operations that took, and the violation."""

    seed: int
    operations: int
    violation: Violation


def faults_of(sdk: str) -> list[Fault]:
    """Return the faults of one SDK."""
    text = (Path(__file__).parent / f"{sdk}.json").read_text(encoding="utf-8")
    return [
        Fault(entry["name"], entry["found_as"], [Change(**change) for change in entry["changes"]])
        for entry in json.loads(text)["faults"]
    ]


def find_fault(stage: Stage, sdk: str, fault: Fault, seed: int) -> Finding | None:
    """Plant a fault in a copy of an SDK and make histories with it until one shows it.

    Args:
        stage: where.
        sdk: the SDK's name.
        fault: what to plant.
        seed: of the first history; each further one has the next.

    Returns:
        How it was found; None if it was not.

    Raises:
        BrokenError: The fault breaks the SDK altogether.
    """
    with mutant(f"{sdk}-sdk") as root:
        for change in fault.changes:
            path = root / f"{sdk}-sdk" / change.file
            path.write_text(path.read_text(encoding="utf-8").replace(change.text, change.instead))
        count = 0
        for number in range(_HISTORIES):
            setting = Setting(seed + number, _OPERATIONS, clients=3)
            history = stage.history(find(root), setting)
            count += len(history.operations)
            for violation in judge(history.operations):
                if violation.rule in fault.found_as:
                    return Finding(setting.seed, count, violation)
    return None
