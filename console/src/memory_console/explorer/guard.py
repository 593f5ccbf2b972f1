"""Who may use the page: the browser that was given the link, and no page of anybody else.

Any page in the browser can send requests to this machine, and any name can be made to point here. So a request is
answered only if it names this host (DNS rebinding), has the session that the one-time token was exchanged for, does
not come from another page (Origin, Sec-Fetch-Site), and, if it changes something, brings the token that only our page
knows.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSRF_HEADER = "X-CSRF-Token"
POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "connect-src 'self'; "
    "form-action 'none'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; "
    "trusted-types fragments"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_SAFE_METHODS = ("GET", "HEAD")
_OWN_SITES = ("same-origin", "none")  # `none`: typed, or a bookmark
# A redirect would still count as a navigation from wherever the link was, and a strict cookie is not sent with that.
_LANDING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Memory Service</title>
<meta http-equiv="refresh" content="0;url=/"></head><body><p><a href="/">Continue</a></p></body></html>"""


class Guard:
    """ASGI middleware that lets one browser in.

    Attributes:
        token: Opens a session once; part of the link.
        csrf_token: What requests that change something must bring along.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        """Take the application, and the port it is served on."""
        self.token = secrets.token_urlsafe(32)
        self.csrf_token = secrets.token_urlsafe(32)
        self._app = app
        self._unused = True
        self._session = secrets.token_urlsafe(32)
        # Cookies know no ports: two explorers would share one name.
        self._cookie = f"memory-service-explorer-{port}"
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or refuse it."""
        if scope["type"] != "http":
            return
        response = self._checked(Request(scope))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await (response or self._app)(scope, receive, send_with_headers)

    def _checked(self, request: Request) -> PlainTextResponse | HTMLResponse | None:
        """Return the answer if the request is not for the application."""
        headers = request.headers
        host = headers.get("host", "")
        if host not in self._hosts:
            return _refused(
                f"This is not {host[:100]!r}: open the address that memory-service explore has printed."
            )
        token = request.query_params.get("token")
        if token is not None and request.url.path == "/" and request.method == "GET":
            return self._exchange(token, request)
        if not _is_own(headers, host, request.method):
            return _refused("This page answers no requests of other pages.")
        if not self._has_session(request):
            return PlainTextResponse(
                "Open the link that memory-service explore has printed. It opens one browser; run the command again for"
                " another.\n",
                HTTPStatus.UNAUTHORIZED,
            )
        if request.method not in _SAFE_METHODS and not secrets.compare_digest(
            headers.get(CSRF_HEADER, "").encode(), self.csrf_token.encode()
        ):
            return _refused("This change does not come from the explorer's own page.")
        return None

    def _exchange(self, token: str, request: Request) -> HTMLResponse | PlainTextResponse:
        if self._has_session(request):
            return HTMLResponse(_LANDING)
        if not (self._unused and secrets.compare_digest(token.encode(), self.token.encode())):
            return _refused("This link was used already or is not ours. Run memory-service explore again.")
        self._unused = False
        landing = HTMLResponse(_LANDING)
        landing.set_cookie(self._cookie, self._session, httponly=True, samesite="strict", path="/")
        return landing

    def _has_session(self, request: Request) -> bool:
        given = request.cookies.get(self._cookie, "")
        return secrets.compare_digest(given.encode(), self._session.encode())


def _is_own(headers: Headers, host: str, method: str) -> bool:
    """Return whether a request does not come from another page."""
    origin = headers.get("origin")
    if origin is None:
        # Browsers send it with all that may change something.
        if method not in _SAFE_METHODS:
            return False
    elif origin != f"http://{host}":
        return False
    return headers.get("sec-fetch-site", "none") in _OWN_SITES


def _refused(why: str) -> PlainTextResponse:
    return PlainTextResponse(f"{why}\n", HTTPStatus.FORBIDDEN)
