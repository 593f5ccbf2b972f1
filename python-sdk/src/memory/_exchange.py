"""What goes over the wire, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Nothing of the request was sent: no connection was made.
NOT_SENT = "not sent"
#: The other side ended the connection: what it has done with the request, it has done (WRITE-1).
ENDED = "ended"
#: This side gave up waiting: the request may be carried out at any later moment (WRITE-1).
UNDER_WAY = "under way"

ERROR_BYTES = 64 * 1024


class Request(NamedTuple):
    """One request.

    Attributes:
        method: `GET` and so on.
        origin: Scheme, host and port: where to connect.
        target: Path and query.
        headers: The headers, `Host` among them.
        body: The body; it is sent with its length unless it is empty.
        limit: How many bytes of the answer's body to read.
        send_until: Unix time, by this machine's clock, from when nothing of it may be sent any more, not even what the
            system has taken over (CHG-13); None if that is no matter.
        is_sent_once: Whether it never goes out a second time as it is (CTAG-14).
        is_long: Whether its answer may take the whole time, without a sign of life (TIME-2).
    """

    method: str
    origin: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    limit: int = ERROR_BYTES
    send_until: float | None = None
    is_sent_once: bool = False
    is_long: bool = False


class Response(NamedTuple):
    """A complete answer.

    Attributes:
        status: The status, not of 1xx.
        headers: The headers by their names in lower case; the values of a name that comes more than once are joined
            by commas, but of those of which one counts the first is taken (WIRE-4).
        body: The body.
        cut: Whether it goes on beyond the limit.
        was_sent_twice: Whether the request went out before, on a connection that turned out to be dead (RETRY-2).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False
    was_sent_twice: bool = False


class Failure(NamedTuple):
    """There is no answer.

    Attributes:
        reason: What happened; it names hosts, never a query.
        state: `NOT_SENT`, `ENDED` or `UNDER_WAY`.
    """

    reason: str
    state: str

    @property
    def may_have_arrived(self) -> bool:
        """Whether the other side may act on the request."""
        return self.state != NOT_SENT
