"""The one way this SDK asks anybody: the edge, S3, and every other service of AWS (specification, section 12)."""

from __future__ import annotations

import atexit
import time
from typing import TYPE_CHECKING, Any

from memory._connection import NoAnswerError
from memory._dial import Origin, dial, prepare
from memory._exchange import ENDED, NOT_SENT, Failure
from memory._fork import reset_in_child
from memory._pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._exchange import Request, Response


class Wire:
    """Sends requests over kept connections.

    A process has one: a handler may make a service in each call, and neither connections nor the time to open them
    should pile up. It holds no lock, and belongs to no thread: a request may be sent from a destructor or a signal's
    handler in the middle of another one.

    Args:
        patience: How many times longer than TIME-2 says it waits, for a person.

    Attributes:
        double: What takes the place of the network in tests; None for the network.
        clock: Returns Unix time in seconds, for services that are given no other.
    """

    def __init__(self, patience: int = 1) -> None:
        self._patience = patience
        self._pools: dict[str, tuple[Origin, Pool]] = {}
        self._users: set[int] = set()
        self.double: Any = None
        self.clock: Callable[[], float] = time.time
        reset_in_child(self)

    def send(self, request: Request, deadline: float) -> Response | Failure:
        """Send a request, once, and return its answer.

        It goes out a second time only if a kept connection turns out to be dead, and if it may (RETRY-2).

        Args:
            request: The request.
            deadline: When to have ended, by `time.monotonic`.

        Raises:
            ConfigurationError: The way to its origin is not supported.
        """
        if self.double is not None:
            answer: Response | Failure = self.double.send(request, deadline)
            return answer
        entry = self._pools.get(request.origin)
        if entry is None:
            entry = self._pools.setdefault(request.origin, (Origin.parse(request.origin), Pool()))
        origin, pool = entry
        if not pool.enter(deadline):
            return Failure(f"no free connection to {origin.host} in time", NOT_SENT)
        try:
            return self._send(request, origin, pool, deadline)
        except NoAnswerError as error:
            return error.failure
        finally:
            pool.leave()

    def _send(self, request: Request, origin: Origin, pool: Pool, deadline: float) -> Response:
        head = _head(request)
        connection = pool.take()
        if connection is not None:
            try:
                return connection.exchange(request, head, deadline)
            except NoAnswerError as error:
                if not error.was_dead:
                    raise
                # It had died while nobody looked. So may have the others; a new one tells.
                pool.drop_idle()
                if request.is_sent_once:
                    raise
            finally:
                pool.give_back(connection)
        try:
            return self._send_fresh(request, head, origin, pool, deadline)._replace(
                was_sent_twice=connection is not None
            )
        except NoAnswerError as error:
            if connection is None or error.failure.state != NOT_SENT:
                raise
            # The first one went out, and nobody knows how far it came.
            raise NoAnswerError(error.failure._replace(state=ENDED)) from None

    def _send_fresh(
        self, request: Request, head: bytes, origin: Origin, pool: Pool, deadline: float
    ) -> Response:
        fresh = dial(origin, deadline, self._patience)
        pool.add(fresh)
        try:
            return fresh.exchange(request, head, deadline)
        finally:
            pool.give_back(fresh)

    def prepare(self, origin: str) -> None:
        """Load what asking an origin takes. Nobody is asked yet.

        Raises:
            ConfigurationError: The way there is not supported.
        """
        if self.double is None:
            prepare(Origin.parse(origin))

    def attach(self, user: object) -> None:
        """Note somebody who uses the connections."""
        self._users.add(id(user))

    def detach(self, user: object) -> None:
        """Close the connections if nobody else uses them."""
        self._users.discard(id(user))
        if not self._users:
            self.drop_connections()

    def drop_connections(self) -> None:
        """Close the connections; the next request opens new ones."""
        pools, self._pools = self._pools, {}
        for _, pool in pools.values():
            pool.drop_all()

    def reset_after_fork(self) -> None:
        """Begin with no connection: two processes must not talk over one."""
        pools, self._pools = self._pools, {}
        for _, pool in tuple(pools.values()):
            pool.abandon()


def _head(request: Request) -> bytes:
    """Return the request line and the headers.

    Raises:
        NoAnswerError: One of them would be more than a header.
    """
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    if request.body or request.method in ("PUT", "POST"):
        lines.append(f"Content-Length: {len(request.body)}")
    text = "\r\n".join(lines) + "\r\n\r\n"
    if text.count("\n") != len(lines) + 1 or text.count("\r") != len(lines) + 1 or "\0" in text:
        raise NoAnswerError(Failure("a header with a line end in it", NOT_SENT))
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise NoAnswerError(Failure("a header with a character beyond Latin-1", NOT_SENT)) from None


#: The wire of this process.
WIRE = Wire()
# What is kept is not left to the interpreter's end, which would warn of it. A later call opens new ones.
atexit.register(WIRE.drop_connections)
