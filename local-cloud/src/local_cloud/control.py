"""The control API: the local cloud's clock, faults, caches and requests, as JSON over HTTP."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from local_cloud.clock import FakeClock
from local_cloud.faults import Fault
from local_cloud.web_page import REFUSED, is_sent_by_a_page, names_this_machine

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from local_cloud.faults import Faults
    from local_cloud.journal import Journal

_LARGEST = 65_536  # bytes of a request's body


class _Controlled(Protocol):
    """A local cloud, as far as it is controlled; each is what `LocalCloud` says of it."""

    clock: Callable[[], float]
    faults: Faults
    requests: Journal
    roaming_endpoint: str

    def clear_caches(self) -> None: ...
    def refresh(self) -> None: ...
    def roam(self, pop: int) -> None: ...


class Control:
    """The server of the control API, in a thread of its own.

    | request | does |
    |---|---|
    | `GET`, `POST`, `DELETE /faults` | returns the faults; adds one, a `Fault` as JSON; clears all |
    | `GET /clock`, `POST /clock` | returns the time as `{"now": …}`; `{"advance": seconds}` lets time pass |
    | `DELETE /caches` | drops all copies of the edge |
    | `GET`, `POST /roaming` | returns `{"endpoint": …}`, the port that moves; `{"pop": 1}` moves it |
    | `POST /refresh` | lets the edge learn of invalidations and changed distributions at once |
    | `GET`, `DELETE /requests` | returns what was asked, see `Entry`; forgets it |

    What is refused is answered with `{"error": …}`: 400 for what cannot be done, 403 for requests that come
    from web pages, 404 for what does not exist.
    """

    def __init__(self, cloud: _Controlled, listener: socket.socket) -> None:
        """Serve at once.

        Args:
            cloud: What is controlled.
            listener: Is bound and listens; `stop` closes it.
        """
        operations = _operations(cloud)

        class Handler(_Handler):
            known = operations

        self._server = ThreadingHTTPServer(listener.getsockname(), Handler, bind_and_activate=False)
        self._server.socket.close()  # it makes one of its own
        self._server.socket = listener
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="local-cloud-control", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the thread; to be called once."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _operations(cloud: _Controlled) -> dict[tuple[str, str], Callable[[dict[str, Any]], Any]]:
    """Return what each method and path does, given the request's body, and returns."""
    return {
        ("GET", "/faults"): lambda _: cloud.faults.active(),
        ("POST", "/faults"): lambda given: cloud.faults.add(Fault.from_json(given)),
        ("DELETE", "/faults"): lambda _: cloud.faults.clear(),
        ("GET", "/clock"): lambda _: {"now": cloud.clock()},
        ("POST", "/clock"): lambda given: {"now": _advance(cloud.clock, given)},
        ("DELETE", "/caches"): lambda _: cloud.clear_caches(),
        ("GET", "/roaming"): lambda _: {"endpoint": cloud.roaming_endpoint},
        ("POST", "/roaming"): lambda given: _roam(cloud, given),
        ("POST", "/refresh"): lambda _: cloud.refresh(),
        ("GET", "/requests"): lambda _: [asdict(entry) for entry in cloud.requests.entries()],
        ("DELETE", "/requests"): lambda _: cloud.requests.clear(),
    }


def _roam(cloud: _Controlled, given: dict[str, Any]) -> None:
    pop = given.get("pop")
    if set(given) != {"pop"} or not isinstance(pop, int) or isinstance(pop, bool):
        raise ValueError('the body is {"pop": number}')
    cloud.roam(pop)


def _advance(clock: Callable[[], float], given: dict[str, Any]) -> float:
    if not isinstance(clock, FakeClock):
        raise ValueError("only a local cloud that was started with a FakeClock can let time pass")  # noqa: TRY004 - it is the cloud, not the caller's type
    seconds = given.get("advance")
    if set(given) != {"advance"} or not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        raise ValueError('the body is {"advance": seconds}')
    return clock.advance(seconds)


class _Handler(BaseHTTPRequestHandler):
    known: dict[tuple[str, str], Callable[[dict[str, Any]], Any]]
    server_version = "local-cloud"
    timeout = 10  # seconds for a request to arrive

    def do_GET(self) -> None:
        self._respond()

    do_POST = do_DELETE = do_GET  # noqa: N815 - as above

    def _respond(self) -> None:
        port = self.connection.getsockname()[1]
        if not names_this_machine(self.headers.get("Host"), port) or is_sent_by_a_page(
            self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site")
        ):
            return self._send(HTTPStatus.FORBIDDEN, {"error": REFUSED})
        operation = self.known.get((self.command, urlsplit(self.path).path))
        if operation is None:
            known = ", ".join(f"{method} {path}" for method, path in self.known)
            return self._send(HTTPStatus.NOT_FOUND, {"error": f"known are {known}"})
        try:
            result = operation(self._body())
        except ValueError as error:
            return self._send(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        return self._send(HTTPStatus.OK, result)

    def _body(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= _LARGEST:
            raise ValueError(f"a body has at most {_LARGEST} bytes")
        body = json.loads(self.rfile.read(length) or b"{}")
        if not isinstance(body, dict):
            raise ValueError("the body is a JSON object")  # noqa: TRY004 - one kind of error for the caller
        return body

    def _send(self, status: HTTPStatus, result: Any) -> None:
        body = json.dumps({} if result is None else result).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""
