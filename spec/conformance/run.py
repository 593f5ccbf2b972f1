"""A run: every check asked, judged, and compared with what is known to fail."""

from __future__ import annotations

import itertools
import shlex
import tempfile
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from . import checks, keys, known_failures, profile
from .answers import FailureError, SkippedError, UnaskedError, equal
from .double import FEATURE, DoubleStore
from .driver import Driver, Limits
from .log import Event
from .scenarios import Scenario, roles
from .selection import pair_id
from .transcript import Transcript
from .vectors import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .answers import Answer
    from .known_failures import KnownFailures
    from .log import Recorder
    from .sdk import Sdk
    from .selection import Selection
    from .store import Store
    from .vectors import Vector

# A document takes no time; what asks a store may wait for more than one deadline.
_LIMITS = {"documents": Limits(request=6.0), "scenarios": Limits()}


class StoppedError(Exception):
    """As many checks have failed as the run was to bear."""


@dataclass
class Run:
    """One run of the vectors.

    Attributes:
        vectors: all of them.
        sdks: who is asked.
        selection: which checks.
        known: the list of each SDK, by its name.
        command: the command that started the run, to which filters are added.
        limits: how long drivers may take.
        recorder: takes what came of each check.
        stop_after: how many failures end the run; None goes on to the end.
        unasked: how many checks were not made, by the reason.
    """

    vectors: Sequence[Vector]
    sdks: Sequence[Sdk]
    selection: Selection
    known: Mapping[str, KnownFailures]
    recorder: Recorder
    command: str = "python -m conformance"
    limits: Limits | None = None
    stop_after: int | None = None
    unasked: Counter[str] = field(default_factory=Counter)
    _given_up: dict[str, str] = field(default_factory=dict)

    def make(self, store: Store | None, *, in_doubles: bool) -> None:
        """Make all checks; note if the run stops early, and once for each driver that is not asked any more why.

        Args:
            store: where scenarios are done; None leaves them out.
            in_doubles: whether they are done in the SDKs' own doubles.
        """
        try:
            self.documents()
            if in_doubles:
                self.doubles()
            if store:
                self.scenarios(store)
        except StoppedError:
            failures = self.recorder.failures
            self.recorder.problem(f"stopped after {failures:,} failures: what is left was not checked")
        for reason, count in self.unasked.items():
            self.recorder.problem(f"{reason}\n{count:,} checks were not made")

    def documents(self) -> None:
        """Ask each SDK alone, then every ordered pair of them for the matrix."""
        with self._drivers({}, "documents") as drivers, _rsa_key_file() as rsa_key:
            for driver in drivers:
                self.recorder.driver(driver.sdk.name, driver.started)
                self._alone(driver, rsa_key)
            self._matrix(drivers)

    def scenarios(self, store: Store) -> None:
        """Let every ordered pair do every scenario in a deployed store."""
        vectors = [vector for vector in self.vectors if vector.kind is Kind.STORE]
        with self._drivers(store.environment, "scenarios") as drivers, _rsa_key_file() as rsa_key:
            for writer, reader in itertools.product(drivers, drivers):
                for vector in vectors:
                    # Where only one of the two has something to do, another pair asks that one the same.
                    if len(roles(vector)) == 1 and writer is not reader:
                        continue
                    if not profile.pairs(vector, writer, reader):
                        continue
                    if self.selection.takes(vector.id, writer.sdk.name, reader.sdk.name):
                        scenario = Scenario(vector, writer, reader, store, rsa_key)
                        outcome = _outcome(vector, (writer, reader), scenario.run)
                        self._note_scenario(scenario, (writer.sdk, reader.sdk), outcome)

    def doubles(self) -> None:
        """Let every SDK that has a test double do every scenario in it, alone."""
        vectors = [vector for vector in self.vectors if vector.kind is Kind.STORE]
        with self._drivers({}, "scenarios") as drivers, _rsa_key_file() as rsa_key:
            for driver in [driver for driver in drivers if FEATURE in driver.features]:
                store = DoubleStore(driver)
                for vector in vectors:
                    if self.selection.takes(vector.id, driver.sdk.name, driver.sdk.name):
                        scenario = Scenario(vector, driver, driver, store, rsa_key)
                        outcome = _outcome(vector, (driver,), scenario.run)
                        self._note_scenario(scenario, (driver.sdk, driver.sdk), outcome)

    def has_scenarios(self) -> bool:
        """Whether any scenario was chosen, so that a store has to be deployed."""
        names = [sdk.name for sdk in self.sdks]
        return any(
            vector.kind is Kind.STORE and self.selection.may_take(vector.id, names) for vector in self.vectors
        )

    def _alone(self, driver: Driver, rsa_key: Path) -> None:
        vectors = [
            vector
            for vector in self.vectors
            if vector.kind is not Kind.STORE and profile.asks(vector, driver)
        ]
        chosen = [
            checks.of(vector, driver, rsa_key) for vector in vectors if self.selection.takes_vector(vector.id)
        ]
        # What standard error says belongs to one vector only if that vector is asked alone.
        together = [check for check in chosen if not check.vector.absent]
        answers = iter(driver.ask([request for check in together for request in check.requests]))
        for check in together:
            self._judge(driver, check, [next(answers) for _ in check.requests])
        for check in chosen:
            if check.vector.absent:
                driver.forget_stderr()
                self._judge(driver, check, driver.ask(check.requests))

    def _judge(self, driver: Driver, check: checks.Check, answers: list[Answer]) -> None:
        def judge() -> None:
            if check.vector.absent:
                checks.check_absent(check.vector.absent, answers, driver.stderr())
            check.judge(answers)

        outcome = _outcome(check.vector, (driver,), judge)
        seconds = sum(answer.seconds for answer in answers)
        transcript = Transcript(check.vector.absent)
        for request, answer in zip(check.requests, answers, strict=True):
            transcript.exchange(driver.sdk.name, request, answer)
        self._note("vector", check.vector, (driver.sdk, driver.sdk), outcome, seconds, transcript)

    def _matrix(self, drivers: Sequence[Driver]) -> None:
        for writer in drivers:
            vectors = [
                vector
                for vector in self.vectors
                if vector.kind is Kind.GOLDEN and vector.is_written_by(single_number=writer.is_single_number)
            ]
            readers = [driver.sdk.name for driver in drivers]
            vectors = [
                vector
                for vector in vectors
                if any(self.selection.takes(vector.id, writer.sdk.name, reader) for reader in readers)
            ]
            written = writer.ask([{"op": "encode", "value": vector.members["value"]} for vector in vectors])
            for reader in drivers:
                self._read_back(writer, reader, list(zip(vectors, written, strict=True)))

    def _read_back(self, writer: Driver, reader: Driver, written: list[tuple[Vector, Answer]]) -> None:
        chosen = [
            (vector, answer)
            for vector, answer in written
            if self.selection.takes(vector.id, writer.sdk.name, reader.sdk.name)
        ]
        wires = [answer.message["wire"] for _, answer in chosen if "wire" in answer.message]
        answers = iter(reader.ask([{"op": "decode", "wire": wire} for wire in wires]))
        for vector, document in chosen:
            read = next(answers) if "wire" in document.message else None

            def judge(
                vector: Vector = vector, document: Answer = document, read: Answer | None = read
            ) -> None:
                _judge_pair(vector, reader, document, read)

            outcome = _outcome(vector, (writer, reader), judge)
            seconds = document.seconds + (read.seconds if read else 0)
            self._note("matrix", vector, (writer.sdk, reader.sdk), outcome, seconds)

    def _note_scenario(self, scenario: Scenario, pair: tuple[Sdk, Sdk], outcome: Outcome) -> None:
        self._note("store", scenario.vector, pair, outcome, scenario.seconds, scenario.transcript)

    def _note(  # noqa: PLR0913, PLR0917 - all that is known of a check
        self,
        kind: str,
        vector: Vector,
        pair: tuple[Sdk, Sdk],
        outcome: Outcome,
        seconds: float,
        transcript: Transcript | None = None,
    ) -> None:
        """Compare an outcome with what is known to fail, and add it to the events.

        Raises:
            StoppedError: That were enough failures.
        """
        if outcome.state == "unasked":
            self.unasked[outcome.note] += 1
            return
        writer, reader = (sdk.name for sdk in pair)
        check_id = vector.id if kind == "vector" else pair_id(vector.id, writer, reader)
        listed = known_failures.find([self.known[name] for name in dict.fromkeys((writer, reader))], check_id)
        state, failure, note = outcome.state, outcome.failure, outcome.note
        if listed and state == "failed":
            state, note = (
                ("expected", listed.why) if failure.code == listed.code else (state, f"listed: {listed}")
            )
        elif listed:
            failure = FailureError(
                f"{known_failures.NOT_ANY_MORE}{state}", f"{listed} (known-failures.txt)", state
            )
            state = "failed"
        event = Event(
            check=kind,
            id=check_id,
            vector=vector.id,
            title=vector.title,
            clause=vector.clause,
            writer=writer,
            reader=reader,
            outcome=state,
            code=failure.code,
            part=failure.part,
            document=failure.document,
            expected=failure.expected,
            actual=failure.actual,
            note=note,
            transcript=transcript.text if transcript and outcome.state == "failed" else "",
            command=self._rerun(check_id, dict.fromkeys((writer, reader))),
            ms=round(seconds * 1000, 3),
        )
        self.recorder.check(event)
        if self.stop_after is not None and self.recorder.failures >= self.stop_after:
            raise StoppedError

    def _rerun(self, check_id: str, names: Mapping[str, None]) -> str:
        chosen = " ".join(f"--sdk {shlex.quote(name)}" for name in names)
        return f"{self.command} {chosen} --only {shlex.quote(check_id)} -v"

    @contextmanager
    def _drivers(self, variables: Mapping[str, str], what: str) -> Iterator[list[Driver]]:
        limits = self.limits or _LIMITS[what]
        with ExitStack() as stack:
            drivers = [
                stack.enter_context(Driver(sdk, variables, limits, self._given_up.get(sdk.name, "")))
                for sdk in self.sdks
            ]
            yield drivers
            # Who did not start, or hung, is not waited for again.
            self._given_up.update({driver.sdk.name: driver.given_up for driver in drivers})
            for driver in drivers:
                if wrong := driver.close():
                    self.recorder.problem(f"the driver of {driver.sdk.name} {wrong}")


