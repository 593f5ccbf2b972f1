"""One connection: a request goes out, an answer comes back, and no phase takes longer than it may (TIME-2)."""

from __future__ import annotations

import contextlib
import math
import select
import socket
import struct
import time
from typing import TYPE_CHECKING

from memory._exchange import ENDED, NOT_SENT, UNDER_WAY, Failure
from memory._response_reader import EndedError, MalformedError, ResponseReader

if TYPE_CHECKING:
    from memory._exchange import Request, Response

SILENCE_SECONDS = 2.0
MAX_IDLE_SECONDS = 4.0  # WIRE-6

_RECEIVED_AT_ONCE = 64 * 1024
_SENT_AT_ONCE = 64 * 1024
_RESET = struct.pack("ii", 1, 0)
_monotonic = time.monotonic
_wall_clock = time.time


class NoAnswerError(Exception):
    """There is no answer.

    Attributes:
        failure: Why.
        was_dead: Whether the connection ended without a byte of an answer.
    """

    def __init__(self, failure: Failure, *, was_dead: bool = False) -> None:
        super().__init__(failure.reason)
        self.failure = failure
        self.was_dead = was_dead


class Connection:
    """A connection to an origin, or to a proxy on the way there. It is one thread's at a time.

    Args:
        sock: Connected, its TLS handshake done.
        is_tls: Whether there was one.
        patience: How many times longer than in a function silence may last.

    Attributes:
        is_reusable: Whether another request may go out.
    """

    __slots__ = ("_is_tls", "_patience", "_poll", "_silence", "_until", "_used_at", "is_reusable", "sock")

    def __init__(self, sock: socket.socket, *, is_tls: bool = False, patience: int = 1) -> None:
        self.sock = sock
        self._patience = patience
        self._silence = 0.0
        self._is_tls = is_tls
        self.is_reusable = True
        self._until = 0.0
        self._used_at = _wall_clock()
        self._poll: select.poll | None = None

    def is_alive(self) -> bool:
        """Return whether it has not been idle for long, and nothing has come since: a frozen function's are dead."""
        if not 0 <= _wall_clock() - self._used_at <= MAX_IDLE_SECONDS:
            return False
        if not hasattr(select, "poll"):
            return not select.select([self.sock], [], [], 0)[0]
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self.sock, select.POLLIN)
        return not self._poll.poll(0)

    def close(self) -> None:
        """Let go of it."""
        self.is_reusable = False
        self.sock.close()

    def _give_up(self, request: Request) -> None:
        """Let go of it in the middle of a request, of which nothing more may be sent if it says so (CHG-13)."""
        if request.send_until is not None:
            # A reset drops what the system still has to send, where an orderly end would send it.
            with contextlib.suppress(OSError):
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.close()

    def exchange(self, request: Request, head: bytes, deadline: float) -> Response:
        """Send a request and return its answer.

        Args:
            request: The request.
            head: The same as bytes, but for its body.
            deadline: When to have ended, by `time.monotonic`.

        Raises:
            NoAnswerError: There is none, or not a whole one.
        """
        self._until = deadline
        self._silence = math.inf if request.is_long else SILENCE_SECONDS * self._patience
        if request.send_until is not None:
            self._until = min(deadline, _monotonic() + request.send_until - _wall_clock())
        reader = ResponseReader(self._receive, is_tls=self._is_tls)
        try:
            self._set_timeout()
        except TimeoutError:
            self.close()
            raise NoAnswerError(Failure("the time was over", NOT_SENT)) from None
        try:
            self._send(head, request)
            response = reader.read(request.method, request.limit)
        except TimeoutError:
            self._give_up(request)
            is_silence = math.isfinite(self._silence) and _monotonic() < deadline
            reason = f"no sign of life for {self._silence:g} s" if is_silence else "the time was over"
            raise NoAnswerError(Failure(reason, UNDER_WAY)) from None
        except MalformedError as error:
            self._give_up(request)
            raise NoAnswerError(Failure(str(error), ENDED)) from None
        except EndedError:
            self._give_up(request)
            raise self._ended(reader, "the connection ended before the answer did") from None
        except OSError as error:
            self._give_up(request)
            # Its text could quote what was sent; its kind cannot.
            raise self._ended(reader, type(error).__name__) from None
        except BaseException:
            self._give_up(request)  # interrupted, by a signal's handler: nobody knows what comes next on it
            raise
        if reader.is_last:
            self.close()
        self._used_at = _wall_clock()
        return response

    def _ended(self, reader: ResponseReader, reason: str) -> NoAnswerError:
        return NoAnswerError(Failure(reason, ENDED), was_dead=not reader.has_begun)

    def _send(self, head: bytes, request: Request) -> None:
        body, until = request.body, request.send_until
        data = head + body if len(body) <= _SENT_AT_ONCE else head
        until = math.inf if until is None else until
        _refuse_after(until)
        self.sock.sendall(data)
        if data is head and body:
            self._send_large(memoryview(body), until)

    def _send_large(self, body: memoryview, until: float) -> None:
        """Send a body in parts, each of which is a sign of life. What the other side says early is its answer.

        Args:
            body: The body.
            until: When to stop, in Unix seconds: what was frozen goes by no other clock.
        """
        try:
            while body:
                self._set_timeout()
                _refuse_after(until)
                body = body[self.sock.send(body[:_SENT_AT_ONCE]) :]
        except TimeoutError:
            raise
        except OSError:
            # It may have refused the request and closed: then its answer is there to be read.
            self.is_reusable = False

    def _receive(self) -> bytes:
        self._set_timeout()
        return self.sock.recv(_RECEIVED_AT_ONCE)

    def _set_timeout(self) -> None:
        left = self._until - _monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(min(self._silence, left))


def _refuse_after(until: float) -> None:
    """Send nothing after a Unix time.

    Raises:
        TimeoutError: It has come.
    """
    if _wall_clock() >= until:
        raise TimeoutError
