"""Lambda's Runtime API, as far as a runtime client asks it: events out, results in."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "/2018-06-01/runtime/"
PATIENCE = 30.0  # seconds


class RuntimeApi:
    """One function's events, one after the other.

    Attributes:
        address: Host and port, for `AWS_LAMBDA_RUNTIME_API`.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.events: Queue[Any] = Queue()
        self.results: Queue[tuple[str, Any]] = Queue()

    def invoke(self, event: Any) -> Any:
        """Return what the function returns for an event.

        Raises:
            AssertionError: It failed.
            queue.Empty: It did not answer in time.
        """
        self.events.put(event)
        what, result = self.results.get(timeout=PATIENCE)
        assert what == "response", result
        return result


@contextlib.contextmanager
def serving() -> Iterator[RuntimeApi]:
    """Serve on a port of this machine until the context ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            event = api.events.get()
            with contextlib.suppress(OSError):  # the client may have been ended
                self._answer(200, json.dumps(event).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
            self._answer(202, b"{}")
            api.results.put((self.path.rpartition("/")[2], json.loads(body or b"null")))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            headers = {  # all of them: the clients crash without some
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + PATIENCE) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:111122223333:function:demo",
                "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
            }
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api = RuntimeApi(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield api
    finally:
        api.events.put(None)  # who waits for one may end
        server.shutdown()
        thread.join()
        server.server_close()
