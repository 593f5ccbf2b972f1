"""A client of a history: a process with some service objects, which does what its plan says and records it."""

from __future__ import annotations

import itertools
import signal
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .operation import Operation
from .plan import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conformance.answers import Message
    from conformance.driver import Driver

    from .plan import Plan

_REQUESTS: Mapping[str, str] = {"get": "entry"}
_MORE_THAN_KEPT = 10_001  # names: an object remembers 10,000 at least (SES-5)
_DEADLINE = 5.0  # unless configured
_COUNTS_EVERY = 20  # steps
_OUTCOMES: Mapping[str, str] = {
    "conflict": "conflict",
    "unavailable": "unknown",
    "batch": "unknown",  # some of several tags could not be invalidated
}
_REFUSED: Message = {"error": {"code": "unavailable"}}


class BrokenError(Exception):
    """A client did what no client may: it crashed, hung, or raised an error that is not one of those to expect."""


class _KilledError(Exception):
    """The process has been killed, as it was to be."""


@dataclass(frozen=True)
class Member:
    """A service object.

    Attributes:
        name: of the object, as histories call it.
        conf: its configuration.
        tells: whether its reads are asked for where the value came from.
        pop: the point of presence that it asks; None if it roams.
    """

    name: str
    conf: Message
    tells: bool = True
    pop: int | None = None

    @property
    def record(self) -> bool:
        """Whether it goes by a change record."""
        return bool(self.conf.get("CHANGES"))

    @property
    def stale(self) -> float:
        """For how many seconds beyond its freshness it may serve a copy."""
        return float(self.conf["STALE_IF_ERROR"]) if self.tells else 0.0


class Visit:
    """A stay of those who roam at one point of presence; None while they move."""

    def __init__(self, pop: int | None) -> None:
        """Begin."""
        self.pop = pop


