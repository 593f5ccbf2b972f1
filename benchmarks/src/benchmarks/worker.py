"""One measured program, running one case."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from benchmarks.errors import BenchmarkError, WorkerError
from benchmarks.processes import on_one_core

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self

    from benchmarks.figures import Language

FOLDER = Path(__file__).resolve().parents[2]
_READY_SECONDS = 300.0
_ANSWER_SECONDS = 120.0
_STOP_SECONDS = 10.0


class SkippedError(BenchmarkError):
    """The program says that it cannot run this case here, and why.

    Attributes:
        case: The case.
    """

    def __init__(self, case: str, why: str) -> None:
        super().__init__(f"{case}: {why}")
        self.case = case


def command(language: Language, kind: str, case: str) -> list[str]:
    """Return how to start a program.

    Args:
        language: Of the SDK.
        kind: `warm` or `fresh`.
        case: Name of the case.
    """
    if language == "python":
        return [sys.executable, str(FOLDER / "python" / f"{kind}.py"), case]
    return ["node", str(FOLDER / "nodejs" / f"{kind}.js"), case]


class Worker:
    """A running program; use it in a `with` statement.

    Args:
        arguments: How to start it.
        environment: What is added to this process's environment.

    Attributes:
        facts: What it said beside the time, in its last answer.

    Raises:
        SkippedError: It cannot run this case here.
        WorkerError: It failed, or says something else than the protocol.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._arguments = arguments
        self.facts: dict[str, float] = {}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        with on_one_core():
            self._process = subprocess.Popen(  # noqa: S603 - the harness names the programs
                arguments,
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
            )

    def wait_until_ready(self) -> None:
        """Wait for its first line: several programs can set up at a time."""
        try:
            first = self._line(_READY_SECONDS)
            self._check_first(first)
        except BaseException:
            self.stop()
            raise

    def _check_first(self, said: Mapping[str, Any]) -> None:
        if "skip" in said:
            raise SkippedError(self._arguments[-1], str(said["skip"]))
        if said.get("ready") is not True:
            raise self._failed(f"began with {said!r}")

    def run(self, operations: int) -> int:
        """Let it do something that many times, and return the nanoseconds of all of them."""
        stdin, _ = self._pipes()
        try:
            stdin.write(json.dumps({"operations": operations}) + "\n")
            stdin.flush()
        except BrokenPipeError:
            raise self._failed("ended early") from None
        answer = self._line(_ANSWER_SECONDS)
        nanoseconds = answer.pop("nanoseconds", None)
        if type(nanoseconds) is not int or nanoseconds < 0:
            raise self._failed(f"answered {answer!r} without nanoseconds")
        self.facts = answer
        return nanoseconds

    def stop(self) -> None:
        """End its input, and it with that."""
        stdin, stdout = self._pipes()
        with suppress(BrokenPipeError):
            stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        stdout.close()
        self._errors.close()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError("the program was started without pipes")
        return self._process.stdin, self._process.stdout

    def _line(self, seconds: float) -> dict[str, Any]:
        _, stdout = self._pipes()
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while not selector.select(max(0.0, deadline - time.monotonic())):
                if time.monotonic() >= deadline:
                    self._process.kill()
                    raise self._failed(f"said nothing for {seconds:g} seconds")
        line = stdout.readline()
        try:
            said = json.loads(line)
        except ValueError:
            raise self._failed(f"said {line!r}" if line else "ended early") from None
        if type(said) is not dict:
            raise self._failed(f"said {line!r}")
        return said

    def _failed(self, how: str) -> WorkerError:
        try:
            code = self._process.wait(_STOP_SECONDS if how == "ended early" else 0)
        except subprocess.TimeoutExpired:
            code = None
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()[-2000:]
        ended = "" if code is None else f" (exit code {code})"
        return WorkerError(f"{' '.join(self._arguments[-2:])} {how}{ended}{': ' if said else ''}{said}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
