"""Reads through the edge: the SDK's, and every other way to get the same in Python."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import requests
from cases.case import SIZES, Case, bench, checked, grown, service, value
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cases.case import Make

_TIMEOUT = (1, 2)  # seconds to connect and to read, as the SDK has them
_CHUNK = 64 * 1024
_NAMES = [f"many/{number}" for number in range(100)]
_THREADS = (1, 2, 4, 8, 16, 32, 64)


def _url(where: str, name: str = "value") -> str:
    return f"{bench()['edge'][where]}/{bench()['service']}/{name}.json"


def _memory(where: str, name: str = "value", document: str = "200b") -> Case:
    return checked(partial(service(bench()["edge"][where]).get, name), value(document))


def _private() -> Case:
    keys = bench()["private"]
    reader = service(bench()["edge"]["private"], PK_PATH=keys["pk_path"], PUBLIC_KEY_ID=keys["public_key_id"])
    return checked(partial(reader.get, "value"), value("200b"))


def _prepared(where: str, name: str = "value", document: str = "200b") -> Case:
    """Return the quickest way that requests has: one prepared request, straight through the adapter."""
    read = _prepared_read(HTTPAdapter(), where, name)
    return checked(read, value(document))


def _prepared_read(adapter: HTTPAdapter, where: str, name: str) -> Callable[[], Any]:
    request = requests.Request("GET", _url(where, name), headers={"Accept-Encoding": "gzip"}).prepare()
    verify: str | bool = bench()["edge"]["ca"] if where == "tls" else True
    send = partial(adapter.send, request, timeout=_TIMEOUT, verify=verify)
    return lambda: send().json()["value"]


def _session(where: str) -> Case:
    get = partial(
        requests.Session().get, _url(where), timeout=_TIMEOUT
    )  # the environment names the authority
    return checked(lambda: get().json()["value"], value("200b"))


def _original(where: str) -> Case:
    get = partial(requests.get, _url(where), timeout=_TIMEOUT)
    return checked(lambda: get().json()["value"], value("200b"))


def _http_client(where: str) -> Case:
    parts = urlsplit(_url(where))
    connection = http.client.HTTPConnection(parts.netloc, timeout=2)
    if where == "tls":
        context = ssl.create_default_context(cafile=bench()["edge"]["ca"])
        connection = http.client.HTTPSConnection(parts.netloc, timeout=2, context=context)

    def read() -> Any:
        connection.request("GET", parts.path, headers={"Accept-Encoding": "gzip"})
        return json.loads(connection.getresponse().read())["value"]

    return checked(read, value("200b"))


def _raw_socket(where: str) -> Case:
    parts = urlsplit(_url(where))
    connection: socket.socket = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=2)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if where == "tls":
        context = ssl.create_default_context(cafile=bench()["edge"]["ca"])
        connection = context.wrap_socket(connection, server_hostname=parts.hostname)
    asked = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\n\r\n".encode()

    def read() -> Any:
        connection.sendall(asked)
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(_CHUNK)
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        while len(body) < length:
            body += connection.recv(_CHUNK)
        return json.loads(body)["value"]

    return checked(read, value("200b"))


def _boto3_get_object() -> Case:
    key = f"public/{bench()['service']}/value.json"
    get = partial(boto3.client("s3").get_object, Bucket=bench()["s3"]["bucket"], Key=key)
    return checked(lambda: json.loads(get()["Body"].read())["value"], value("200b"))


def _get_many() -> Case:
    reader = service(bench()["slow"])
    return checked(lambda: reader.get_many(_NAMES), dict.fromkeys(_NAMES, value("200b")))


def _one_by_one() -> Case:
    get = service(bench()["slow"]).get
    return checked(lambda: {name: get(name) for name in _NAMES}, dict.fromkeys(_NAMES, value("200b")))


def _by_threads(threads: int, reads: Iterable[Callable[[], Any]]) -> Case:
    expected, turning = value("200b"), list(reads)
    pool = ThreadPoolExecutor(threads)

    def share(some: Iterable[Callable[[], Any]]) -> None:
        for read in some:
            if read() != expected:
                raise SystemExit("a concurrent read gives something else")

    def run(operations: int) -> None:
        all_ = list(islice(cycle(turning), operations))
        for done in [pool.submit(share, all_[thread::threads]) for thread in range(threads)]:
            done.result()

    run(threads)
    return Case(run)


def _concurrent(threads: int) -> Case:
    get = service(bench()["edge"]["plain"]).get
    return _by_threads(threads, (partial(get, name) for name in _NAMES))


def _concurrent_peer(threads: int) -> Case:
    adapter = HTTPAdapter(pool_maxsize=threads)
    return _by_threads(threads, (_prepared_read(adapter, "plain", name) for name in _NAMES))


def _sized(make: Callable[..., Case], stored: str) -> Callable[[int], Case]:
    return lambda size: make("plain", f"{stored}/{size}", f"size-{size}")


_READS: dict[str, Callable[[str], Case]] = {
    "memory": _memory,
    "requests-prepared": _prepared,
    "requests-session": _session,
    "http-client": _http_client,
    "raw-socket": _raw_socket,
    "original": _original,
}

CASES: dict[str, Make] = {
    **{f"edge/{name}": partial(make, "plain") for name, make in _READS.items()},
    **{f"edge-tls/{name}": partial(make, "tls") for name, make in _READS.items()},
    "edge/boto3-get-object": _boto3_get_object,
    "private/memory": _private,
    "many/get-many": _get_many,
    "many/one-by-one": _one_by_one,
    **grown("read", SIZES, _sized(_memory, "size"), _sized(_prepared, "size")),
    **grown("plain-read", SIZES[1:5], _sized(_memory, "plain"), _sized(_prepared, "plain")),
    **grown("concurrent", _THREADS, _concurrent, _concurrent_peer),
}
