"""Hits in memory: the SDK's, cachetools under a lock, json.loads, and Redis on loopback."""

from __future__ import annotations

import json
import random
import threading
from functools import partial
from itertools import cycle, islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import redis
from cachetools import TTLCache
from cases.case import SIZES, Case, bench, checked, document, grown, repeated, service, value
from memory._envelope import Envelope
from memory._local import CachedValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from cases.case import Make

_DAY = 86_400
_ITEMS = 10_000  # as many as the SDK keeps
_COUNTS = [10**power for power in range(1, 7)]


def _memory(name: str) -> Case:
    # The largest is twice as large as what memory holds by default.
    reader = service(bench()["edge"]["plain"], LOCAL_MAX_ITEMS=_ITEMS, LOCAL_MAX_BYTES=2**30)
    get, first = reader.get, reader.get(name)
    checked(partial(get, name), first)
    if first is None or reader.stats().memory_hits != 1:
        raise SystemExit(f"{name}: the second read was not from memory")

    def run(operations: int) -> None:
        for _ in repeat(None, operations):
            get(name)

    return Case(run)


def _confirmed() -> Case:
    """Return the case of hits that a change record has confirmed; a new record does so only after minutes."""
    reader = service(bench()["edge"]["plain"], CHANGES=True, LOCAL_MAX_ITEMS=_ITEMS)
    get, first = reader.get, reader.get("int")
    copy, now = reader._state.local.kept("int"), reader._clock()  # noqa: SLF001 - as above
    if copy is None:
        raise SystemExit("int: memory does not hold what was read")
    copy.confirm(now, now)
    checked(partial(get, "int"), first)
    if reader.stats().confirmed != 1:
        raise SystemExit("int: the second read was not of a confirmed copy")

    def run(operations: int) -> None:
        for _ in repeat(None, operations):
            get("int")

    return Case(run)


def _cachetools(name: str) -> Case:
    cache: TTLCache[str, object] = TTLCache(_ITEMS, _DAY)
    lock = threading.Lock()
    cache[name] = service(bench()["edge"]["plain"]).get(name)

    def run(operations: int) -> None:
        for _ in repeat(None, operations):
            with lock:
                cache.get(name)

    return Case(run)


def _json_loads(name: str) -> Case:
    text = json.dumps(service(bench()["edge"]["plain"]).get(name), separators=(",", ":"))
    return repeated(partial(json.loads, text))


def _redis() -> Case:
    client = redis.Redis(port=bench()["redis"]["port"])
    wanted = value("200b")
    client.set("value", json.dumps(wanted))
    return checked(lambda: json.loads(client.get("value")), wanted)


def _resident() -> int:
    """Return the bytes of memory that this process holds."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def _among(count: int, keep: Callable[[str, int], object], get: Callable[[str], Any]) -> Case:
    """Return the case of hits of one name after the other, once all are kept."""
    names = [f"name/{number}" for number in range(count)]
    random.Random(count).shuffle(names)  # noqa: S311 - an order, the same in every run
    before = _resident()
    for number, name in enumerate(names):
        keep(name, number)
    taken = (_resident() - before) / count
    if get(names[-1]) != count - 1:
        raise SystemExit("memory does not hold what was put into it")
    turning = cycle(names)

    def run(operations: int) -> None:
        for name in islice(turning, operations):
            get(name)

    return Case(run, {"bytes_per_name": taken})


def _names(count: int) -> Case:
    reader = service(bench()["dead"], LOCAL_MAX_ITEMS=count, LOCAL_MAX_BYTES=2**31 - 1)
    given, local, now = document("200b"), reader._state.local, reader._clock()  # noqa: SLF001 - reading a million takes hours

    def keep(name: str, number: int) -> None:
        envelope = Envelope(number, "int", None, None, (), 0)
        copy = CachedValue(envelope, given, f"{number:032x}", stored_at=now, max_age=_DAY, age=0, started=now)
        local.keep(name, copy)

    return _among(count, keep, reader.get)


def _names_peer(count: int) -> Case:
    cache: TTLCache[str, int] = TTLCache(count, _DAY)
    lock = threading.Lock()

    def get(name: str) -> int | None:
        with lock:
            found: int | None = cache.get(name)
            return found

    return _among(count, cache.__setitem__, get)


CASES: dict[str, Make] = {
    "memory/int": partial(_memory, "int"),
    "memory/str": partial(_memory, "str"),
    "memory/confirmed-int": _confirmed,
    "memory/dict": partial(_memory, "dict"),
    "memory/cachetools-int": partial(_cachetools, "int"),
    "memory/cachetools-str": partial(_cachetools, "str"),
    "memory/json-loads": partial(_json_loads, "dict"),
    "memory/redis": _redis,
    **grown("memory", SIZES, lambda size: _memory(f"size/{size}"), lambda size: _json_loads(f"size/{size}")),
    **grown("names", _COUNTS, _names, _names_peer),
}
