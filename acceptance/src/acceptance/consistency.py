"""What CONSISTENCY.md promises, tried in real time: every check says what it measured against its bound."""

from __future__ import annotations

import contextlib
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import memory

from acceptance.errors import AcceptanceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from acceptance.account import Account

_POLL = 0.05  # seconds
_FOUND, _FORBIDDEN, _MISSING = 200, 403, 404
_PATIENCE = 120.0  # seconds after which a value that does not change is a failure
_INVALIDATED_WITHIN = 60.0  # seconds; AWS says under 5 for most, and promises nothing
_LONG = 3600  # seconds: an edge TTL that does not end during a check
_TTL = 2  # seconds
_BEFORE_THE_END = 0.5  # seconds before a copy's end at which another place asks for it
_WRITERS = 3


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        promise: what holds, as CONSISTENCY.md or the README says it.
        holds: whether it did.
        measured: what was seen.
    """

    promise: str
    holds: bool
    measured: str


@dataclass(frozen=True)
class Elsewhere:
    """A reader at another place of the world, if the cloud has one there: the probe beside the Python demo.

    Attributes:
        service: whose values it may read.
        ask: invokes it with an event, and returns what it returned.
    """

    service: str
    ask: Callable[[Mapping[str, Any]], dict[str, Any]]


class Consistency:
    """The checks, with services of their own in one deployed store."""

    def __init__(
        self,
        account: Account,
        outputs: Mapping[str, str],
        elsewhere: Elsewhere,
        *,
        edge_ttl: int,
        rounds: int,
    ) -> None:
        """Take where, and how thoroughly.

        Args:
            account: where.
            outputs: the stack's.
            elsewhere: who else reads.
            edge_ttl: seconds, of the puts.
            rounds: how often each is tried.
        """
        self._account = account
        self._outputs = outputs
        self._elsewhere = elsewhere
        self._edge_ttl = edge_ttl
        self._rounds = rounds

    def run(self) -> Iterator[Finding]:
        """Try everything, in order."""
        yield self.own_writes()
        yield self.others_within_the_bound()
        yield self.places_do_not_add_up()
        yield self.consistent_reads()
        yield self.misses_are_not_remembered()
        yield self.invalidation()
        yield self.nothing_after_its_ttl()
        yield self.no_increment_is_lost()
        yield self.private_values_need_their_signature()

    def own_writes(self) -> Finding:
        """Whoever writes reads their own writes, though edges hold the old value."""
        seen = []
        with self._service("public", LOCAL_MAX_ITEMS=0) as mem:
            for number in range(self._rounds * 5):
                mem.put("own", number, edge_ttl=_LONG)
                seen.append(mem.get("own") == number)
        return Finding("whoever writes reads their own writes", all(seen), _share(seen))

    def others_within_the_bound(self) -> Finding:
        """Another reader sees a put after the edge TTL and a second, and never reads backwards."""
        stalest, backwards = 0.0, 0
        with self._pair() as (writer, reader):
            for number in range(0, 2 * self._rounds, 2):
                writer.put("seen", number, edge_ttl=self._edge_ttl)
                _wait_for(reader, "seen", number)
                writer.put("seen", number + 1, edge_ttl=self._edge_ttl)
                lag, seen = _lag(reader, "seen", number + 1)
                stalest = max(stalest, lag)
                backwards += seen != sorted(seen)
        bound = self._edge_ttl + 1
        text = f"the last old value was read {stalest:.2f} s after a put; bound {bound} s; {backwards} times backwards"
        promise = (
            "another reader sees a put after at most the edge TTL and a second, and nobody reads backwards"
        )
        return Finding(promise, stalest <= bound and not backwards, text)

    def places_do_not_add_up(self) -> Finding:
        """A copy that another place has fetched before: the README allows it twice the edge TTL until measured.

        The reader elsewhere brings the old value into CloudFront's regional cache; here it is asked for just before
        that copy ends. Where the two tiers' lifetimes add up, the old value is then seen for a whole edge TTL more.
        """
        name, stalest = f"late/{secrets.token_hex(4)}", 0.0
        with self._service("public", self._elsewhere.service) as writer:
            for number in range(0, 2 * self._rounds, 2):
                writer.put(name, number, edge_ttl=self._edge_ttl)
                filled = self._fill_elsewhere(name, number)
                writer.put(name, number + 1, edge_ttl=self._edge_ttl)
                put_at = time.monotonic()
                time.sleep(max(0.0, filled + self._edge_ttl - _BEFORE_THE_END - time.monotonic()))
                with self._service("public", self._elsewhere.service, LOCAL_MAX_ITEMS=0) as late:
                    lag, _ = _lag(late, name, number + 1, put_at)
                stalest = max(stalest, lag)
            writer.remove(name)
        once, twice = self._edge_ttl + 1, 2 * self._edge_ttl + 1
        here = self._account.fetch(self._outputs["Distribution"], "/probe").headers.get(
            "x-amz-cf-pop", "unnamed"
        )
        there = self._elsewhere.ask({"do": "place"})["pop"]
        verdict = f"{'within' if stalest <= once else 'NOT within'} {once} s, and the limit is {twice} s"
        where = f"read here at {here}, there at {there}"
        text = f"the last old value was read {stalest:.2f} s after a put, {verdict}; {where}"
        promise = "the lifetimes of CloudFront's two tiers do not exceed twice the edge TTL and a second"
        return Finding(promise, stalest <= twice, text)

    def consistent_reads(self) -> Finding:
        """A consistent read returns what has been put."""
        seen = []
        with self._pair() as (writer, reader):
            for number in range(self._rounds * 5):
                writer.put("now", number, edge_ttl=_LONG)
                seen.append(reader.get("now", consistent=True) == number)
        return Finding("a consistent read sees every put that has ended", all(seen), _share(seen))

    def misses_are_not_remembered(self) -> Finding:
        """What was missing a moment ago is found as soon as it is put."""
        seen = []
        with self._pair() as (writer, reader):
            for number in range(self._rounds * 5):
                missing = reader.get(f"miss/{number}") is None
                writer.put(f"miss/{number}", number)
                seen.append(missing and reader.get(f"miss/{number}") == number)
        return Finding("no edge remembers a miss", all(seen), _share(seen))

    def invalidation(self) -> Finding:
        """An invalidation drops the copies of the edges, long before their lifetime ends."""
        service, distribution = secrets.token_hex(6), self._outputs["DistributionId"]
        with self._service("public", service, DISTRIBUTION_ID=distribution) as writer:
            writer.put("dropped", 0, edge_ttl=_LONG)
            with self._service("public", service, LOCAL_MAX_ITEMS=0) as reader:
                _wait_for(reader, "dropped", 0)
                writer.put("dropped", 1, edge_ttl=_LONG, invalidate=True)
                lag, _ = _lag(reader, "dropped", 1)
        text = f"the last old value was read {lag:.1f} s after the put; limit {_INVALIDATED_WITHIN:.0f} s"
        return Finding("a put with invalidate drops the copies of edges", lag <= _INVALIDATED_WITHIN, text)

    def nothing_after_its_ttl(self) -> Finding:
        """No value is returned past its ttl, though edges hold it."""
        seen, latest = 0, 0.0
        with self._pair() as (writer, reader):
            writer.put("brief", "here", ttl=_TTL)
            put_at = time.monotonic()
            while time.monotonic() < put_at + _TTL + 1:
                asked = time.monotonic()
                if reader.get("brief") is not None:
                    seen, latest = seen + 1, asked - put_at
                time.sleep(_POLL)
        holds = seen > 0 and latest <= _TTL
        text = f"read {seen} times, the last time {latest:.2f} s after the put, which gave it {_TTL} s"
        return Finding("nothing is returned past its ttl", holds, text)

    def no_increment_is_lost(self) -> Finding:
        """Writers at the same time lose nothing and count nothing twice."""
        service = secrets.token_hex(6)

        def count(_: int) -> None:
            with self._service("public", service) as mem:
                for _ in range(self._rounds):
                    mem.increment("count")

        with ThreadPoolExecutor(_WRITERS) as pool:
            list(pool.map(count, range(_WRITERS)))
        with self._service("public", service) as mem:
            total = mem.get("count", consistent=True)
        text = f"{_WRITERS} writers counted {self._rounds} each: {total}"
        return Finding("updates lose nothing and count nothing twice", total == _WRITERS * self._rounds, text)

    def private_values_need_their_signature(self) -> Finding:
        """A private value opens with a signature for its service, and with nothing else."""
        mine = secrets.token_hex(6)
        with self._service("private", mine) as mem, self._service("private") as neighbour:
            mem.put("secret", 1)
            own, foreign = mem.grant("", 60).query, neighbour.grant("", 60).query
            read = mem.get("secret")
        private, public = self._outputs["PrivateDistribution"], self._outputs["Distribution"]
        path = f"/{mine}/secret.json"
        tried = {
            "signed for it": (private, f"{path}?{own}", {_FOUND}),
            "unsigned": (private, path, {_FORBIDDEN}),
            "signed for another service": (private, f"{path}?{foreign}", {_FORBIDDEN}),
            "through the public distribution": (public, path, {_FORBIDDEN, _MISSING}),
        }
        statuses = {how: self._account.fetch(host, asked).status for how, (host, asked, _) in tried.items()}
        holds = read == 1 and all(statuses[how] in expected for how, (_, _, expected) in tried.items())
        text = ", ".join(f"{how}: {status}" for how, status in statuses.items())
        return Finding("a private value opens with a signature for its service only", holds, text)

    def _fill_elsewhere(self, name: str, value: object) -> float:
        """Let the other place fetch a value, and return when it asked for it, at the earliest.

        Raises:
            AcceptanceError: It does not get that value.
        """
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            asked = time.monotonic()
            if self._elsewhere.ask({"do": "read", "name": name})["value"] == value:
                return asked
            time.sleep(_POLL)
        raise AcceptanceError(f"{name} was put, and after {_PATIENCE:.0f} s it is not read elsewhere")

    @contextlib.contextmanager
    def _pair(self, service: str = "", **more: Any) -> Iterator[tuple[Any, Any]]:
        """Open two objects for one public service: two readers, as CONSISTENCY.md counts them."""
        name = service or secrets.token_hex(6)
        with self._service("public", name, **more) as one, self._service("public", name, **more) as other:
            yield one, other

    @contextlib.contextmanager
    def _service(self, visibility: str, service: str = "", **more: Any) -> Iterator[Any]:
        """Open an object for a service, one that nobody has used unless it is named."""
        is_private = visibility == "private"
        conf = {
            "DISTRIBUTION": self._outputs["PrivateDistribution" if is_private else "Distribution"],
            "BUCKET_NAME": self._outputs["StorageBucket"],
            "REGION": self._account.region,
            **more,
        }
        if is_private:
            conf |= {"PK_PATH": self._outputs["PrivateKeyArn"], "PUBLIC_KEY_ID": self._outputs["PublicKeyId"]}
        with memory.MemoryService(conf, service or secrets.token_hex(6)) as mem:
            yield mem


def _lag(reader: Any, name: str, value: object, since: float = 0.0) -> tuple[float, list[Any]]:
    """Read until a value is there; return how long after `since` the last other value was asked for, and what was read.

    Args:
        reader: who reads.
        name: what.
        value: the value that has just been put.
        since: when, as `time.monotonic` says; by default now.

    Raises:
        AcceptanceError: It does not come.
    """
    began = since or time.monotonic()
    lag, seen = 0.0, []
    while time.monotonic() < began + _PATIENCE:
        asked = time.monotonic()
        seen.append(reader.get(name))
        if seen[-1] == value:
            return lag, seen
        lag = asked - began
        time.sleep(_POLL)
    raise AcceptanceError(f"{name} was put, and after {_PATIENCE:.0f} s the old value is still read")


def _wait_for(reader: Any, name: str, value: object) -> None:
    _lag(reader, name, value)


def _share(seen: list[bool]) -> str:
    return f"{sum(seen)} of {len(seen)} times"
