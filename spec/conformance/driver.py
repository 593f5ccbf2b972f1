"""A driver: requests go out together, replies are read in order, and whatever it does, the run goes on."""

from __future__ import annotations

import itertools
import json
import os
import time
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from . import protocol
from .answers import UNASKED, Answer
from .process import EndedError, Process, ProcessError, SilentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from signal import Signals

    from typing_extensions import Self

    from .answers import Message
    from .sdk import Sdk
    from .vectors import Vector

_HANGS_IN_A_ROW = 3  # after which a driver is not asked any more
_HANGS = 10  # after which it is not, either
_HASTE = 3  # how many times less it may take for a request once it has hung
_VERDICTS: Mapping[type[Exception], str] = {EndedError: "crashed", SilentError: "timeout"}
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Limits:
    """How long a driver may take, in seconds: to start, and for each request."""

    start: float = 20.0
    request: float = 15.0


class Driver:
    """The driver of one SDK; use it in a `with` statement.

    Attributes:
        sdk: whose it is.
        started: its reply to `start`; empty if it does not start.
        given_up: why it is not asked any more; empty while it is.
    """

    def __init__(
        self,
        sdk: Sdk,
        variables: Mapping[str, str] = _NOTHING,
        limits: Limits | None = None,
        given_up: str = "",
    ) -> None:
        """Start it, if it does.

        Args:
            sdk: whose it is.
            variables: environment variables besides this process's own, of which those of AWS and of Memory
                Service are taken away.
            limits: how long it may take.
            given_up: why it is not even started; empty starts it.
        """
        self.sdk = sdk
        self.started: Message = {}
        self.given_up = given_up
        self._environment = {**_bare_environment(), **variables}
        self._limits = limits or Limits()
        self._ids = itertools.count(1)
        self._process: Process | None = None
        self._hangs = 0
        self._hangs_in_a_row = 0
        self._start()

    @property
    def features(self) -> frozenset[str]:
        """What it says it can do."""
        return frozenset(self.started.get("features", ()))

    @property
    def is_single_number(self) -> bool:
        """Whether its language has one number type."""
        return "single-number" in self.features

    def lacking(self, vector: Vector) -> str:
        """Return the features that the vector requires and this driver has not, for people."""
        # A driver that did not even start has not said what it lacks: that is its failure.
        return ", ".join(sorted(vector.requires - self.features)) if self.started else ""

    def ask(self, requests: Sequence[Message]) -> list[Answer]:
        """Return what came of each request; a process that fails at one is replaced for those after it."""
        answers: list[Answer] = []
        while len(answers) < len(requests):
            process = self._process or self._start()
            if process is None:
                unasked = Answer(verdict=UNASKED, detail=f"the driver of {self.sdk.name} {self.given_up}")
                answers += [unasked] * (len(requests) - len(answers))
            else:
                self._converse(process, requests, answers)
        return answers

    def stderr(self) -> str:
        """Return the end of what the process has said on standard error."""
        return self._process.stderr() if self._process else ""

    def signal(self, number: Signals) -> bool:
        """Send a signal to the process, from any thread; return whether there is one."""
        process = self._process
        if process:
            process.signal(number)
        return process is not None

    def forget_stderr(self) -> None:
        """Begin anew to collect standard error."""
        if self._process:
            self._process.forget_stderr()

    def close(self) -> str:
        """End the input and the process; return what was wrong with how it ended, or nothing."""
        process, self._process = self._process, None
        if process is None:
            return ""
        try:
            status = process.finish(self._limits.request)
            if process.has_more():
                return "wrote more than one reply to its last request"
        except SilentError as error:
            return str(error)
        else:
            return f"exited with {status} at the end of its input" if status else ""
        finally:
            process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _converse(self, process: Process, requests: Sequence[Message], answers: list[Answer]) -> None:
        """Ask what has no answer yet, and add the answers, up to the first at which the process fails."""
        asked = [{"id": next(self._ids), **request} for request in requests[len(answers) :]]
        process.send(b"".join(json.dumps(request).encode() + b"\n" for request in asked))
        previous = 0
        for request in asked:
            began = time.monotonic()
            try:
                message = protocol.parse(process.line(self._limits.request / (_HASTE if self._hangs else 1)))
            except (protocol.ReplyError, ProcessError) as error:
                answers.append(self._fail(process, error))
                return
            if previous and message["id"] == previous:
                answers[-1] = self._fail(
                    process, protocol.ReplyError(f"a second reply to request {previous}")
                )
                return
            if message["id"] != request["id"]:
                wrong = f"the reply to request {request['id']} has the id {message['id']}"
                answers.append(self._fail(process, protocol.ReplyError(wrong)))
                return
            self._hangs_in_a_row = 0
            previous = message.pop("id")
            answers.append(_checked(request["op"], message, time.monotonic() - began))
        if process.has_more():
            answers[-1] = self._fail(process, protocol.ReplyError(f"a second reply to request {previous}"))

    def _start(self) -> Process | None:
        """Start the process; one that does not start is not tried again."""
        if self.given_up:
            return None
        try:
            process = Process(self.sdk.command, self.sdk.folder, self._environment)
        except OSError as error:
            self.given_up = f"cannot be started: {error}"
            return None
        request: Message = {"id": next(self._ids), "op": "start", "protocol": protocol.VERSION}
        process.send(json.dumps(request).encode() + b"\n")
        try:
            message = protocol.parse(process.line(self._limits.start))
            protocol.check_start(message, request["id"])
        except (protocol.ReplyError, ProcessError) as error:
            self.given_up = f"does not start: {self._fail(process, error).detail}"
            return None
        self.started = message
        self._process = process
        return process

    def _fail(self, process: Process, error: protocol.ReplyError | ProcessError) -> Answer:
        """End the process, and say why."""
        verdict = _VERDICTS.get(type(error), "protocol_error")
        process.kill()
        self._process = None
        tail = process.tail()
        failure = Answer(verdict=verdict, detail=f"{error}\n{tail}" if tail else str(error))
        if verdict == "timeout":
            self._hangs += 1
            self._hangs_in_a_row += 1
            for hangs, limit, how in (
                (self._hangs_in_a_row, _HANGS_IN_A_ROW, " in a row"),
                (self._hangs, _HANGS, ""),
            ):
                if hangs >= limit:
                    self.given_up = f"has hung {limit} times{how} and is not asked any more"
        else:
            self._hangs_in_a_row = 0
        return failure


def _checked(operation: str, message: Message, seconds: float) -> Answer:
    try:
        protocol.check_shape(operation, message)
    except protocol.ReplyError as error:
        return Answer(verdict="protocol_error", detail=str(error), seconds=seconds)
    return Answer(message, seconds=seconds)


def _bare_environment() -> dict[str, Any]:
    """Return this process's environment without what would configure an SDK or find an AWS account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MEMORY_"))}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nowhere, "AWS_EC2_METADATA_DISABLED": "true"}
