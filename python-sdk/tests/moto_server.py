"""AWS as moto has it, on a port of this machine: what the SDK asks goes over its own wire."""

from __future__ import annotations

import contextlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import requests
from moto import mock_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
_OF_CONNECTIONS = ("connection", "content-length", "transfer-encoding")


@contextlib.contextmanager
def serving_moto() -> Iterator[str]:
    """Serve until the context ends, and give the URL; inside it, boto3 asks the same moto."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            scope = _SCOPE.search(self.headers.get("Authorization", ""))
            region, service = (scope[1], scope[2]) if scope else ("us-east-1", "sts")
            host = (
                "cloudfront.amazonaws.com" if service == "cloudfront" else f"{service}.{region}.amazonaws.com"
            )
            headers = {**dict(self.headers), "Host": host}
            found = requests.request(
                self.command, f"https://{host}{self.path}", headers=headers, data=body, timeout=30
            )
            self.send_response_only(found.status_code)
            for name, value in found.headers.items():
                if name.lower() not in _OF_CONNECTIONS:
                    self.send_header(name, value)
            if found.status_code != 204:
                self.send_header("Content-Length", str(len(found.content)))
            self.end_headers()
            self.wfile.write(found.content)

        do_GET = do_PUT = do_DELETE = do_POST = answer  # noqa: N815 - names that http.server looks up

        def log_message(self, *_: Any) -> None:
            """Keep the test output clean."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        with mock_aws():
            yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
