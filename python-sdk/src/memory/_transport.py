"""GET over kept connections, with a deadline on everything: the one way this SDK reads."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from memory._redaction import redact_http_log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import PreparedRequest, Response
    from requests.structures import CaseInsensitiveDict

CONNECT_SECONDS = 1.0
READ_SECONDS = 2.0
POOL_CONNECTIONS = 64
# A frozen function's connections are dead when it thaws, and only the wall clock knows how long it slept.
MAX_IDLE_SECONDS = 4.0

_CHUNK = 64 * 1024


class FailedError(Exception):
    """There is no answer. The message never has the query of the URL: it may be a signature."""


class Received(NamedTuple):
    """A complete answer; `cut` says that the body goes on beyond the limit."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes
    cut: bool


class Transport:
    """Reads URLs with requests' adapter, below its Session: that halves the cost of a read.

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
        from requests import PreparedRequest
        from requests.adapters import HTTPAdapter
        from requests.structures import CaseInsensitiveDict

        redact_http_log()
        self._new_request: type[PreparedRequest] = PreparedRequest
        self._new_headers: type[CaseInsensitiveDict[Any]] = CaseInsensitiveDict
        self._adapter = HTTPAdapter(pool_connections=4, pool_maxsize=POOL_CONNECTIONS)
        self._last_use = 0.0
        # What requests.Session would look at, read once.
        self._verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True

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
        self._adapter.poolmanager.clear()

    def _attempt(self, url: str, headers: Mapping[str, str], deadline: float, limit: int) -> Received:
        from requests.exceptions import ConnectionError as Broken
        from requests.exceptions import ConnectTimeout, RequestException
        from urllib3.exceptions import HTTPError, ProtocolError

        left = _left(deadline)
        request = self._request(url, headers)
        try:
            timeout = (min(CONNECT_SECONDS, left), min(READ_SECONDS, left))
            response = self._adapter.send(request, stream=True, timeout=timeout, verify=self._verify)
        except ConnectTimeout as error:
            raise FailedError(_why(error)) from None
        except Broken as error:
            if error.args and isinstance(error.args[0], ProtocolError):
                raise _DeadConnectionError(_why(error)) from None
            raise FailedError(_why(error)) from None
        except (RequestException, HTTPError, OSError) as error:
            raise FailedError(_why(error)) from None
        try:
            received = _received(response, deadline, limit)
        except (HTTPError, OSError) as error:
            response.close()
            raise FailedError(_why(error)) from None
        self._last_use = time.time()
        return received

    def _request(self, url: str, headers: Mapping[str, str]) -> PreparedRequest:
        request = self._new_request()
        request.method = "GET"
        request.url = url
        request.headers = self._new_headers(headers)
        return request


def _received(response: Response, deadline: float, limit: int) -> Received:
    raw = response.raw
    body = bytearray()
    while len(body) <= limit:
        if raw.connection is not None and raw.connection.sock is not None:
            raw.connection.sock.settimeout(min(READ_SECONDS, _left(deadline)))
        chunk = raw.read1(_CHUNK, decode_content=False)
        if not chunk:
            break
        body += chunk
    if len(body) > limit:
        response.close()
        return Received(response.status_code, response.headers, bytes(body[:limit]), cut=True)
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) != len(body):
        response.close()
        raise FailedError(f"the answer was cut off after {len(body)} of {declared} bytes")
    raw.release_conn()
    return Received(response.status_code, response.headers, bytes(body), cut=False)


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
