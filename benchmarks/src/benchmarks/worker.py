"""The programs that are measured, one process a case."""

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
from typing import TYPE_CHECKING, Any

from benchmarks.errors import WorkerError
from benchmarks.processes import on_one_core

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self

    from benchmarks.figure import Language

FOLDER = Path(__file__).resolve().parents[2]
_READY_SECONDS = 300.0
_ANSWER_SECONDS = 120.0
_STOP_SECONDS = 10.0


def command(language: Language, kind: str, case: str) -> list[str]:
    """Return how to start a program: of which SDK, `warm` or `fresh`, and for which case."""
    if language == "python":
        return [sys.executable, str(FOLDER / "python" / f"{kind}.py"), case]
    return ["node", str(FOLDER / "nodejs" / f"{kind}.js"), case]


class Program:
    """A running program that talks in lines; use it in a `with` statement. Its environment adds to ours."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._arguments = arguments
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        self.process = subprocess.Popen(  # noqa: S603 - the harness names the programs
            arguments,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,  # select would not see a line that is read ahead
        )
        if self.process.stdin is None or self.process.stdout is None:
            raise TypeError("a program is started with pipes")
        self._stdin, self._stdout = self.process.stdin, self.process.stdout
        self._answers = selectors.DefaultSelector()
        self._answers.register(self._stdout, selectors.EVENT_READ)

    def say(self, text: str) -> None:
        """Write to its standard input."""
        try:
            self._stdin.write(text.encode())
        except BrokenPipeError:
            raise self.failed("ended early") from None

    def line(self, seconds: float = _ANSWER_SECONDS) -> str:
        """Return its next line, empty if it has ended; wait no longer than that."""
        deadline = time.monotonic() + seconds
        while not self._answers.select(max(0.0, deadline - time.monotonic())):
            if time.monotonic() >= deadline:
                self.process.kill()
                raise self.failed(f"said nothing for {seconds:g} seconds")
        return self._stdout.readline().decode()

    def failed(self, how: str) -> WorkerError:
        """Return what to raise: with its exit code and what it wrote to standard error."""
        code = None
        with suppress(subprocess.TimeoutExpired):
            code = self.process.wait(_STOP_SECONDS if how == "ended early" else 0)
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()[-2000:]
        ended = "" if code is None else f" (exit code {code})"
        return WorkerError(f"{' '.join(self._arguments[-2:])} {how}{ended}{': ' if said else ''}{said}")

    def stop(self) -> None:
        """End its input, and it with that."""
        self._stdin.close()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._answers.close()
        self._stdout.close()
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Worker(Program):
    """The program of a warm case, on the one core that all of them share."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.facts: dict[str, float] = {}  # what it said beside the time, in its last answer
        with on_one_core():
            super().__init__(arguments, environment)

    def wait_until_ready(self) -> None:
        """Wait for its first line: several programs can set up at a time."""
        said = self._object(_READY_SECONDS)
        if said.get("ready") is not True:
            raise self.failed(f"began with {said!r}")

    def run(self, operations: int) -> int:
        """Let it do something that many times, and return the nanoseconds of all of them."""
        self.say(json.dumps({"operations": operations}) + "\n")
        answer = self._object(_ANSWER_SECONDS)
        nanoseconds = answer.pop("nanoseconds", None)
        if type(nanoseconds) is not int or nanoseconds < 0:
            raise self.failed(f"answered {answer!r} without nanoseconds")
        self.facts = answer
        return nanoseconds

    def _object(self, seconds: float) -> dict[str, Any]:
        line = self.line(seconds)
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if type(said) is not dict:
            raise self.failed(f"said {line!r}" if line else "ended early")
        return said
