"""Scenarios: steps that a writer, a reader and the runner do in one deployed store."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from .answers import FailureError, during, equal
from .checks import check_absent, check_document
from .notation import normal, plain
from .vectors import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .answers import Answer, Message
    from .driver import Driver
    from .store import Store
    from .vectors import Vector

_CONCURRENT_PUTS = 16
_EXPIRY_TOLERANCE = 5.0  # seconds
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
        self._service = f"run-{next(_runs)}"  # each run has its own, so that nothing is there yet
        self._version = ""

    def run(self) -> None:
        """Do the steps.

        Raises:
            FailureError: A step went otherwise than the vector says.
            SkippedError: The driver skipped one.
        """
        self._set_clocks(0)
        self._store.failing_edge.asked = 0
        for number, step in enumerate(self._vector.members["steps"], 1):
            with during(f"step {number}, {step['do']}"):
                self._STEPS[step["do"]](self, step)

    def _put(self, step: Message) -> None:
        answer = self._ask(step, "writer", {"op": "put", "value": step["value"], **_options(step)})
        if "error" in step:
            answer.check_refusal(step["error"], step.get("path"))
        else:
            self._version = answer.get("version", {"version": "…"})

    def _get(self, step: Message) -> None:
        more = {"consistent": True} if step.get("consistent") else {}
        _judge_get(step, self._ask(step, "reader", {"op": "get", **more}))
        if "async" in self._drivers[step.get("as", "reader")].features:
            with during("async"):
                _judge_get(step, self._ask(step, "reader", {"op": "get", "async": True, **more}))

    def _entry(self, step: Message) -> None:
        more = {"consistent": True} if step.get("consistent") else {}
        answer = self._ask(step, "reader", {"op": "entry", **more})
        if step.get("missing"):
            equal({"missing": True}, {"missing": answer.get("missing", {"missing": True})})
            return
        for member, told in step["entry"].items():
            if member == "value":
                value = normal(told)
                equal(value, answer.value(value))
            elif member == "expires_in":
                _check_expiry(told, answer.get("expires_at", told))
            else:
                expected = self._version if told == "$VERSION" else told
                equal({member: expected}, {member: answer.get(member, {member: expected})})

    def _remove(self, step: Message) -> None:
        answer = self._ask(step, "writer", {"op": "remove"})
        if "error" in step:
            answer.check_refusal(step["error"])
        else:
            answer.check_success({})

    def _put_many(self, step: Message) -> None:
        values = [[["str", name], value] for name, value in step["values"].items()]
        answer = self._ask(step, "writer", {"op": "put_many", "values": values, **_options(step)})
        if "error" in step:
            answer.check_refusal(step["error"])
        else:
            versions = answer.get("versions", sorted(step["values"]))
            equal(sorted(step["values"]), sorted(name[1] for name, _ in versions))

    def _get_many(self, step: Message) -> None:
        names = [["str", name] for name in step["names"]]
        answer = self._ask(step, "reader", {"op": "get_many", "names": names})
        if "error" not in step:
            found = answer.get("values", step["values"])
        else:
            answer.check_refusal(step["error"])
            if step["error"] != "batch":
                return
            error = answer.message["error"]
            equal(step["errors"], {name[1]: code for name, code in error.get("errors", [])})
            found = error.get("results", [])
        expected = [[name, normal(value)] for name, value in step["values"].items()]
        equal(expected, [[name[1], plain(value)] for name, value in found])

    def _remove_many(self, step: Message) -> None:
        names = [["str", name] for name in step["names"]]
        self._ask(step, "writer", {"op": "remove_many", "names": names}).check_success({})

    def _list(self, step: Message) -> None:
        answer = self._ask(step, "reader", {"op": "list", "prefix": step["prefix"]})
        if "error" in step:
            answer.check_refusal(step["error"])
        elif "count" in step:
            equal(step["count"], len(set(answer.get("names", step["count"]))))
        else:
            equal(sorted(step["names"]), sorted(answer.get("names", step["names"])))

    def _clear(self, step: Message) -> None:
        answer = self._ask(step, "writer", {"op": "clear", "prefix": step["prefix"]})
        if "error" in step:
            answer.check_refusal(step["error"])
        else:
            equal(step["count"], answer.get("count", step["count"]))

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
        if "storage_class" in step:
            equal(step["storage_class"], found.storage_class)
        if "tags" in step:
            equal(step["tags"], dict(found.tags))
        if "expires_in" in step:
            _check_expiry(step["expires_in"], json.loads(found.body).get("expires_at"))

    def _place(self, step: Message) -> None:
        content = joined(step["gzip"] if "gzip" in step else step["body"]).encode()
        body = gzip.compress(content) if "gzip" in step else content
        self._store.put(self._key(step), step.get("headers", {}), body)

    def _fill(self, step: Message) -> None:
        # Once for all pairs: a thousand puts take longer than all else.
        self._service = f"filled-{step['count']}"
        if self._key({}) in self._store.filled:
            return
        self._store.filled.add(self._key({}))
        names = [f"n/{number:04}" for number in range(step["count"])]
        with ThreadPoolExecutor(_CONCURRENT_PUTS) as pool:
            list(pool.map(lambda name: self._store.put(self._key({"name": name}), {}, b""), names))

    def _asked(self, step: Message) -> None:
        equal(step["count"], self._store.failing_edge.asked)

    def _wait(self, step: Message) -> None:
        self._set_clocks(self._store.clock.ahead + step["seconds"])

    def _set_clocks(self, ahead: float) -> None:
        """Let the edge and the SDKs agree on the time: signatures and lifetimes go by it."""
        self._store.clock.ahead = ahead
        for driver in set(self._drivers.values()):
            (answer,) = driver.ask([{"op": "clock", "offset": ahead}])
            answer.check_success({})

    def _ask(self, step: Message, who: str, request: Message) -> Answer:
        driver = self._drivers[step.get("as", who)]
        driver.forget_stderr()
        conf = self._store.conf(self._vector.members["visibility"], step.get("conf", {}), self._rsa_key)
        name = {"name": ["str", step["name"]]} if "name" in step else {}
        (answer,) = driver.ask([{**request, **name, "conf": conf, "service": self._service}])
        self.seconds += answer.seconds
        check_absent([*self._vector.absent, *step.get("absent", ())], [answer], driver.stderr())
        return answer

    def _key(self, step: Message) -> str:
        escaped = _ESCAPED.sub(lambda byte: b".%02X" % byte[0][0], step.get("name", "").encode()).decode()
        return f"{self._vector.members['visibility']}/{self._service}/{step.get('key', f'{escaped}.json')}"

    _STEPS: Mapping[str, Callable[[Scenario, Message], None]] = {
        "put": _put,
        "get": _get,
        "entry": _entry,
        "remove": _remove,
        "put_many": _put_many,
        "get_many": _get_many,
        "remove_many": _remove_many,
        "list": _list,
        "clear": _clear,
        "object": _object,
        "store": _place,
        "fill": _fill,
        "wait": _wait,
        "asked": _asked,
    }


def _options(step: Message) -> Message:
    return {"options": step["options"]} if "options" in step else {}


def _check_expiry(seconds: float, expires_at: object) -> None:
    """Check that a value ends about that many seconds from now."""
    if not isinstance(expires_at, int) or abs(expires_at / 1000 - time.time() - seconds) > _EXPIRY_TOLERANCE:
        raise FailureError("mismatch", f"an end {seconds} s from now", f"expires_at {expires_at}")


def _judge_get(step: Message, answer: Answer) -> None:
    if "error" in step:
        answer.check_refusal(step["error"])
    elif step.get("missing"):
        expected = {"missing": True}
        equal(expected, {"missing": answer.get("missing", expected)})
    else:
        value = normal(step["value"])
        equal(value, answer.value(value))
