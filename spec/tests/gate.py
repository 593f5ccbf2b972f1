"""A way into an S3 server that forwards requests as they are, and lets something happen to them."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

_OF_ONE_CONNECTION = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class Exchange(NamedTuple):
    """A request, and S3's answer to it."""

    method: str
    path: str
    status: int
    body: bytes

    def is_put_of(self, name: str) -> bool:
        """Return whether it is the put of what has this last part of a key."""
        return self.method == "PUT" and self.path.partition("?")[0].endswith(f"/{name}")


class Gate:
    """A port in front of an S3 server; use it in a `with` statement.

    Attributes:
        endpoint: its URL.
        exchanges: what has passed, in the order of the answers.
        before: is called with the method and path of each request before S3 has it.
        after: is called with each exchange before its answer goes back.
        answered: is called when it has.
    """

    def __init__(self, server: str) -> None:
        """Open it in front of the server with this URL."""
        self.exchanges: list[Exchange] = []
        self.before: Callable[[str, str], None] = lambda _, __: None
        self.after: Callable[[Exchange], None] = lambda _: None
        self.answered: Callable[[], object] = lambda: None
        gate, host = self, urlsplit(server).netloc

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                gate.before(self.command, self.path)
                asked = http.client.HTTPConnection(host, timeout=60)
                asked.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():  # the signature is of the Host that was asked
                    asked.putheader(name, value)
                asked.endheaders(body or None)
                got = asked.getresponse()
                content = got.read()
                exchange = Exchange(self.command, self.path, got.status, content)
                gate.exchanges.append(exchange)
                gate.after(exchange)
                self.send_response_only(got.status)
                for name, value in got.getheaders():
                    if name.lower() not in _OF_ONE_CONNECTION:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                gate.answered()
                asked.close()

            do_GET = do_PUT = do_DELETE = do_POST = answer  # noqa: N815 - what the base class calls them

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
