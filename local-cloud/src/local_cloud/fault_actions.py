"""How faults are played on a connection."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from aiohttp import web

from local_cloud.s3_errors import s3_removal_of_none

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing drops what is unsent and sends RST
_NO_HTTP = b"\x15\x03\x03\x00\x02\x02\x28 this is no HTTP\r\n\r\n"
_HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
_WRONG = 0xA5  # XOR with it changes every byte


def reset(transport: asyncio.BaseTransport) -> None:
    """Reset a connection: the other side reads ECONNRESET, not an orderly end."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def vanish(request: web.BaseRequest) -> web.StreamResponse:
    """Reset a request's connection; return what the server may try to send on it in vain."""
    if request.transport:
        reset(request.transport)
    return web.Response()


def say_no_http(request: web.BaseRequest) -> web.StreamResponse:
    """Answer with bytes that are not HTTP and close the connection; return as `vanish` does."""
    _write(request, _NO_HTTP)
    return _finish(request)


async def cut(request: web.BaseRequest, answer: web.Response) -> web.StreamResponse:
    """Send an answer's headers and half of its body, then close the connection."""
    body = body_of(answer)
    sent = await _begin(request, answer)
    await sent.write(body[: len(body) // 2])
    if request.transport:
        request.transport.close()
    return sent


async def trickle(request: web.BaseRequest, answer: web.Response, pause: float) -> web.StreamResponse:
    """Send an answer with a pause, in seconds, before each byte of its body."""
    with contextlib.suppress(ConnectionResetError):  # the client has had enough of it
        sent = await _begin(request, answer)
        for byte in body_of(answer):
            await asyncio.sleep(pause)
            await sent.write(bytes([byte]))
        await sent.write_eof()
        return sent
    return web.Response()


async def trickle_all(request: web.BaseRequest, answer: web.Response, pause: float) -> web.StreamResponse:
    """Send an answer with a pause, in seconds, before each byte of head and body; return as `vanish` does."""
    for byte in _head(answer, "") + body_of(answer):
        await asyncio.sleep(pause)
        if not _write(request, bytes([byte])):
            break
    return _finish(request)


async def hint(request: web.BaseRequest, answer: web.Response, pause: float) -> web.StreamResponse:
    """Send a hint, then the answer; with a pause, in seconds, hints until nobody listens. Return as `vanish` does."""
    while _write(request, _HINT) and pause:  # noqa: ASYNC110 - no event: it is the pause that is wanted
        await asyncio.sleep(pause)
    _write(request, _head(answer, "") + body_of(answer))
    return _finish(request)


def replace_headers(request: web.BaseRequest, answer: web.Response, lines: str) -> web.StreamResponse:
    """Send an answer whose headers are replaced by these lines, whatever they say; return as `vanish` does."""
    _write(request, _head(answer, lines) + body_of(answer))
    return _finish(request)


def garble(answer: web.Response) -> web.Response:
    """Return the answer with another body of the same length."""
    answer.body = bytes(byte ^ _WRONG for byte in body_of(answer))
    return answer


def remove_none(asked: bytes, code: str) -> web.Response:
    """Return the answer to a removal of many keys, none of which S3 has removed."""
    return web.Response(content_type="application/xml", body=s3_removal_of_none(asked, code))


def body_of(answer: web.Response) -> bytes:
    """Return the body, which is empty if there is none."""
    return answer.body if isinstance(answer.body, bytes) else b""


def _head(answer: web.Response, lines: str) -> bytes:
    replacing = lines.splitlines()
    status = f"HTTP/1.1 {answer.status} {answer.reason}"
    if replacing and replacing[0].startswith("HTTP/"):
        status = replacing.pop(0)
    names = {line.partition(":")[0].strip().lower() for line in replacing}
    own = {**answer.headers, "Content-Length": str(len(body_of(answer))), "Connection": "close"}
    kept = [f"{name}: {value}" for name, value in own.items() if name.lower() not in names]
    return "".join(f"{line}\r\n" for line in [status, *kept, *replacing, ""]).encode("latin-1")


def _write(request: web.BaseRequest, octets: bytes) -> bool:
    """Write to the connection as it is; return whether there still is one."""
    if request.transport is None or request.transport.is_closing():
        return False
    request.transport.write(octets)
    return True


def _finish(request: web.BaseRequest) -> web.StreamResponse:
    if request.transport:
        request.transport.close()
    return web.Response()


async def _begin(request: web.BaseRequest, answer: web.Response) -> web.StreamResponse:
    sent = web.StreamResponse(status=answer.status, headers=answer.headers)
    if "Content-Length" not in sent.headers:
        sent.content_length = len(body_of(answer))
    await sent.prepare(request)
    return sent
