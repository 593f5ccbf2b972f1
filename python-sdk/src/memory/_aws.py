"""Sends signed requests to AWS, and sends them again as long as that makes sense (specification, section 12)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from memory._backoff import longest_wait, random_share
from memory._dates import unix_time
from memory._exchange import ENDED, ERROR_BYTES, NOT_SENT, Failure, Request, Response
from memory._refusals import BUSY, SKEWED, error_code, is_out_of_time
from memory._sigv4 import query_string, signed_headers, signed_query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from memory._credentials import Credentials
    from memory._endpoints import Endpoint
    from memory._wire import Wire

ATTEMPTS = 4
_AGAIN = frozenset((429, 500, 502, 503, 504))
_REFUSED = frozenset((429, 503))  # of those, what has changed nothing for sure (WRITE-2)
_LATER = 5
_FIRST_ERROR = 300
_SIGNED_SECONDS = 20  # for how long S3 begins a write that was announced (CHG-12)
_AGAIN_SECONDS = 15  # after an announcement, until when a write is sent with it (CHG-12)
_SEND_SECONDS = 80  # after an announcement, until when anything of a write is sent (CHG-13)
_OFF_SECONDS = 10  # by which a clock may be wrong (CHG-10)

#: A request that changes nothing.
READ = "read"
#: A request that leaves the same state however often it is carried out.
WRITE = "write"
#: A request that is carried out only if its condition holds: who sends it finds out what came of it (WRITE-4).
CONDITIONAL = "conditional"

# By how many seconds AWS's clock is ahead of this machine's, as far as AWS has complained (AWS-1).
_skew = 0.0


class AwsRequest(NamedTuple):
    """A request to be signed.

    Attributes:
        endpoint: Where it goes.
        service: The service's name in signatures.
        method: `GET` and so on.
        path: The path behind the endpoint's own; of characters that are never percent-encoded.
        kind: `READ`, `WRITE` or `CONDITIONAL`.
        query: Its parameters.
        headers: Its headers, but for `Host`.
        body: Its body; or what makes another one each time that it is sent.
        limit: How many bytes of the answer to read.
        announced: The time of its announcement, in Unix seconds of S3's time: it is signed in its query, as of then
            (CHG-12). None for any other request.
    """

    endpoint: Endpoint
    service: str
    method: str
    path: str
    kind: str = READ
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes | Callable[[], bytes] = b""
    limit: int = ERROR_BYTES
    announced: int | None = None


class Outcome(NamedTuple):
    """What came of it.

    Attributes:
        answer: The answer, or why there is none.
        is_unknown: Whether one of the attempts may have been carried out, though none succeeded (WRITE-5).
        is_out_of_time: Whether the last one came too late for its announcement, and was not carried out (CHG-12).
    """

    answer: Response | Failure
    is_unknown: bool
    is_out_of_time: bool = False


class Aws:
    """Signs requests and sends them.

    Args:
        wire: Carries them.
        credentials: Returns whose they are, given when to have ended.
    """

    def __init__(self, wire: Wire, credentials: Callable[[float], Credentials]) -> None:
        self._wire = wire
        self.credentials = credentials

    def send(self, request: AwsRequest, deadline: float) -> Outcome:
        """Send a request until there is an answer that counts.

        Args:
            request: The request.
            deadline: When to have ended, by `time.monotonic`.

        Raises:
            ConfigurationError: There are no credentials, or the way to AWS is not supported.
            AccessDeniedError: The role may not be assumed.
            UnavailableError: Nobody gave credentials in time.
        """
        endpoint = request.endpoint
        path = f"{endpoint.path}{request.path}"
        is_unknown = has_set_clock = False
        attempt = 0
        while True:
            attempt += 1
            body = request.body() if callable(request.body) else request.body
            signed = self._signed(request, body, path, self.credentials(deadline))
            if request.announced is not None and self.present() > request.announced + _AGAIN_SECONDS:
                return Outcome(
                    Failure("its announcement is too old", NOT_SENT), is_unknown, is_out_of_time=True
                )
            started = self.present()
            answer = self._wire.send(signed, deadline)
            if isinstance(answer, Response) and answer.status < _FIRST_ERROR:
                return Outcome(answer, is_unknown=False)
            if request.announced is not None and isinstance(answer, Response) and is_out_of_time(answer.body):
                self.learn_time(unix_time(answer.headers.get("date")), started)
                return Outcome(answer, is_unknown or answer.was_sent_twice, is_out_of_time=True)
            is_unknown = is_unknown or (request.kind != READ and _is_unknown(answer))
            if isinstance(answer, Response) and not has_set_clock and _sets_clock(answer):
                has_set_clock = True
                continue
            wait = longest_wait(attempt) * random_share() * _patience(answer)
            if (
                attempt >= ATTEMPTS
                or not _is_worth_another(answer, request.kind)
                or time.monotonic() + wait >= deadline
            ):
                return Outcome(answer, is_unknown)
            time.sleep(wait)

    def present(self) -> float:
        """Return the time that AWS has, in Unix seconds, as far as it has said so."""
        return self._wire.clock() + _skew

    def learn_time(self, date: float | None, started: float) -> bool:
        """Take into account what the `Date` of an answer says of this machine's clock (CHG-10).

        Args:
            date: The `Date`, in Unix seconds; None if there is none.
            started: When the request was sent, as `present` had it.

        Returns:
            Whether the clock was wrong.
        """
        global _skew  # noqa: PLW0603 - the machine has one clock
        if date is None:
            return False
        now = self._wire.clock()
        if started - _OFF_SECONDS <= date <= now + _skew + _OFF_SECONDS:
            return False
        _skew = date - now
        return True

    def _signed(self, request: AwsRequest, body: bytes, path: str, credentials: Credentials) -> Request:
        """Return what goes over the wire."""
        endpoint, announced = request.endpoint, request.announced
        headers = {"Host": endpoint.host, **request.headers}
        until = None
        if announced is None:
            query = query_string(request.query)
            headers = signed_headers(
                request.method,
                path,
                query,
                headers,
                body,
                service=request.service,
                region=endpoint.region,
                credentials=credentials,
                now=self.present(),
            )
        else:
            query = signed_query(
                request.method,
                path,
                request.query,
                headers,
                service=request.service,
                region=endpoint.region,
                credentials=credentials,
                now=announced,
                expires=_SIGNED_SECONDS,
            )
            until = announced + _SEND_SECONDS - _skew
        target = f"{path}?{query}" if query else path
        return Request(
            request.method,
            endpoint.origin,
            target,
            headers,
            body,
            request.limit,
            until,
            is_sent_once=callable(request.body),
            is_long=request.method == "POST" and request.service == "s3",  # it removes many
        )


def forget_time() -> None:
    """Go by this machine's clock alone again; for tests, whose clocks come and go."""
    global _skew  # noqa: PLW0603 - the machine has one clock
    _skew = 0.0


def _is_worth_another(answer: Response | Failure, kind: str) -> bool:
    """Return whether to send a request again (RETRY-1, RETRY-3, WRITE-3)."""
    if isinstance(answer, Failure):
        return kind == READ or answer.state == NOT_SENT or (answer.state == ENDED and kind == WRITE)
    return answer.status in _AGAIN or error_code(answer.body) in BUSY


def _is_unknown(answer: Response | Failure) -> bool:
    """Return whether a write may have been carried out (WRITE-2)."""
    if isinstance(answer, Failure):
        return answer.may_have_arrived
    return answer.was_sent_twice or (answer.status in _AGAIN and answer.status not in _REFUSED)


def _patience(answer: Response | Failure) -> int:
    return _LATER if isinstance(answer, Response) and answer.status in _REFUSED else 1


def _sets_clock(answer: Response) -> bool:
    """Learn the time from whoever does not believe ours, and return whether to try again with it (AWS-1)."""
    global _skew  # noqa: PLW0603 - the machine has one clock
    if error_code(answer.body) not in SKEWED:
        return False
    date = unix_time(answer.headers.get("date"))
    if date is None:
        return False
    _skew = date - time.time()
    return True
