"""Servers that are out of order in one phase of a request each, and a look-up that is."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DRIP_SECONDS = 0.05
DOCUMENT = b'{"v":1,"type":"str","value":"edge"}'
_HEAD = b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 1000\r\n\r\n'


def silent(_: socket.socket) -> None:
    """Take the connection and never answer."""


def dripping_tls(connection: socket.socket) -> None:
    """Begin the record of a handshake and never end it."""
    _drip(connection, b"\x16\x03\x03\x40\x00" + bytes(100_000))


def dripping_head(connection: socket.socket) -> None:
    """Answer with headers that have no end."""
    _drip(connection, b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 100_000)


def endless_hints(connection: socket.socket) -> None:
    """Answer that an answer is to come, again and again."""
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(DRIP_SECONDS)


def silent_body(connection: socket.socket) -> None:
    """Answer with the headers alone."""
    with contextlib.suppress(OSError):
        connection.sendall(_HEAD)


def dripping_body(connection: socket.socket) -> None:
    """Answer with a body that has no end."""
    with contextlib.suppress(OSError):
        connection.sendall(_HEAD)
    _drip(connection, b" " * 100_000)


def _drip(connection: socket.socket, octets: bytes) -> None:
    with contextlib.suppress(OSError):
        for octet in octets:
            connection.sendall(bytes([octet]))
            time.sleep(DRIP_SECONDS)


class Broken:
    """A server, and how often it was connected to."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._kept: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def count(self) -> int:
        return len(self._kept)

    def close(self) -> None:
        self._listener.close()
        for connection in self._kept:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._kept.append(connection)
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()


class BlackHole:
    """A port whose connections are neither taken nor refused: what wants in finds the queue full."""

    def __init__(self) -> None:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._waiting = []
        for _ in range(4):
            waiting = socket.socket()
            waiting.setblocking(False)  # noqa: FBT003 - as the standard library has it
            waiting.connect_ex(("127.0.0.1", self.port))
            self._waiting.append(waiting)

    def close(self) -> None:
        for sock in [*self._waiting, self._listener]:
            sock.close()


@contextlib.contextmanager
def looking_up(hosts: dict[str, list[int] | None], monkeypatch: Any) -> Iterator[None]:
    """Let hosts have these ports of this machine, or a look-up that never ends, until the context does."""
    ended = threading.Event()
    real = socket.getaddrinfo

    def look_up(host: bytes, port: int, **more: Any) -> Any:
        ports = hosts.get(host.decode(), [])
        if ports is None:
            ended.wait()
            raise socket.gaierror(socket.EAI_AGAIN, "never")
        if not ports:
            return real(host, port, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", one)) for one in ports]

    monkeypatch.setattr("memory._lookup.socket.getaddrinfo", look_up)
    try:
        yield
    finally:
        ended.set()


class Heartbeat:
    """Says how late the machine is: limits of time grow with that."""

    def __init__(self) -> None:
        self.lateness = 0.0
        self._stopped = threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()

    def close(self) -> None:
        self._stopped.set()

    def _beat(self) -> None:
        while not self._stopped.is_set():
            began = time.monotonic()
            time.sleep(0.01)
            self.lateness = max(self.lateness, time.monotonic() - began - 0.01)
