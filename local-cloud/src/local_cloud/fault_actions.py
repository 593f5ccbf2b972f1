"""How faults are played on a connection."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from aiohttp import web

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing drops what is unsent and sends RST
_NO_HTTP = b"\x15\x03\x03\x00\x02\x02\x28 this is no HTTP\r\n\r\n"
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
    if request.transport:
        request.transport.write(_NO_HTTP)
        request.transport.close()
    return web.Response()


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


def garble(answer: web.Response) -> web.Response:
    """Return the answer with another body of the same length."""
    answer.body = bytes(byte ^ _WRONG for byte in body_of(answer))
    return answer


def body_of(answer: web.Response) -> bytes:
    """Return the body, which is empty if there is none."""
    return answer.body if isinstance(answer.body, bytes) else b""


async def _begin(request: web.BaseRequest, answer: web.Response) -> web.StreamResponse:
    sent = web.StreamResponse(status=answer.status, headers=answer.headers)
    if "Content-Length" not in sent.headers:
        sent.content_length = len(body_of(answer))
    await sent.prepare(request)
    return sent
