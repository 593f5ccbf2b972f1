"""A server that answers after 10 ms: `python -m benchmarks.slow PORT EDGE` serves what the edge serves.

It is written on asyncio's protocols, without a web framework: it shares the machine with those it is measured with, and
what a framework costs would be counted as theirs.
"""

from __future__ import annotations

import asyncio
import http.client
import sys
from urllib.parse import urlsplit

from benchmarks.contents import MANY, SERVICE
from benchmarks.processes import HOST

DELAY = 0.010  # seconds
_END = b"\r\n\r\n"


def answers(edge: str) -> dict[bytes, bytes]:
    """Return whole answers by path, as the edge gives them."""
    connection = http.client.HTTPConnection(urlsplit(edge).netloc, timeout=10)
    found = {}
    for number in range(MANY):
        path = f"/{SERVICE}/many/{number}.json"
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise SystemExit(f"{edge}{path}: the edge answered {answer.status}")
        headers = "".join(f"{name}: {value}\r\n" for name, value in answer.getheaders())
        found[path.encode()] = f"HTTP/1.1 200 OK\r\n{headers}\r\n".encode() + body
    connection.close()
    return found


class Answering(asyncio.Protocol):
    """One connection of a client that sends GETs one after the other."""

    def __init__(self, found: dict[bytes, bytes]) -> None:
        self._found = found
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to write to."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each complete request, later."""
        self._received += data
        while _END in self._received:
            request, _, self._received = self._received.partition(_END)
            path = request.split(b" ", 2)[1]
            missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            asyncio.get_running_loop().call_later(DELAY, self._write, self._found.get(path, missing))

    def _write(self, answer: bytes) -> None:
        transport = self._transport
        if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
            transport.write(answer)


async def serve(port: int, edge: str) -> None:
    """Answer until the process ends."""
    found = answers(edge)
    server = await asyncio.get_running_loop().create_server(lambda: Answering(found), HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
