"""An explorer that is served, and a real browser that looks at it."""

from __future__ import annotations

import http.client
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory_console.explorer.server import explorer_server, listen
from memory_console.target import Distribution, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memory_console.bucket import Bucket
    from playwright.sync_api import Page

HOST = "d111111abcdef8.cloudfront.net"
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Served:
    """An explorer that is served.

    Attributes:
        port: Where, on 127.0.0.1.
        link: Opens it, once.
        cookie: The session, after `open`.
    """

    port: int
    link: str
    cookie: str = ""
    csrf_token: str = ""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return self.link.partition("token=")[2]

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
        """Send a request with exactly these headers, besides those that HTTP needs."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Host", self.host)
        connection.request(method, path, body=body.encode() or None, headers=sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, {name.title(): value for name, value in answer.getheaders()}, text

    def open(self) -> None:
        """Exchange the token for a session."""
        _, headers, _ = self.ask("GET", f"/?token={self.token}")
        self.cookie = headers["Set-Cookie"].partition(";")[0]
        shell = self.ask("GET", "/", Cookie=self.cookie)[2]
        self.csrf_token = shell.partition('name="csrf-token" content="')[2].partition('"')[0]


@dataclass
class Seen:
    """What the browser complained about, and what it asked for."""

    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


@contextmanager
def served(bucket: Bucket) -> Iterator[Served]:
    """Serve an explorer of a bucket."""
    known = {"public": Distribution("public", HOST)}
    target = Target(bucket, "public", pinned=False, distributions=known, edge_endpoint=None)
    with listen(0) as listener:
        server, link = explorer_server(target, listener)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield Served(listener.getsockname()[1], link)
        finally:
            server.should_exit = True
            thread.join()


def watch(page: Page) -> Seen:
    """Note what the page complains about and where it sends requests."""
    seen = Seen()

    def note(message: Any) -> None:
        if message.type in ("error", "warning"):
            seen.complaints.append(f"{message.type}: {message.text}")

    def failed(request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # by a page that was left
            seen.complaints.append(f"failed: {request.url}: {request.failure}")

    page.on("console", note)
    page.on("pageerror", lambda error: seen.complaints.append(f"thrown: {error}"))
    page.on("requestfailed", failed)
    page.on("request", lambda request: seen.hosts.add(request.url.split("/")[2]))
    return seen


def accessibility_faults(page: Page) -> list[str]:
    """Return axe's findings that are serious."""
    # Through the debugger, since the page's own policy lets no such script in.
    page.evaluate(AXE.read_text())
    results = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{found['id']}: {found['help']}: {[node['html'][:200] for node in found['nodes'][:3]]}"
        for found in results["violations"]
        if found["impact"] in ("serious", "critical", "moderate")
    ]
