"""GET over kept connections, with a deadline on everything: the one way this SDK reads."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from memory._loading import without_collection
from memory._redaction import redact_http_log

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext

    from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict

CONNECT_SECONDS = 1.0
READ_SECONDS = 2.0
POOLS = 64
POOL_CONNECTIONS = 64
# A frozen function's connections are dead when it thaws, and only the wall clock knows how long it slept.
MAX_IDLE_SECONDS = 4.0

_CHUNK = 64 * 1024


class FailedError(Exception):
    """There is no answer. The message never has the query of the URL: it may be a signature."""


class Received(NamedTuple):
    """A complete answer; `cut` says that the body goes on beyond the limit."""

    status: int
    headers: HTTPHeaderDict
    body: bytes
    cut: bool


class Transport:
    """Reads URLs from the pools of requests' adapter, below its Session: that costs a third of `Session.get`.

    requests is imported by the constructor, in Lambda's start-up phase. A process has one: a handler may make a service
    in each call, and neither connections nor the time to open them should pile up.
    """

    _shared: Transport | None = None
    _users = 0
    _lock = threading.Lock()

    @classmethod
    def acquire(cls) -> Transport:
        """Return the one of this process; each call of this wants one of `release`."""
        with cls._lock:
            if cls._shared is None:
                cls._shared = cls()
                if hasattr(os, "register_at_fork"):
                    # Two processes must not read from one connection.
                    os.register_at_fork(after_in_child=cls._shared.drop_connections)
            cls._users += 1
            return cls._shared

    @classmethod
    def release(cls) -> None:
        """Close the connections if nobody else uses them."""
        with cls._lock:
            cls._users -= 1
            if not cls._users and cls._shared is not None:
                cls._shared.drop_connections()

    def __init__(self) -> None:
        with without_collection():
            from requests.adapters import HTTPAdapter
            from requests.utils import DEFAULT_CA_BUNDLE_PATH
            from urllib3 import Retry, Timeout

        redact_http_log()
        self._adapter = HTTPAdapter(pool_connections=POOLS, pool_maxsize=POOL_CONNECTIONS)
        self._pools: dict[str, HTTPConnectionPool] = {}
        self._no_retries = Retry(False)  # noqa: FBT003 - as urllib3 has it
        self._timeout = Timeout
        self._last_use = 0.0
        # What requests.Session would look at, read once.
        self._authorities = (
            os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
        )
        self._trust: SSLContext | None = None

    def get(self, url: str, headers: Mapping[str, str], deadline: float, limit: int) -> Received:
        """Read a URL.

        Args:
            url: Where to connect and what to ask for.
            headers: The request's headers.
            deadline: When to have ended, by `time.monotonic`.
            limit: How many bytes of the body to read.

        Raises:
            FailedError: No complete answer came in time.
        """
        idle = time.time() - self._last_use
        if not 0 <= idle <= MAX_IDLE_SECONDS:
            self.drop_connections()
        try:
            return self._attempt(url, headers, deadline, limit)
        except _DeadConnectionError:
            # It had died while nobody looked. So may have the others; a new one tells.
            self.drop_connections()
        try:
            return self._attempt(url, headers, deadline, limit)
        except _DeadConnectionError as error:
            raise FailedError(str(error)) from None

    def drop_connections(self) -> None:
        """Close the connections; the next read opens new ones."""
        self._pools = {}
        self._adapter.poolmanager.clear()

    def _attempt(self, url: str, headers: Mapping[str, str], deadline: float, limit: int) -> Received:
        from urllib3.exceptions import ClosedPoolError, HTTPError, ProtocolError

        left = _left(deadline)
        path_at = url.index("/", len("https://"))
        try:
            response = self._pool(url[:path_at]).urlopen(
                "GET",
                url[path_at:],
                headers=headers,
                retries=self._no_retries,
                redirect=False,
                assert_same_host=False,
                timeout=self._timeout(connect=min(CONNECT_SECONDS, left), read=min(READ_SECONDS, left)),
                preload_content=False,
                decode_content=False,
            )
        except (ProtocolError, ClosedPoolError) as error:
            raise _DeadConnectionError(_why(error)) from None
        except (HTTPError, OSError) as error:
            raise FailedError(_why(error)) from None
        try:
            received = _received(response, deadline, limit)
        except (HTTPError, OSError) as error:
            response.close()
            raise FailedError(_why(error)) from None
        self._last_use = time.time()
        return received

    def _pool(self, origin: str) -> HTTPConnectionPool:
        """Return the pool of connections to an origin. Kept here, because the adapter's own look-up is slow."""
        pool = self._pools.get(origin)
        if pool is None:
            trust = {"ssl_context": self._context()} if origin.startswith("https:") else None
            pool = self._adapter.poolmanager.connection_from_url(origin, trust)
            self._pools[origin] = pool
        return pool

    def _context(self) -> SSLContext:
        """Return what all connections share: to load the authorities takes longer than a read."""
        if self._trust is None:
            from ssl import create_default_context

            is_folder = Path(self._authorities).is_dir()
            self._trust = create_default_context(
                cafile=None if is_folder else self._authorities,
                capath=self._authorities if is_folder else None,
            )
        return self._trust


def _received(response: BaseHTTPResponse, deadline: float, limit: int) -> Received:
    body = bytearray()
    while len(body) <= limit:
        if (sock := getattr(response.connection, "sock", None)) is not None:
            sock.settimeout(min(READ_SECONDS, _left(deadline)))
        chunk = response.read1(_CHUNK, decode_content=False)
        if not chunk:
            break
        body += chunk
    if len(body) > limit:
        response.close()
        return Received(response.status, response.headers, bytes(body[:limit]), cut=True)
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) != len(body):
        response.close()
        raise FailedError(f"the answer was cut off after {len(body)} of {declared} bytes")
    response.release_conn()
    return Received(response.status, response.headers, bytes(body), cut=False)


class _DeadConnectionError(Exception):
    """The connection ended before an answer began."""


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise FailedError("the deadline has passed")
    return left


def _why(error: Exception) -> str:
    """Return the kind of an error: its text would quote the URL."""
    return type(error).__name__
