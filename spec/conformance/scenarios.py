"""Scenarios: steps that a writer, a reader and the runner do in one deployed store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import actions, protocol, questions
from .answers import Answer, FailureError, during, equal
from .checks import check_absent
from .play import Play
from .transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from .answers import Message
    from .driver import Driver
    from .store import Store
    from .vectors import Vector


def roles(vector: Vector) -> set[str]:
    """Return who has something to do in a scenario: `writer`, `reader` or both."""
    return {_role(step) for step in _asking(vector.members["steps"])}


def reader_steps(vector: Vector) -> list[Message]:
    """Return the steps that the reader does."""
    return [step for step in _asking(vector.members["steps"]) if _role(step) == "reader"]


def roles_that_keep(vector: Vector) -> set[str]:
    """Return whose objects are kept and read: in a language with two ways to, all is done in one, then the other."""
    kept = [step for step in _asking(vector.members["steps"]) if "session" in step]
    return {_role(step) for step in kept if step["do"] in questions.READS}


class Scenario:
    """A vector's steps, done by one pair of drivers.

    Attributes:
        vector: whose steps they are.
        seconds: how long the drivers took.
        transcript: what was asked and answered, the last time through.
    """

    def __init__(self, vector: Vector, writer: Driver, reader: Driver, store: Store, rsa_key: Path) -> None:
        """Take the vector, the drivers, where they meet, and a file with a key that CloudFront does not know."""
        self.vector = vector
        self.seconds = 0.0
        self.transcript = Transcript(vector.absent)
        self._drivers = {"writer": writer, "reader": reader}
        self._store = store
        self._rsa_key = rsa_key

    def run(self) -> None:
        """Do the steps.

        Raises:
            FailureError: A step went otherwise than the vector says.
            SkippedError: The driver skipped one.
        """
        self._run(is_async=False)
        drivers = [self._drivers[role] for role in roles_that_keep(self.vector)]
        if any("async" in driver.features for driver in drivers):
            with during("async"):
                self._run(is_async=True)

    def _run(self, *, is_async: bool) -> None:
        play = Play(self.vector, self._drivers, self._store)
        self.transcript = play.transcript
        performance = Performance(play, self.vector.absent, self._rsa_key, is_async=is_async)
        try:
            play.begin()
            for number, step in enumerate(self.vector.members["steps"], 1):
                play.transcript.step(number, step)
                with during(f"step {number}, {step['do']}"):
                    performance.do(step)
        finally:
            play.end()
            self.seconds += performance.seconds


class Performance:
    """Has steps done: by the runner, or by a driver whose answer is judged.

    Attributes:
        seconds: how long the drivers took.
    """

    def __init__(self, play: Play, absent: Sequence[str], rsa_key: Path, *, is_async: bool) -> None:
        """Take what the steps share, and how they are done.

        Args:
            play: what they share.
            absent: what no answer may contain.
            rsa_key: a file with a key that CloudFront does not know.
            is_async: whether objects that are kept read asynchronously where there is a choice.
        """
        self.seconds = 0.0
        self._play = play
        self._absent = absent
        self._rsa_key = rsa_key
        self._is_async = is_async

    def do(self, step: Message) -> None:
        """Do one step.

        Raises:
            FailureError: It went otherwise than the vector says.
            SkippedError: The driver skipped it.
        """
        if step["do"] in actions.ACTIONS:
            actions.ACTIONS[step["do"]](self._play, step)
        elif step["do"] == "together":
            self._together(step)
        else:
            for way in self._ways(step):
                with during(way):
                    questions.JUDGES[step["do"]](self._play, step, self._ask(step, self.request(step, way)))

    def request(self, step: Message, way: str) -> Message:
        """Return what a driver is asked for a step.

        Args:
            step: the step.
            way: `async` for the other way of a language that has two to read, else empty.
        """
        play = self._play
        request = {"op": step["do"], **questions.request(step, play.remembered)}
        if way:
            request["async"] = True
        if "session" in step:
            request["session"] = f"{_role(step)} {step['session']}"
        own = {"CHANGES": True} if play.with_changes else {}
        conf = play.store.conf(play.visibility, {**own, **step.get("conf", {})}, self._rsa_key)
        return {**request, "conf": conf, "service": play.service}

    def _ways(self, step: Message) -> Iterable[str]:
        if step["do"] not in questions.READS or "async" not in self._play.drivers[_role(step)].features:
            return [""]
        if "session" in step:
            return ["async" if self._is_async else ""]
        return ["", "async"]

    def _together(self, step: Message) -> None:
        lanes = step["lanes"] * step.get("count", 1)
        plain = [[self._inner(one) for one in lane] for lane in lanes]
        driver = {**lanes[0][-1], **({"within": step["within"]} if "within" in step else {})}
        answer = self._ask(driver, {"op": "together", "lanes": plain})
        replies = answer.get("lanes", "a reply to each request")
        equal([len(lane) for lane in lanes], [len(lane) for lane in replies])
        called = 0
        for number, (lane, said) in enumerate(zip(lanes, replies, strict=True), 1):
            for one, message in zip(lane, said, strict=True):
                if one["do"] == "pause":
                    continue
                with during(f"lane {number}, {one['do']}"):
                    called += bool(message.get("called"))
                    questions.JUDGES[one["do"]](self._play, one, _checked(one["do"], message))
        if "called" in step:
            equal({"called": step["called"]}, {"called": called})

    def _inner(self, step: Message) -> Message:
        if step["do"] == "pause":
            return {"op": "pause", "seconds": step["seconds"]}
        has_ways = step["do"] in questions.READS and "async" in self._play.drivers[_role(step)].features
        return self.request(step, "async" if has_ways else "")

    def _ask(self, step: Message, request: Message) -> Answer:
        play, driver = self._play, self._play.drivers[_role(step)]
        play.store.roam(step.get("pop", 0))
        driver.forget_stderr()
        before = play.store.clock.now
        (answer,) = driver.ask([request])
        self.seconds += answer.seconds
        if replaced := play.store.overwritten():
            play.remembered["$WRITE"] = replaced
        play.transcript.exchange(driver.sdk.name, request, answer)
        if not answer.verdict:
            play.transcript.traffic(play.store.traffic())
        if answer.seconds > step.get("within", answer.seconds):
            raise FailureError(
                "late", f"an answer within {step['within']} s", f"one after {answer.seconds:.1f} s"
            )
        check_absent([*self._absent, *step.get("absent", ())], [answer], driver.stderr())
        if "passes" in step:
            play.wait(step["passes"])  # so far only the clock of the driver has moved
        if play.store.clock.now != before:
            play.wait(0)  # so far only that of the store has
        return answer


def _asking(steps: Sequence[Message]) -> Iterator[Message]:
    """Find the steps that a driver does."""
    for step in steps:
        if step["do"] == "together":
            yield from (one for lane in step["lanes"] for one in lane if one["do"] != "pause")
        elif step["do"] not in actions.ACTIONS:
            yield step


def _role(step: Message) -> str:
    return str(step.get("as") or ("reader" if step["do"] in questions.OF_READERS else "writer"))


def _checked(operation: str, message: Any) -> Answer:
    """Return one reply of several as an answer."""
    try:
        protocol.check_shape(operation, message)
    except (protocol.ReplyError, TypeError, AttributeError) as error:
        raise FailureError(
            "protocol_error", f"a reply to {operation}", f"{error}: {json.dumps(message)}"
        ) from error
    return Answer(message)
