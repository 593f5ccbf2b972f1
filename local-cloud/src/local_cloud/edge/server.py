"""The edge's web server: HTTP in front of the point of presence."""

from __future__ import annotations

import asyncio
import secrets
import threading
from email.utils import formatdate, parsedate_to_datetime
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from local_cloud.edge.directory import Directory
from local_cloud.edge.presence import Delivery, PointOfPresence
from local_cloud.edge.signatures import RefusedError, SignedUrl

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from local_cloud.edge.distributions import Behaviour, Distribution
    from local_cloud.edge.origin import S3Origin

POP = "LCL1-P1"  # an airport's code on AWS
_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # the origin is for reading


class Edge:
    """CloudFront for one engine: a server in a thread of its own.

    Requests come over plain HTTP, with the distribution in the `Host` header; they count as
    `https://<Host>/<path>`, which is what viewers sign.
    """

    def __init__(
        self,
        read: Callable[[], Mapping[str, Distribution]],
        open_origin: Callable[[], S3Origin],
        clock: Callable[[], float],
    ) -> None:
        """Prepare an edge.

        Args:
            read: reads all distributions by host; it blocks.
            open_origin: opens the origin; called in the edge's event loop.
            clock: the time in Unix seconds: what `Age`, `Date`, lifetimes and signatures go by.
        """
        self._directory = Directory(read)
        self._open_origin = open_origin
        self._clock = clock
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="edge", daemon=True)

    def start(self, listener: socket.socket) -> None:
        """Serve on a listening socket, in the background; requests are answered as soon as this returns."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(listener), self._loop).result()

    def refresh(self) -> None:
        """Read the distributions' configuration now, instead of a few seconds later."""
        asyncio.run_coroutine_threadsafe(self._directory.refresh(), self._loop).result()

    def stop(self) -> None:
        """Close all connections and end the thread; to be called once."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self, listener: socket.socket) -> None:
        self._origin = self._open_origin()
        self._presence = PointOfPresence(self._origin, self._clock)
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()

    async def _close(self) -> None:
        await self._runner.cleanup()
        await self._origin.close()
        await self._directory.close()
        await self._loop.shutdown_default_executor()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        host = request.host.partition(":")[0].lower()
        distribution = await self._directory.find(host)
        if distribution is None:
            known = ", ".join(self._directory.hosts) or "none"
            return self._page(f"No distribution answers to {host}. There are: {known}.")
        signed = SignedUrl.parse(f"https://{host}{request.raw_path}")
        path = request.raw_path.partition("?")[0]
        behaviour = distribution.behaviour(path)
        if request.method not in behaviour.methods & _METHODS:
            return self._page("This distribution is not configured to allow the HTTP request method.")
        if request.can_read_body:
            return self._page("A request of this method must not have a body.")
        if behaviour.keys is not None:
            try:
                signed.verify(behaviour.keys, now=self._clock(), viewer=request.remote or "")
            except RefusedError as refused:
                return self._refusal(refused)
        if request.method == "OPTIONS":
            return self._preflight(request, behaviour)
        delivery = await self._presence.deliver(distribution, behaviour, path)
        return self._delivery(request, behaviour, delivery)

    def _delivery(
        self, request: web.BaseRequest, behaviour: Behaviour, delivery: Delivery
    ) -> web.StreamResponse:
        copy = delivery.copy
        headers = {_title(name): value for name, value in copy.headers.items()}
        headers.update(self._marks(delivery.result), Server="AmazonS3")
        if delivery.age is not None:
            headers["Age"] = str(delivery.age)
        behaviour.headers.apply(headers, request.headers.get("Origin"), preflight=False)
        if copy.status == HTTPStatus.OK and _unchanged(request.headers, copy.headers):
            for name in ("Content-Type", "Content-Encoding"):
                headers.pop(name, None)
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return web.Response(status=copy.status, headers=headers, body=copy.body)

    def _preflight(self, request: web.BaseRequest, behaviour: Behaviour) -> web.StreamResponse:
        # Only the headers policy decides here; a bucket's own CORS rules are not asked.
        if not behaviour.headers.answers_preflights:
            return self._page("CORS is not enabled for this distribution.")
        headers = {**self._marks("Miss"), "Server": "AmazonS3"}
        behaviour.headers.apply(headers, request.headers.get("Origin"), preflight=True)
        return web.Response(headers=headers)

    def _refusal(self, refused: RefusedError) -> web.StreamResponse:
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f"<Error><Code>{refused.code}</Code><Message>{refused.message}</Message></Error>"
        )
        return self._error(body, "text/xml")

    def _page(self, reason: str) -> web.StreamResponse:
        body = (
            "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>"
            f"<H1>403 ERROR</H1><H2>The request could not be satisfied.</H2>{escape(reason)}</BODY></HTML>"
        )
        return self._error(body, "text/html")

    def _error(self, body: str, content_type: str) -> web.StreamResponse:
        headers = {
            **self._marks("Error"),
            "Server": "CloudFront",
            "Date": formatdate(self._clock(), usegmt=True),
            "Content-Type": content_type,
        }
        return web.Response(status=HTTPStatus.FORBIDDEN, headers=headers, body=body.encode())

    def _marks(self, result: str) -> dict[str, str]:
        """Return the headers that every answer of CloudFront has."""
        return {
            "X-Cache": f"{result} from cloudfront",
            "Via": "1.1 local-cloud.cloudfront.net (CloudFront)",
            "X-Amz-Cf-Pop": POP,
            "X-Amz-Cf-Id": secrets.token_urlsafe(42),
        }


def _title(name: str) -> str:
    """Return a header's name as S3 and CloudFront write it."""
    if name == "etag":
        return "ETag"
    return name if name.startswith("x-amz-") else name.title()


def _unchanged(asked: Mapping[str, str], held: Mapping[str, str]) -> bool:
    """Return whether the viewer already has this version (RFC 9110, section 13.1)."""
    if "If-None-Match" in asked:
        tags = [tag.strip().removeprefix("W/") for tag in asked["If-None-Match"].split(",")]
        return "*" in tags or held.get("etag", "").removeprefix("W/") in tags
    if "If-Modified-Since" not in asked or "last-modified" not in held:
        return False
    try:
        since = parsedate_to_datetime(asked["If-Modified-Since"])
        return parsedate_to_datetime(held["last-modified"]) <= since
    except (ValueError, TypeError):  # no date, or one without a time zone: as if not asked
        return False
