"""S3 and CloudFront as the SDK meets them, over HTTP on this machine and by a clock that passes when told to."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from memory import MemoryService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doubles import Clock

HOST = "d1.cloudfront.net"
NO_SUCH_KEY = b"<Error><Code>NoSuchKey</Code><RequestId>1</RequestId></Error>"
NOT_MET = b"<Error><Code>PreconditionFailed</Code></Error>"


@dataclass
class Stored:
    body: bytes
    headers: dict[str, str]
    modified: float
    fetched: float = 0.0


@dataclass
class Cloud:
    """What is stored, what the edges hold, and what goes wrong.

    Attributes:
        pop: Which of the edges answers.
        down: `edge`, `s3` or both: they answer with the status.
        status: What those answer that are down: by 503 S3 says that it has done nothing, by 500 it does not say.
        lost: How many answers to writes are lost from now on, after the write.
        before_write: Called before a write is carried out; for what somebody else does in that moment.
    """

    clock: Clock
    url: str = ""
    objects: dict[str, Stored] = field(default_factory=dict)
    caches: dict[int, dict[str, Stored]] = field(default_factory=dict)
    pop: int = 0
    down: set[str] = field(default_factory=set)
    status: int = 503
    lost: int = 0
    before_write: Any = None
    requests: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def service(self, **conf: Any) -> MemoryService:
        given = {
            "DISTRIBUTION": HOST,
            "BUCKET_NAME": "values",
            "REGION": "us-east-1",
            "EDGE_ENDPOINT": self.url,
        }
        seams = {name: conf.pop(name) for name in ("random", "sleep") if name in conf}
        return MemoryService({**given, **conf}, "shop", clock=self.clock, **seams)

    def counts(self) -> dict[str, int]:
        """Return how often each was asked, and forget it."""
        seen, self.requests = self.requests, []
        return {what: seen.count(what) for what in dict.fromkeys(seen)}

    def edge(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if "edge" in self.down:
            return self.status, {}, b""
        cache = self.caches.setdefault(self.pop, {})
        key = f"public{path}"
        held, now = cache.get(key), self.clock.now
        if held and now - held.fetched < _max_age(held):
            return 200, {**held.headers, "Age": str(int(now - held.fetched))}, held.body
        found = self.objects.get(key)
        if found is None:
            cache.pop(key, None)
            return 404, {}, NO_SUCH_KEY
        cache[key] = Stored(found.body, found.headers, found.modified, now)
        return 200, {**found.headers, "X-Cache": "Miss from cloudfront"}, found.body

    def s3(
        self, method: str, key: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        if "s3" in self.down:
            return self.status, {}, b""
        if method != "GET" and self.before_write:
            act, self.before_write = self.before_write, None
            act()
        if method == "POST":
            for removed in re.findall(rb"<Key>(.*?)</Key>", body):
                self.objects.pop(removed.decode(), None)
            return 200, {}, b"<DeleteResult/>"
        if method == "GET" and key in ("/values", "/values/"):
            listed = "".join(f"<Contents><Key>{name}</Key></Contents>" for name in sorted(self.objects))
            return (
                200,
                {},
                f"<ListBucketResult><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>".encode(),
            )
        found = self.objects.get(key)
        if method == "GET":
            return (404, {}, NO_SUCH_KEY) if found is None else (200, found.headers, found.body)
        if method == "DELETE":
            self.objects.pop(key, None)
            return 204, {}, b""
        wanted = headers.get("If-Match")
        if (headers.get("If-None-Match") == "*" and found) or (
            wanted and found and found.headers["ETag"] != wanted
        ):
            return 412, {}, NOT_MET
        if wanted and not found:
            return 404, {}, NO_SUCH_KEY
        kept: dict[str, str] = {
            name: headers[name] for name in ("Cache-Control", "Content-Encoding") if name in headers
        }
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        kept |= {"ETag": etag, "Last-Modified": formatdate(int(self.clock.now), usegmt=True)}
        self.objects[key] = Stored(body, kept, self.clock.now)
        return 200, {"ETag": etag}, b""


def _max_age(stored: Stored) -> int:
    match = re.search(r"max-age=(\d+)", stored.headers.get("Cache-Control", ""))
    return int(match[1]) if match else 86_400


@contextlib.contextmanager
def running(clock: Clock) -> Iterator[Cloud]:
    """Serve until the context ends."""
    cloud = Cloud(clock)
    cloud.gate.set()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Expect") == "100-continue" and not body:
                body = self.rfile.read(int(self.headers.get("X-Amz-Decoded-Content-Length", 0)))
            is_edge = self.headers["Host"] == HOST
            cloud.gate.wait(10)
            with lock:
                cloud.requests.append("edge" if is_edge else f"s3 {self.command}")
                if is_edge:
                    status, headers, content = cloud.edge(self.path)
                else:
                    key = self.path.partition("?")[0].removeprefix("/values/")
                    status, headers, content = cloud.s3(self.command, key, dict(self.headers), body)
                is_lost = self.command == "PUT" and cloud.lost > 0 and status == 200
                cloud.lost -= is_lost
            if is_lost:
                self.close_connection = True
                return
            self.send_response_only(status)
            date = formatdate(int(clock.now), usegmt=True)
            for name, value in {"Content-Length": str(len(content)), "Date": date, **headers}.items():
                if status != 204 or name != "Content-Length":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_DELETE = do_POST = answer  # noqa: N815 - names that http.server looks up

        def log_message(self, *_: Any) -> None:
            """Keep the test output clean."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    cloud.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield cloud
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