@dataclass(frozen=True)
class Outcome:
    """What judging a check came to: its state, and the failure or why it was skipped."""

    state: str
    failure: FailureError
    note: str = ""


def _outcome(vector: Vector, drivers: Sequence[Driver], judge: Callable[[], None]) -> Outcome:
    nothing = FailureError("", "", "")
    for driver in drivers:
        if lacking := driver.lacking(vector):
            return Outcome("skipped", nothing, f"{driver.sdk.name} has not the feature {lacking}")
    try:
        judge()
    except FailureError as failure:
        return Outcome("failed", failure)
    except UnaskedError as unasked:
        return Outcome("unasked", nothing, str(unasked))
    except NotImplementedError as lacking:
        return Outcome("skipped", nothing, str(lacking))
    except SkippedError as skipped:
        if vector.may_be_skipped:
            return Outcome("skipped", nothing, str(skipped))
        illegal = FailureError(
            "skipped", "an answer: only what a language lacks may be skipped", str(skipped)
        )
        return Outcome("failed", illegal)
    return Outcome("passed", nothing)


def _judge_pair(vector: Vector, reader: Driver, document: Answer, read: Answer | None) -> None:
    wire = document.get("wire", "a document")
    expected = vector.value_for(single_number=reader.is_single_number)
    try:
        if read:
            equal(expected, read.value(expected))
    except FailureError as failure:
        failure.document = wire
        raise


@contextmanager
def _rsa_key_file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "key.pem"
        file.write_text(keys.pem("rsa"), encoding="utf-8")
        yield file