class Client:
    """One process of one SDK.

    Attributes:
        history: what it has done.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a client has to do with
        self,
        driver: Driver,
        members: Sequence[Member],
        plan: Plan,
        clock: Callable[[], float],
        visit: Callable[[], Visit],
        service: str,
        start: Callable[[Driver], None],
    ) -> None:
        """Take the driver of a process.

        Args:
            driver: asks the process.
            members: its service objects.
            plan: what it is to do.
            clock: the one clock.
            visit: returns where those are who roam.
            service: the service's name.
            start: lets a new process begin.
        """
        self.history: list[Operation] = []
        self._driver = driver
        self._members = members
        self._plan = plan
        self._clock = clock
        self._visit = visit
        self._service = service
        self._start = start
        self._lives = 0
        self._counted: Counter[str] = Counter()  # by those who are dead
        self._counts: Counter[str] = Counter()  # by those who live, a while ago
        self._steps = 0
        self._is_to_die = False
        self._numbers = itertools.count()
        self._versions: dict[
            str, tuple[str, str]
        ] = {}  # by name: the version that was last seen, and its word

    def step(self) -> None:
        """Do one step of the plan.

        Raises:
            BrokenError: The process did what none may.
        """
        member = self._plan.chance.choice(self._members)
        lanes = [[self._request(wish, member) for wish in lane] for lane in self._plan.step()]
        requests = [[{**request, **self._open(member)} for request, _ in lane] for lane in lanes]
        self._steps += 1
        visit = self._visit()
        began = self._clock()
        try:
            if self._steps % _COUNTS_EVERY == 0:
                self._counts = self._ask_for_counts()
            replies = self._replies(lanes, requests)
        except _KilledError:
            # What was under way may have come to anything.
            replies = [[_REFUSED for _ in lane] for lane in lanes]
            self._live_again()
        ended = self._clock()
        stayed = visit.pop if self._visit() is visit else None
        pop = stayed if member.pop is None else member.pop
        for lane, answers in zip(lanes, replies, strict=True):
            for (request, begun), reply in zip(lane, answers, strict=True):
                if begun:
                    self._record(begun | {"pop": pop}, request, reply, began, ended)

    def freeze(self, meanwhile: Callable[[], None]) -> None:
        """Stop the process wherever it is, and let it go on after something else has happened."""
        if self._driver.signal(signal.SIGSTOP):
            try:
                meanwhile()
            finally:
                self._driver.signal(signal.SIGCONT)

    def crash(self) -> None:
        """Kill the process wherever it is; another one takes its place, with other objects."""
        self._is_to_die = True
        self._is_to_die = self._driver.signal(signal.SIGKILL)

    def settle(self) -> None:
        """Let the process be one that lives."""
        if self._is_to_die:
            self._live_again()

    def read_newest(self, names: Sequence[str]) -> None:
        """Read what S3 holds under names, for the record."""
        for name in names:
            request, begun = self._request(Wish("get", name, consistent=True), self._members[0])
            began = self._clock()
            reply = self._ask({**request, **self._open(self._members[0])})
            if begun:
                self._record(begun, request, reply, began, self._clock())

    def read_in_the_dark(self, advance: Callable[[float], None], asked: Callable[[], int]) -> None:
        """Read through each object while every edge fails, and record how often the edges were asked (FAIL-2).

        Args:
            advance: lets time pass.
            asked: returns how often anybody has asked an edge.
        """
        for member in self._members:
            for count, wait in self._plan.blackout():
                advance(wait)
                # Names of their own: those who read the same share a request.
                wishes = [Wish("get", f"blackout/{number}") for number in range(count)]
                pairs = [self._request(wish, member) for wish in wishes]
                lanes = [[{**request, **self._open(member)}] for request, _ in pairs]
                before, began = asked(), self._clock()
                replies = self._ask({"op": "together", "lanes": lanes})["lanes"]
                ended, more = self._clock(), asked() - before
                for number, ((request, begun), (reply,)) in enumerate(zip(pairs, replies, strict=True)):
                    if begun:
                        told = begun | {"asked": None if number else more}
                        self._record(told, request, reply, began, ended)

    def stats(self) -> Counter[str]:
        """Return the statistics of all its objects together: of those of a killed process, what they last said."""
        return self._counted + self._ask_for_counts()

    def _open(self, member: Member) -> Message:
        return {"session": member.name, "conf": member.conf, "service": self._service}

    def _replies(
        self, lanes: Sequence[Sequence[tuple[Message, dict[str, Any] | None]]], requests: list[list[Message]]
    ) -> list[list[Message]]:
        if len(lanes) > 1 or len(lanes[0]) > 1:
            replies: list[list[Message]] = self._ask({"op": "together", "lanes": requests})["lanes"]
            return replies
        really = time.monotonic()
        reply = self._ask(requests[0][0])
        if begun := lanes[0][0][1]:
            begun["took"] = time.monotonic() - really
        return [[reply]]

    def _ask_for_counts(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for member in self._members:
            counts.update(self._ask({"op": "stats", **self._open(member)})["stats"])
        return counts

    def _live_again(self) -> None:
        self._counted += self._counts
        self._counts = Counter()
        self._is_to_die = False
        self._lives += 1
        self._start(self._driver)

    def _ask(self, request: Message) -> Message:
        (answer,) = self._driver.ask([request])
        if answer.verdict == "crashed" and self._is_to_die:
            raise _KilledError
        if answer.verdict:
            raise BrokenError(f"{self._driver.sdk.name}: {answer.verdict} at {request}: {answer.detail}")
        return answer.message

    def _request(self, wish: Wish, member: Member) -> tuple[Message, dict[str, Any] | None]:
        """Return the request for a wish, and what is known of the operation; None for what is no part of a history."""
        known: dict[str, Any]
        if wish.verb == "clear":
            removes = {"service": self._called(member), "verb": "remove", "names": wish.names}
            request: Message = {"op": "clear", "prefix": wish.name}
            return request, {**removes, "record": member.record} if wish.names else None
        if wish.verb == "invalidate":
            known = {"service": self._called(member), "verb": "invalidate", "names": wish.names}
            known |= {"record": member.record, "edge_ttl": float(member.conf["EDGE_TTL"])}
            return {"op": "invalidate_tags", "tags": list(wish.names)}, known
        if wish.verb == "remove_many":
            names = [["str", f"{wish.name}{number}"] for number in range(_MORE_THAN_KEPT)]
            return {"op": "remove_many", "names": names}, None
        known = {"service": self._called(member), "verb": wish.verb, "name": wish.name}
        known["record"] = member.record
        request = {"op": wish.verb, "name": ["str", wish.name]}
        known["edge_ttl"] = float(member.conf["EDGE_TTL"])
        known["deadline"] = float(member.conf.get("DEADLINE", _DEADLINE))
        if wish.verb == "get":
            request["op"] = "entry" if member.tells or self._plan.flips_a_coin() else "get"
            known |= {"consistent": wish.consistent, "stale": member.stale}
            if wish.consistent:
                request["consistent"] = True
            if "async" in self._driver.features and self._plan.flips_a_coin():
                request["async"] = True
        elif wish.verb == "put":
            self._put(wish, request, known)
        elif wish.verb == "update":
            known["value"] = self._word_of(known["service"])
            request["set"] = [known["value"], ["bool", True]]
            self._tag(wish, request, known)
        return request, known

    def _put(self, wish: Wish, request: Message, known: dict[str, Any]) -> None:
        known["value"] = self._word_of(known["service"])
        request["value"] = ["str", known["value"]]
        options = dict(wish.options)
        if wish.condition == "absent":
            options["if_absent"] = True
            known["condition"] = "absent"
        elif wish.condition == "version" and wish.name in self._versions:
            options["if_version"], known["replaces"] = self._versions[wish.name]
            known["condition"] = "version"
        if "tags" in options:
            known["tags"] = tuple(options["tags"])
            options["tags"] = list(known["tags"])
        request["options"] = options
        edge_ttl = options.get("edge_ttl", known["edge_ttl"])
        known |= {"ttl": options.get("ttl"), "edge_ttl": float(min(edge_ttl, options.get("ttl", edge_ttl)))}

    @staticmethod
    def _tag(wish: Wish, request: Message, known: dict[str, Any]) -> None:
        """Give an update its tags, and those that its function invalidates."""
        if "tags" in wish.options:
            known["tags"] = tuple(wish.options["tags"])
            request["options"] = {"tags": list(known["tags"])}
        if wish.invalidates:
            known["invalidates"] = wish.invalidates
            request["invalidates"] = list(wish.invalidates)

    def _called(self, member: Member) -> str:
        """Return the name of an object: in another process it is another object."""
        return f"{member.name}.{self._lives}" if self._lives else member.name

    def _word_of(self, member: str) -> str:
        return f"{member}-{next(self._numbers)}"

    def _record(
        self, known: dict[str, Any], request: Message, reply: Message, began: float, ended: float
    ) -> None:
        if "names" in known:
            names = known.pop("names")
            for name in names:
                self._record({**known, "name": name}, request, reply, began, ended)
            return
        error = reply.get("error", {}).get("code")
        verb = known["verb"]
        if error is not None and error not in _OUTCOMES:
            raise BrokenError(f"{known['service']}: {request} was refused: {reply['error']}")
        if error is not None:
            outcome = "failed" if verb == "get" else _OUTCOMES[error]
            self.history.append(Operation(**known, began=began, ended=ended, outcome=outcome))  # type: ignore[arg-type]
            return
        if verb == "get":
            known |= {"value": _plain(reply), "source": reply.get("source")}
        elif verb == "increment":
            known["value"] = _plain(reply)
        elif verb == "update":
            known["shown"] = _plain(reply)
        self.history.append(Operation(**known, began=began, ended=ended))
        if verb in ("get", "put") and "version" in reply and isinstance(known["value"], str):
            self._versions[known["name"]] = (reply["version"], known["value"])


def _plain(reply: Message) -> str | int | tuple[str, ...] | None:
    """Return the value of a reply: a word, a number, or the keys of a dict; None for none."""
    match reply.get("value"):
        case ["str", str(word)]:
            return word
        case ["int", str(number)]:
            return int(number)
        case ["dict", list(members)]:
            return tuple(sorted(key for key, _ in members))
        case None:
            return None
    raise BrokenError(f"nobody puts such a value: {reply}")
