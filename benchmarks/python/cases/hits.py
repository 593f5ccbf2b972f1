"""Hits in memory: the SDK's, cachetools under a lock, json.loads, and Redis on loopback."""

from __future__ import annotations

import json
import threading
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

import redis
from cachetools import TTLCache

from cases.case import Case, bench, checked, repeated, service, value
from cases.edge import origin

if TYPE_CHECKING:
    from cases.case import Make

_DAY = 86_400
_ITEMS = 10_000  # as many as the SDK keeps


def _memory(name: str) -> Case:
    get = service(origin("plain"), keeps=True).get
    first, second = get(name), get(name)
    if first != second or first is None:
        raise SystemExit(f"{name}: read {first!r:.100}, then {second!r:.100}")

    def run(operations: int) -> None:
        for _ in repeat(None, operations):
            get(name)

    return Case(run)


def _cachetools(name: str) -> Case:
    cache: TTLCache[str, object] = TTLCache(_ITEMS, _DAY)
    lock = threading.Lock()
    cache[name] = service(origin("plain")).get(name)

    def run(operations: int) -> None:
        for _ in repeat(None, operations):
            with lock:
                cache.get(name)

    return Case(run)


def _json_loads() -> Case:
    text = json.dumps(service(origin("plain")).get("dict"), separators=(",", ":"))
    return repeated(partial(json.loads, text))


def _redis() -> Case:
    client = redis.Redis(port=bench()["redis"]["port"])
    wanted = value("200b")
    client.set("value", json.dumps(wanted))
    return checked(lambda: json.loads(client.get("value")), wanted)


CASES: dict[str, Make] = {
    "memory/int": partial(_memory, "int"),
    "memory/str": partial(_memory, "str"),
    "memory/dict": partial(_memory, "dict"),
    "memory/cachetools-int": partial(_cachetools, "int"),
    "memory/cachetools-str": partial(_cachetools, "str"),
    "memory/json-loads": _json_loads,
    "memory/redis": _redis,
}
