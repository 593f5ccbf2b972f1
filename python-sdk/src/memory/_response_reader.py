"""Reads an answer of HTTP/1.1 as RFC 9112 has it, strictly: what is not so is no answer (WIRE-3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memory._exchange import Response

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD_BYTES = 64 * 1024
LENGTH_DIGITS = 18
_CHUNK_LINE_BYTES = 1024
_CHUNK_DIGITS = 15

# Names are tokens; values are visible, blanks or beyond ASCII. Folded lines are of another time, and not taken.
_FIELD = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n"
_HEAD = re.compile(rb"HTTP/1\.[0-9] [1-5][0-9][0-9](?: [\t\x20-\x7e\x80-\xff]*)?\r\n(?:%s)*" % _FIELD)
_TRAILERS = re.compile(rb"(?:%s)*" % _FIELD)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,%d})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?" % _CHUNK_DIGITS)
# Of these the first counts (WIRE-4); every other is a list, or nothing that is looked at.
_SINGLE = frozenset(
    ("age", "date", "etag", "last-modified", "location", "x-amz-bucket-region", "x-amz-storage-class")
)

_INTERIM_END, _SWITCHING, _NO_CONTENT, _NOT_MODIFIED = 200, 101, 204, 304


class MalformedError(Exception):
    """What came is no HTTP."""


class EndedError(Exception):
    """The connection ended before the answer did."""


class ResponseReader:
    """Reads one answer from what `receive` gives.

    Args:
        receive: Returns the next bytes; none at the end of the connection.
        is_tls: Whether they come over TLS.

    Attributes:
        has_begun: Whether there was a first byte.
        is_last: Whether the connection cannot be used again.
    """

    __slots__ = ("_buffer", "_is_tls", "_receive", "has_begun", "is_last")

    def __init__(self, receive: Callable[[], bytes], *, is_tls: bool = False) -> None:
        self._receive = receive
        self._is_tls = is_tls
        self._buffer = b""
        self.has_begun = False
        self.is_last = False

    def read(self, method: str, limit: int) -> Response:
        """Return the answer, without the interim ones before it (WIRE-2).

        Args:
            method: The request's method.
            limit: How many bytes of the body to read.

        Raises:
            MalformedError: It is no HTTP.
            EndedError: It is not whole.
        """
        while True:
            status, headers, version = self._head()
            if status >= _INTERIM_END:
                break
            if status == _SWITCHING:
                raise MalformedError("an unasked change of the protocol")
        self.is_last = version == 0 or "close" in headers.get("connection", "").lower()
        coding = headers.get("transfer-encoding")
        length = headers.get("content-length")
        if method == "HEAD" or status in (_NO_CONTENT, _NOT_MODIFIED):
            body, cut = b"", False
        elif coding is not None:
            if coding.lower() != "chunked" or version == 0:
                raise MalformedError("an unknown transfer coding")
            # Both is how requests are smuggled: this is the one that counts, and then nothing more.
            self.is_last = self.is_last or length is not None
            body, cut = self._chunks(limit)
        elif length is not None:
            size = _size(length)
            body, cut = self._exactly(min(size, limit)), size > limit
        elif self._is_tls:
            raise EndedError  # as far as anybody knows (WIRE-10)
        else:
            self.is_last = True
            body, cut = self._rest(limit)
        if cut or self._buffer:
            # More than was announced: whose it is, nobody can tell.
            self.is_last = True
        return Response(status, headers, body, cut)

    def _more(self) -> None:
        received = self._receive()
        if not received:
            raise EndedError
        self.has_begun = True
        self._buffer = self._buffer + received if self._buffer else received

    def _head(self) -> tuple[int, dict[str, str], int]:
        """Return status, headers and minor version."""
        if not self._buffer:
            self._more()
        searched = 0
        while (end := self._buffer.find(b"\r\n\r\n", searched)) < 0:
            if len(self._buffer) > HEAD_BYTES:
                raise MalformedError("a head of more than 64 KiB")
            if not b"HTTP/1.".startswith(self._buffer[:7]):
                raise MalformedError("an answer that is no HTTP")
            searched = max(0, len(self._buffer) - 3)
            self._more()
        if end > HEAD_BYTES:
            raise MalformedError("a head of more than 64 KiB")
        head = self._buffer[: end + 2]
        self._buffer = self._buffer[end + 4 :]
        if _HEAD.fullmatch(head) is None:
            raise MalformedError("a malformed head")
        lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines[1:-1]:
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip(" \t")
            if name not in headers:
                headers[name] = value
            elif name not in _SINGLE:
                headers[name] = f"{headers[name]}, {value}"
        return int(lines[0][9:12]), headers, int(lines[0][7])

    def _exactly(self, size: int) -> bytes:
        """Return as many bytes of the body."""
        if len(self._buffer) >= size:
            body, self._buffer = self._buffer[:size], self._buffer[size:]
            return body
        parts = [self._buffer]
        missing = size - len(self._buffer)
        self._buffer = b""
        while missing > 0:
            received = self._receive()
            if not received:
                raise EndedError
            parts.append(received)
            missing -= len(received)
        if missing < 0:
            parts[-1], self._buffer = parts[-1][:missing], parts[-1][missing:]
        return b"".join(parts)

    def _rest(self, limit: int) -> tuple[bytes, bool]:
        """Return what comes until the connection ends, and whether that is beyond the limit."""
        parts = [self._buffer]
        total = len(self._buffer)
        self._buffer = b""
        while total <= limit:
            received = self._receive()
            if not received:
                return b"".join(parts), False
            parts.append(received)
            total += len(received)
        return b"".join(parts)[:limit], True

    def _chunks(self, limit: int) -> tuple[bytes, bool]:
        parts: list[bytes] = []
        total = 0
        while True:
            match = _CHUNK.fullmatch(self._line(_CHUNK_LINE_BYTES))
            if match is None:
                raise MalformedError("a malformed chunk")
            size = int(match[1], 16)
            if size == 0:
                self._trailers()
                return b"".join(parts), False
            if total + size > limit:
                parts.append(self._exactly(limit - total))
                return b"".join(parts), True
            parts.append(self._exactly(size))
            total += size
            if self._exactly(2) != b"\r\n":
                raise MalformedError("a chunk that is longer than it says")

    def _trailers(self) -> None:
        left = HEAD_BYTES
        while line := self._line(left):
            left -= len(line) + 2
            if left <= 0 or _TRAILERS.fullmatch(line + b"\r\n") is None:
                raise MalformedError("malformed trailers")

    def _line(self, most: int) -> bytes:
        """Return the next line without its end."""
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > most:
                raise MalformedError("a line that does not end")
            self._more()
        line, self._buffer = self._buffer[:end], self._buffer[end + 2 :]
        return line


def _size(length: str) -> int:
    """Return a Content-Length. The same one several times is one (RFC 9110, 8.6)."""
    if "," in length:
        values = {value.strip(" \t") for value in length.split(",")}
        length = values.pop() if len(values) == 1 else ""
    if not (length.isascii() and length.isdigit()) or len(length) > LENGTH_DIGITS:
        raise MalformedError("a Content-Length that is none")
    return int(length)
