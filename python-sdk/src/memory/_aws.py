"""Sends signed requests to AWS, and sends them again as long as that makes sense (specification, section 12)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from memory._backoff import longest_wait, random_share
from memory._dates import unix_time
from memory._exchange import ENDED, ERROR_BYTES, NOT_SENT, Failure, Request, Response
from memory._refusals import BUSY, SKEWED, error_code
from memory._sigv4 import signed_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memory._credentials import CredentialSource
    from memory._endpoints import Endpoint
    from memory._wire import Wire

ATTEMPTS = 4
_AGAIN = frozenset((429, 500, 502, 503, 504))
_REFUSED = frozenset((429, 503))  # of those, what has changed nothing for sure (WRITE-2)
_LATER = 5
_FIRST_ERROR = 300

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
        body: Its body.
        limit: How many bytes of the answer to read.
    """

    endpoint: Endpoint
    service: str
    method: str
    path: str
    kind: str = READ
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes = b""
    limit: int = ERROR_BYTES


class Outcome(NamedTuple):
    """What came of it.

    Attributes:
        answer: The answer, or why there is none.
        is_unknown: Whether one of the attempts may have been carried out, though none succeeded (WRITE-5).
    """

    answer: Response | Failure
    is_unknown: bool


class Aws:
    """Signs requests and sends them.

    Args:
        wire: Carries them.
        credentials: Whose they are.
    """

    def __init__(self, wire: Wire, credentials: CredentialSource) -> None:
        self._wire = wire
        self._credentials = credentials

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
        query = "&".join(
            [
                f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
                for name, value in sorted(request.query.items())
            ]
        )
        target = f"{path}?{query}" if query else path
        is_unknown = has_set_clock = False
        attempt = 0
        while True:
            attempt += 1
            headers = signed_headers(
                request.method,
                path,
                query,
                {"Host": endpoint.host, **request.headers},
                request.body,
                service=request.service,
                region=endpoint.region,
                credentials=self._credentials.credentials(deadline),
                now=time.time() + _skew,
            )
            answer = self._wire.send(
                Request(request.method, endpoint.origin, target, headers, request.body, request.limit),
                deadline,
            )
            if isinstance(answer, Response) and answer.status < _FIRST_ERROR:
                return Outcome(answer, is_unknown=False)
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
