"""The event log: a header, one line for each check, and a footer without which it is worth nothing."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SCHEMA = 1
OUTCOMES = ("passed", "failed", "expected", "skipped")
_KINDS = ("header", "driver", "check", "problem", "footer")


class LogError(Exception):
    """A log is not complete, or is none."""


@dataclass(frozen=True)
class Event:
    """What came of one check.

    Attributes:
        check: the kind: `vector`, `matrix` or `store`.
        id: the check's id: that of the vector, for a pair of SDKs behind `writer→reader/`.
        vector: the vector's full id.
        title: the vector's.
        clause: the vector's.
        writer: the SDK that writes; of a `vector` check the SDK that is asked.
        reader: the SDK that reads; the same one for a `vector` check.
        outcome: `passed`, `failed`, `expected` for a known failure, or `skipped`.
        code: of a failure, one word.
        part: of a check that asks several things, the one that failed.
        document: the document that the failure is about.
        expected: what the vector says.
        actual: what the SDK did.
        note: why it was skipped, or is known.
        transcript: of a failure, what was asked and answered, line by line.
        command: what runs just this check.
        ms: how long the SDKs took, in milliseconds.
    """

    check: str
    id: str
    vector: str
    title: str
    clause: str
    writer: str
    reader: str
    outcome: str
    code: str = ""
    part: str = ""
    document: str = ""
    expected: str = ""
    actual: str = ""
    note: str = ""
    transcript: str = ""
    command: str = ""
    ms: float = 0.0

    @property
    def suite(self) -> str:
        """The vector's suite."""
        return self.vector.rpartition("/")[0]


@dataclass(frozen=True)
class Log:
    """A complete log.

    Attributes:
        header: what ran, and when.
        drivers: what each driver said of itself, by the SDK's name; empty if it did not start.
        events: what came of each check.
        problems: what else is wrong, such as a clause that no vector proves.
        footer: how many of each outcome, and how many seconds it took.
    """

    header: dict[str, Any]
    drivers: dict[str, dict[str, Any]]
    events: list[Event]
    problems: list[str]
    footer: dict[str, Any]

    @property
    def is_green(self) -> bool:
        """Whether nothing failed."""
        return not self.footer["failed"] and not self.problems


class Recorder:
    """Writes a log while the run goes on, so that one that breaks off leaves what it has, without a footer."""

    def __init__(
        self,
        header: dict[str, Any],
        stream: IO[str] | None = None,
        watch: Callable[[Event], None] | None = None,
    ) -> None:
        """Begin a log.

        Args:
            header: what runs.
            stream: where the lines go as well.
            watch: is called with each event.
        """
        self.lines: list[str] = []
        self._stream = stream
        self._watch = watch
        self._outcomes: list[str] = []
        self._problems = 0
        self._began = time.monotonic()
        self._add("header", schema=SCHEMA, began=f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}", **header)

    def driver(self, name: str, started: Mapping[str, Any]) -> None:
        """Note what a driver says of itself."""
        self._add("driver", name=name, started=dict(started))

    def check(self, event: Event) -> None:
        """Note what came of a check."""
        self._outcomes.append(event.outcome)
        self._add("check", **asdict(event))
        if self._watch:
            self._watch(event)

    @property
    def failures(self) -> int:
        """How many checks have failed so far."""
        return self._outcomes.count("failed")

    def problem(self, text: str) -> None:
        """Note something else that is wrong."""
        self._problems += 1
        self._add("problem", text=text)

    def finish(self) -> Log:
        """Add the footer and return the log."""
        counts = {outcome: self._outcomes.count(outcome) for outcome in OUTCOMES}
        seconds = round(time.monotonic() - self._began, 3)
        self._add("footer", checks=len(self._outcomes), **counts, problems=self._problems, seconds=seconds)
        return read(self.lines)

    def _add(self, event: str, **members: Any) -> None:
        line = json.dumps({"event": event, **members}, ensure_ascii=False)
        self.lines.append(line)
        if self._stream:
            self._stream.write(f"{line}\n")
            self._stream.flush()


def read(lines: Iterable[str]) -> Log:
    """Read what a recorder wrote.

    Raises:
        LogError: The header or the footer is missing, or a line is no event.
    """
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _KINDS}
    kind = ""
    try:
        for line in lines:
            members = json.loads(line)
            kind = members.pop("event")
            found[kind].append(members)
            if not found["header"] or (found["footer"] and kind != "footer"):
                raise LogError(f"the log has a {kind} before its header or after its footer")
        events = [Event(**members) for members in found["check"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LogError(f"this is no log of the conformance runner: {error}") from error
    if len(found["header"]) != 1 or len(found["footer"]) != 1 or found["footer"][0]["checks"] != len(events):
        raise LogError("the log is not complete: the run broke off before it could write the footer")
    drivers = {members["name"]: members["started"] for members in found["driver"]}
    problems = [members["text"] for members in found["problem"]]
    return Log(found["header"][0], drivers, events, problems, found["footer"][0])
