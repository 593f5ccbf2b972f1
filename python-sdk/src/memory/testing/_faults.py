"""What goes wrong on demand."""

from __future__ import annotations

import re
import time
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from memory._connection import SILENCE_SECONDS
from memory._exchange import ENDED, NOT_SENT, UNDER_WAY, Failure, Response
from memory._response_reader import EndedError, MalformedError, ResponseReader

if TYPE_CHECKING:
    from memory._exchange import Request

#: What only a real connection can have.
_OF_CONNECTIONS = ("reset-kept",)
#: The answer never comes, for one of these the request is not even carried out.
_UNHEARD = ("refuse", "reset", "hang", "status", "keys", "no-http")
_SPOILING = ("lost", "slow", "slow-head", "cut", "garbled", "headers", "early")
_HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
_OK, _FORBIDDEN = 200, 403
_KEY = re.compile(rb"<Key>(.*?)</Key>")
_WRONG = 0xA5  # XOR with it changes every byte


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with the requests that it is for.

    No time passes: what is too slow fails at once, as it would have in the end.

    Attributes:
        where: `edge`: what is asked of CloudFront. `s3`: what is asked of S3 by services. `origin`: what the edges ask
            of S3.
        kind: How it goes wrong:

            - `refuse`: there are no connections.
            - `reset`: the connection ends, and the request is not carried out.
            - `hang`: no answer ever comes, and the request is not carried out.
            - `status`: the answer is an error with `status`.
            - `keys`: of a removal of many keys S3 says that none could be removed, each for the error `code`.
            - `no-http`: the answer is not HTTP.
            - `lost`: the request is carried out, and then the connection ends.
            - `slow`, `slow-head`: the right answer comes by `pause` seconds a byte, without or with its headers.
            - `cut`: half of the body comes.
            - `garbled`: every byte of the body is wrong.
            - `headers`: the lines of `headers` replace the answer's own of these names.
            - `early`: before the right answer comes a `103 Early Hints`, with `pause` one after another.
        path: What the path begins with; at S3 it is `/<bucket>/<key>`.
        method: The HTTP method; None is every one.
        pop: At an edge, the number of the point of presence; None is every one.
        times: How many requests meet it; None is all of them, until it is cleared.
        every: Of the requests that it is for, every how many-th meets it.
        status: For the kind `status`.
        code: For the kinds `status` and `keys`: the error's code.
        delay: Seconds before anything happens.
        pause: For what is slow: seconds before each byte, or each hint.
        headers: For the kind `headers`: `Name: value` on a line each; the first may be a status line.

    Raises:
        NotImplementedError: It is of no such kind.
    """

    where: str
    kind: str
    _: KW_ONLY
    path: str = "/"
    method: str | None = None
    pop: int | None = None
    times: int | None = None
    every: int = 1
    status: int = 503
    code: str = ""
    delay: float = 0.0
    pause: float = 0.0
    headers: str = ""

    def __post_init__(self) -> None:
        if self.kind in _OF_CONNECTIONS:
            raise NotImplementedError(
                f"a cloud in memory keeps no connections: {self.kind!r} is for the local cloud"
            )
        if self.kind not in _UNHEARD + _SPOILING:
            raise NotImplementedError(f"a cloud in memory has no fault {self.kind!r}")

    @property
    def is_before(self) -> bool:
        """Whether the request is not carried out."""
        return self.kind in _UNHEARD

    def instead(self, deadline: float, body: bytes = b"", *, is_long: bool = False) -> Response | Failure:
        """Return what comes instead of an answer; of a fault that `is_before`.

        Args:
            deadline: When the request has to have ended, by `time.monotonic`.
            body: That of the request.
            is_long: Whether silence alone does not end it (TIME-2).
        """
        if self.kind == "refuse":
            return Failure("no connection to the cloud in memory: ECONNREFUSED", NOT_SENT)
        if self.kind == "hang" or self._is_late(self.delay, deadline, is_long=is_long):
            return Failure(f"no sign of life for {SILENCE_SECONDS:g} s", UNDER_WAY)
        if self.kind == "reset":
            return Failure("ConnectionResetError", ENDED)
        if self.kind == "no-http":
            return Failure("an answer that is no HTTP", ENDED)
        if self.kind == "keys":
            return Response(_OK, {}, _removal_of_none(body, self.code))
        if self.where == "edge":
            return Response(
                self.status, {}, f"<Error><Code>{self.code}</Code></Error>".encode() if self.code else b""
            )
        return Response(self.status, {}, _refusal(self.status, self.code))

    def spoilt(self, request: Request, answer: Response, deadline: float) -> Response | Failure:
        """Return what becomes of an answer."""
        if self.kind == "lost":
            return Failure("ConnectionResetError", ENDED)
        if self._is_late(self.delay, deadline, is_long=request.is_long):
            return Failure(f"no sign of life for {SILENCE_SECONDS:g} s", UNDER_WAY)
        body = bytes(byte ^ _WRONG for byte in answer.body) if self.kind == "garbled" else answer.body
        lines = self.headers.splitlines() if self.kind == "headers" else []
        head = _head(answer, len(body), lines)
        if self.kind == "early":
            if self.pause:
                return Failure("the time was over", UNDER_WAY)
            head = _HINT + head
        if self.kind == "cut":
            body = body[: len(body) // 2]
        octets = head + body
        slow = {"slow": len(body), "slow-head": len(octets)}.get(self.kind, 0)
        if slow and (
            (self.pause >= SILENCE_SECONDS and not request.is_long)
            or self._is_late(self.delay + slow * self.pause, deadline, is_long=request.is_long)
        ):
            return Failure("the time was over", UNDER_WAY)
        return _parsed(octets, request)

    def _is_late(self, seconds: float, deadline: float, *, is_long: bool) -> bool:
        is_silent = self.delay >= SILENCE_SECONDS and not is_long
        return is_silent or seconds > deadline - time.monotonic()


def _refusal(status: int, code: str) -> bytes:
    """Return an error of S3, whose `RequestId` tells it from one of CloudFront."""
    code = code or ("AccessDenied" if status == _FORBIDDEN else "")
    told = f"<Code>{code}</Code>" if code else ""
    return f"<Error>{told}<RequestId>0</RequestId></Error>".encode()


def _removal_of_none(asked: bytes, code: str) -> bytes:
    why = f"<Code>{code or 'InternalError'}</Code>".encode()
    errors = b"".join(b"<Error><Key>%s</Key>%s</Error>" % (key, why) for key in _KEY.findall(asked))
    return b"<DeleteResult>%s</DeleteResult>" % errors


def _head(answer: Response, length: int, replacing: list[str]) -> bytes:
    status = f"HTTP/1.1 {answer.status} "
    if replacing and replacing[0].startswith("HTTP/"):
        status, *replacing = replacing
    names = {line.partition(":")[0].strip().lower() for line in replacing}
    own = {**answer.headers, "content-length": str(length)}
    kept = [f"{name}: {value}" for name, value in own.items() if name not in names]
    return "".join([f"{line}\r\n" for line in [status, *kept, *replacing, ""]]).encode("latin-1")


def _parsed(octets: bytes, request: Request) -> Response | Failure:
    """Read an answer as it would be read from a connection."""
    left = [octets]
    try:
        return ResponseReader(lambda: left.pop() if left else b"").read(request.method, request.limit)
    except MalformedError as error:
        return Failure(str(error), ENDED)
    except EndedError:
        return Failure("the connection ended before the answer did", ENDED)
