"""Warm reads of 200 bytes through the edge: the SDK's, and every other way to get them in Python."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import requests
from requests.adapters import HTTPAdapter

from cases.case import Case, bench, checked, service, value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cases.case import Make

_TIMEOUT = (1, 2)  # seconds to connect and to read, as the SDK has them
_CHUNK = 64 * 1024


def origin(where: str) -> str:
    """Return the origin of an edge: `plain`, `tls` or `private`."""
    given: str = bench()["edge"][where]
    return given


def url(where: str, name: str = "value") -> str:
    """Return the URL of a name."""
    return f"{origin(where)}/{bench()['service']}/{name}.json"


def opened(document: dict[str, Any]) -> Any:
    """Return the value of a parsed document, as somebody would who reads it without the SDK."""
    return document["value"]


def _memory(where: str) -> Case:
    return checked(partial(service(origin(where)).get, "value"), value("200b"))


def _private() -> Case:
    keys = bench()["private"]
    reader = service(origin("private"), PK_PATH=keys["pk_path"], PUBLIC_KEY_ID=keys["public_key_id"])
    return checked(partial(reader.get, "value"), value("200b"))


def prepared_read(where: str, name: str = "value") -> Callable[[], Any]:
    """Return the quickest way that requests has: one prepared request, straight through the adapter."""
    adapter = HTTPAdapter()
    request = requests.Request("GET", url(where, name), headers={"Accept-Encoding": "gzip"}).prepare()
    verify: str | bool = bench()["edge"]["ca"] if where == "tls" else True
    send = partial(adapter.send, request, timeout=_TIMEOUT, verify=verify)
    return lambda: opened(send().json())


def _prepared(where: str) -> Case:
    return checked(prepared_read(where), value("200b"))


def _session(where: str) -> Case:
    session = requests.Session()
    get = partial(session.get, url(where), timeout=_TIMEOUT)  # the environment names the authority
    return checked(lambda: opened(get().json()), value("200b"))


def _original(where: str) -> Case:
    get = partial(requests.get, url(where), timeout=_TIMEOUT)
    return checked(lambda: opened(get().json()), value("200b"))


def _http_client(where: str) -> Case:
    parts = urlsplit(url(where))
    connection: http.client.HTTPConnection
    if where == "tls":
        context = ssl.create_default_context(cafile=bench()["edge"]["ca"])
        connection = http.client.HTTPSConnection(parts.netloc, timeout=2, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=2)
    headers = {"Accept-Encoding": "gzip"}

    def read() -> Any:
        connection.request("GET", parts.path, headers=headers)
        return opened(json.loads(connection.getresponse().read()))

    return checked(read, value("200b"))


def _raw_socket(where: str) -> Case:
    parts = urlsplit(url(where))
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
        return opened(json.loads(body))

    return checked(read, value("200b"))


def _boto3_get_object() -> Case:
    s3 = boto3.client("s3")
    get = partial(
        s3.get_object, Bucket=bench()["s3"]["bucket"], Key=f"public/{bench()['service']}/value.json"
    )
    return checked(lambda: opened(json.loads(get()["Body"].read())), value("200b"))


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
}
