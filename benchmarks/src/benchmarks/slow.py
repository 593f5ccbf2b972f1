"""A server that answers after 10 ms: `python -m benchmarks.slow PORT EDGE` serves what the edge serves.

It is written on asyncio's protocols, without a web framework: it shares the machine with those it is measured with, and
what a framework costs would be counted as theirs.
"""

from __future__ import annotations

import asyncio
import sys
import urllib.request

from benchmarks.contents import MANY, SERVICE
from benchmarks.processes import HOST

DELAY = 0.010  # seconds


def _answers(edge: str) -> dict[bytes, bytes]:
    """Return whole answers by path, as the edge gives them."""
    found = {}
    for path in (f"/{SERVICE}/many/{number}.json" for number in range(MANY)):
        with urllib.request.urlopen(edge + path, timeout=10) as answer:  # noqa: S310 - the edge of this run
            headers = [f"{name}: {value}\r\n" for name, value in answer.getheaders() if name != "Connection"]
            found[path.encode()] = f"HTTP/1.1 200 OK\r\n{''.join(headers)}\r\n".encode() + answer.read()
    return found


class _Answering(asyncio.Protocol):
    """One connection of a client that sends GETs one after the other."""

    def __init__(self, found: dict[bytes, bytes]) -> None:
        self._found = found
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            answer = self._found[request.split(b" ", 2)[1]]
            asyncio.get_running_loop().call_later(DELAY, self._write, answer)

    def _write(self, answer: bytes) -> None:
        if isinstance(self._transport, asyncio.WriteTransport) and not self._transport.is_closing():
            self._transport.write(answer)


async def _serve(port: int, edge: str) -> None:
    found = _answers(edge)
    server = await asyncio.get_running_loop().create_server(lambda: _Answering(found), HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
