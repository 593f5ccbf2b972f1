"""Scenarios: steps that a writer, a reader and the runner do in one deployed store."""

from __future__ import annotations

import gzip
import itertools
import re
from typing import TYPE_CHECKING

from .answers import during, equal
from .checks import check_absent, check_document
from .notation import normal
from .vectors import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .answers import Answer, Message
    from .driver import Driver
    from .store import Store
    from .vectors import Vector

_SERVICE = "shop"
_ESCAPED = re.compile(rb"[^A-Za-z0-9_/-]")
_runs = itertools.count(1)


class Scenario:
    """One run of a vector's steps by one pair of drivers.

    Attributes:
        seconds: how long the drivers took.
    """

    def __init__(self, vector: Vector, writer: Driver, reader: Driver, store: Store, rsa_key: Path) -> None:
        """Take the vector, the drivers, where they meet, and a file with a key that CloudFront does not know."""
        self.seconds = 0.0
        self._vector = vector
        self._drivers = {"writer": writer, "reader": reader}
        self._store = store
        self._rsa_key = rsa_key
        self._run = f"r{next(_runs)}"  # the names of each run are its own
        self._version = ""

    def run(self) -> None:
        """Do the steps.

        Raises:
            FailureError: A step went otherwise than the vector says.
            SkippedError: The driver skipped one.
        """
        self._store.clock.reset()
        for number, step in enumerate(self._vector.members["steps"], 1):
            with during(f"step {number}, {step['do']}"):
                self._STEPS[step["do"]](self, step)

    def _put(self, step: Message) -> None:
        answer = self._ask(step, "writer", {"op": "put", "value": step["value"]})
        if "error" in step:
            answer.check_refusal(step["error"], step.get("path"))
        else:
            self._version = answer.get("version", {"version": "…"})

    def _get(self, step: Message) -> None:
        _judge_get(step, self._ask(step, "reader", {"op": "get"}))
        if "async" in self._drivers[step.get("as", "reader")].features:
            with during("async"):
                _judge_get(step, self._ask(step, "reader", {"op": "get", "async": True}))

    def _remove(self, step: Message) -> None:
        answer = self._ask(step, "writer", {"op": "remove"})
        if "error" in step:
            answer.check_refusal(step["error"])
        else:
            answer.check_success({})

    def _object(self, step: Message) -> None:
        found = self._store.object(self._key(step))
        if found is None or step.get("missing"):
            equal("no object" if step.get("missing") else "an object", "an object" if found else "no object")
            return
        for name, value in step.get("headers", {}).items():
            equal({name: value}, {name: found.headers.get(name.lower())})
        if "document" in step:
            check_document(joined(step["document"]), found.body.decode(errors="replace"))
        if step.get("version"):
            equal(found.version, self._version)

    def _place(self, step: Message) -> None:
        content = joined(step["gzip"] if "gzip" in step else step["body"]).encode()
        body = gzip.compress(content) if "gzip" in step else content
        self._store.put(self._key(step), step.get("headers", {}), body)

    def _wait(self, step: Message) -> None:
        self._store.clock.advance(step["seconds"])

    def _ask(self, step: Message, who: str, request: Message) -> Answer:
        driver = self._drivers[step.get("as", who)]
        driver.forget_stderr()
        conf = self._store.conf(self._vector.members["visibility"], step.get("conf", {}), self._rsa_key)
        name = ["str", self._name(step)]
        (answer,) = driver.ask([{**request, "conf": conf, "service": _SERVICE, "name": name}])
        self.seconds += answer.seconds
        check_absent([*self._vector.absent, *step.get("absent", ())], [answer], driver.stderr())
        return answer

    def _name(self, step: Message) -> str:
        return f"{self._run}/{step['name']}"

    def _key(self, step: Message) -> str:
        escaped = _ESCAPED.sub(lambda byte: b".%02X" % byte[0][0], self._name(step).encode()).decode()
        return f"{self._vector.members['visibility']}/{_SERVICE}/{escaped}.json"

    _STEPS: Mapping[str, Callable[[Scenario, Message], None]] = {
        "put": _put,
        "get": _get,
        "remove": _remove,
        "object": _object,
        "store": _place,
        "wait": _wait,
    }


def _judge_get(step: Message, answer: Answer) -> None:
    if "error" in step:
        answer.check_refusal(step["error"])
    elif step.get("missing"):
        expected = {"missing": True}
        equal(expected, {"missing": answer.get("missing", expected)})
    else:
        value = normal(step["value"])
        equal(value, answer.value(value))
