"""Reading the body of a request whose client waits to be asked for it (RFC 9110, section 10.1.1)."""

from __future__ import annotations

from aiohttp import web

_READ = web.RequestKey("read", bytes)


async def body_of(request: web.BaseRequest) -> bytes:
    """Return the body, after `100 Continue` if that is expected; it may be asked for again.

    Whoever answers without it has to close the connection: what comes next would be taken for the body.
    """
    if _READ in request:
        return request[_READ]
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request[_READ] = await request.content.read()
    return request[_READ]
