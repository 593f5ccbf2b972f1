"""The address of the demo for browsers on this machine: what an HTTP API is on AWS, a function's way to the web."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local_cloud.web_page import REFUSED, names_this_machine

from demos.functions import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typing_extensions import Self

_LARGEST = 65_536  # bytes of a request's body


class PageServer:
    """A port of this machine whose requests are a function's; use it in a `with` statement.

    Its pages may ask it, and whoever types its address. Other pages may not, nor does it answer to another name.

    Attributes:
        origin: Its URL, without a slash at the end.
    """

    def __init__(self) -> None:
        """Take a port; `answer_with` says what answers there."""

        class Handler(_Handler):
            invoke: Callable[[Mapping[str, Any]], Any] = staticmethod(_nobody)

        self._handler = Handler
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        Handler.origin = self.origin
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def answer_with(self, invoke: Callable[[Mapping[str, Any]], Any]) -> None:
        """Let a function answer from now on.

        Args:
            invoke: Calls it with an event of an HTTP API (payload format 2.0) and returns what it returns.
        """
        self._handler.invoke = staticmethod(invoke)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _nobody(_: Mapping[str, Any]) -> Any:
    raise FunctionError("it is not deployed yet")


class _Handler(BaseHTTPRequestHandler):
    origin: str
    invoke: Callable[[Mapping[str, Any]], Any]
    server_version = "demos"
    timeout = 10  # seconds for a request to arrive

    def do_GET(self) -> None:
        self._respond()

    do_POST = do_GET  # noqa: N815 - as above

    def _respond(self) -> None:
        if not self._is_ours():
            return self._send(HTTPStatus.FORBIDDEN, {"Content-Type": "text/plain"}, REFUSED)
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= _LARGEST:
            return self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {}, "")
        path = urlsplit(self.path).path
        event = {
            "version": "2.0",
            "rawPath": path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "requestContext": {"http": {"method": self.command, "path": path}},
            "body": self.rfile.read(length).decode(errors="replace"),
        }
        try:
            answer = self.invoke(event)
        except FunctionError as error:
            reason = json.dumps({"error": f"the function failed: {error}"})
            return self._send(HTTPStatus.BAD_GATEWAY, {"Content-Type": "application/json"}, reason)
        return self._send(answer["statusCode"], answer["headers"], answer["body"])

    def _is_ours(self) -> bool:
        port = self.connection.getsockname()[1]
        by_own_page = self.headers.get("Origin") in {None, self.origin}
        site = self.headers.get("Sec-Fetch-Site")
        return (
            names_this_machine(self.headers.get("Host"), port)
            and by_own_page
            and site in {None, "none", "same-origin"}
        )

    def _send(self, status: int, headers: Mapping[str, str], text: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""
