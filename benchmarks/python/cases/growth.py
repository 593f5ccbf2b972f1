"""How cost grows: with the size of a value, with threads, and with the number of names in memory."""

from __future__ import annotations

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from cachetools import TTLCache
from memory._envelope import Envelope
from memory._local import CachedValue
from requests.adapters import HTTPAdapter

from cases.case import Case, bench, checked, document, repeated, service, value
from cases.codec import decode_case, encode_case, json_dumps_case, json_loads_case
from cases.edge import opened, origin, prepared_read, url
from cases.puts import boto3_put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cases.case import Make

_SIZES = [10**power for power in range(2, 8)]
_PLAIN = [10**power for power in range(3, 7)]
_THREADS = (1, 2, 4, 8, 16, 32, 64)
_COUNTS = [10**power for power in range(1, 7)]
_NAMES = [f"many/{number}" for number in range(100)]
_DEPTHS = (1, 10, 50, 100)
_DAY = 86_400


def _read(size: int, stored: str) -> Case:
    get = partial(service(origin("plain")).get, f"{stored}/{size}")
    return checked(get, value(f"size-{size}"))


def _read_peer(size: int, stored: str) -> Case:
    return checked(prepared_read("plain", f"{stored}/{size}"), value(f"size-{size}"))


def _hit(size: int) -> Case:
    # The largest is twice as large as what memory holds by default.
    reader = service(origin("plain"), keeps=True, LOCAL_MAX_BYTES=2**30)
    get = partial(reader.get, f"size/{size}")
    get()
    case = checked(get, value(f"size-{size}"))
    if reader.stats().memory_hits != 1:
        raise SystemExit("it was not read from memory")
    return case


def _hit_peer(size: int) -> Case:
    return repeated(partial(json.loads, json.dumps(value(f"size-{size}"), separators=(",", ":"))))


def _put(size: int) -> Case:
    put = partial(service(bench()["dead"]).put, f"put/size/{size}", value(f"size-{size}"))
    put()
    return repeated(put)


def _put_peer(size: int) -> Case:
    put = boto3_put(f"put/size-peer/{size}", value(f"size-{size}"))
    put()
    return repeated(put)


def _by_threads(threads: int, read: Callable[[str], Any]) -> Case:
    expected = value("200b")
    pool = ThreadPoolExecutor(threads)

    def share(names: Iterable[str]) -> None:
        for name in names:
            if read(name) != expected:
                raise SystemExit(f"{name} is not what it was")

    def run(operations: int) -> None:
        names = list(islice(cycle(_NAMES), operations))
        for done in [pool.submit(share, names[thread::threads]) for thread in range(threads)]:
            done.result()

    run(threads)
    return Case(run)


def _concurrent(threads: int) -> Case:
    return _by_threads(threads, service(origin("plain")).get)


def _concurrent_peer(threads: int) -> Case:
    adapter = HTTPAdapter(pool_maxsize=threads)
    headers = {"Accept-Encoding": "gzip"}
    prepared = {
        name: requests.Request("GET", url("plain", name), headers=headers).prepare() for name in _NAMES
    }
    return _by_threads(threads, lambda name: opened(adapter.send(prepared[name], timeout=(1, 2)).json()))


def _resident() -> int:
    """Return the bytes of memory that this process holds."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def _shuffled(count: int) -> list[str]:
    names = [f"name/{number}" for number in range(count)]
    random.Random(count).shuffle(names)  # noqa: S311 - an order, the same in every run
    return names


def _one_after_the_other(names: list[str], get: Callable[[str], Any], bytes_per_name: float) -> Case:
    turning = cycle(names)

    def run(operations: int) -> None:
        for name in islice(turning, operations):
            get(name)

    return Case(run, {"bytes_per_name": bytes_per_name})


def _names(count: int) -> Case:
    reader = service(bench()["dead"], keeps=True, LOCAL_MAX_ITEMS=count, LOCAL_MAX_BYTES=2**31 - 1)
    names = _shuffled(count)
    given, local, now = document("200b"), reader._state.local, reader._clock()  # noqa: SLF001 - reading a million takes hours
    before = _resident()
    for number, name in enumerate(names):
        envelope = Envelope(number, "int", None, None, (), 0)
        copy = CachedValue(envelope, given, f"{number:032x}", stored_at=now, max_age=_DAY, age=0, started=now)
        local.keep(name, copy)
    taken = (_resident() - before) / count
    if reader.get(names[-1]) != count - 1 or reader.stats().items != count:
        raise SystemExit("memory does not hold what was put into it")
    return _one_after_the_other(names, reader.get, taken)


def _names_peer(count: int) -> Case:
    cache: TTLCache[str, int] = TTLCache(count, _DAY)
    lock = threading.Lock()
    names = _shuffled(count)
    before = _resident()
    for number, name in enumerate(names):
        cache[name] = number
    taken = (_resident() - before) / count

    def get(name: str) -> int | None:
        with lock:
            found: int | None = cache.get(name)
            return found

    return _one_after_the_other(names, get, taken)


def _of_depth(make: Callable[[str], Case]) -> Callable[[int], Case]:
    return lambda levels: make(f"depth-{levels}")


def _pairs(
    what: str, at: Iterable[int], ours: Callable[[int], Case], peer: Callable[[int], Case]
) -> dict[str, Make]:
    makes: dict[str, Make] = {}
    for number in at:
        makes[f"grow/{what}/{number}"] = partial(ours, number)
        makes[f"grow/{what}/{number}-peer"] = partial(peer, number)
    return makes


CASES: dict[str, Make] = {
    **_pairs("read", _SIZES, partial(_read, stored="size"), partial(_read_peer, stored="size")),
    **_pairs("plain-read", _PLAIN, partial(_read, stored="plain"), partial(_read_peer, stored="plain")),
    **_pairs("memory", _SIZES, _hit, _hit_peer),
    **_pairs("put", _SIZES, _put, _put_peer),
    **_pairs("concurrent", _THREADS, _concurrent, _concurrent_peer),
    **_pairs("names", _COUNTS, _names, _names_peer),
    **_pairs("depth-decode", _DEPTHS, _of_depth(decode_case), _of_depth(json_loads_case)),
    **_pairs("depth-encode", _DEPTHS, _of_depth(encode_case), _of_depth(json_dumps_case)),
}
