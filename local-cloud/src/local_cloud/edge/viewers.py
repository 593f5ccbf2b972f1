"""How one point of presence answers its viewers over HTTP."""

from __future__ import annotations

import secrets
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from local_cloud.edge.conditions import unchanged
from local_cloud.edge.signatures import RefusedError, SignedUrl
from local_cloud.fault_server import DISTRIBUTION
from local_cloud.s3_errors import cloudfront_page, s3_error
from local_cloud.web_page import is_sent_by_a_page, names_this_machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_cloud.edge.directory import Directory
    from local_cloud.edge.distributions import Behaviour
    from local_cloud.edge.presence import Delivery, PointOfPresence

_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # the origin is for reading


class Viewers:
    """The viewers of one point of presence.

    Requests come over plain HTTP, with the distribution in the `Host` header; they count as
    `https://<Host>/<path>`, which is what viewers sign.
    """

    def __init__(
        self, directory: Directory, presence: PointOfPresence, clock: Callable[[], float], name: str
    ) -> None:
        """Stand between viewers and a point of presence.

        Args:
            directory: Finds distributions.
            presence: Has the objects.
            clock: The time in Unix seconds: what `Date` and signatures go by.
            name: The point of presence's name, which every answer has.
        """
        self._directory = directory
        self._presence = presence
        self._clock = clock
        self._name = name

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer a request for the distribution that its `Host` header names; browsers cannot set that."""
        if is_sent_by_a_page(request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")):
            return self._page("Pages reach a distribution by its port for browsers.")
        return await self.answer_for(request.host.partition(":")[0].lower(), request)

    async def answer_browser(self, port: int, host: str, request: web.BaseRequest) -> web.Response:
        """Answer a request at the port for browsers of one distribution, if it names this machine and that port."""
        if not names_this_machine(request.headers.get("Host"), port):
            return self._page("This port answers to localhost alone.")
        return await self.answer_for(host, request)

    async def answer_for(self, host: str, request: web.BaseRequest) -> web.Response:
        """Answer a request as one for this distribution's domain."""
        request[DISTRIBUTION] = host
        distribution = await self._directory.find(host)
        if distribution is None:
            # Nothing about those that there are: a page whose name points here could read it.
            return self._page(f"No distribution answers to {host}. See the outputs of the stack.")
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
            return self._preflight()
        delivery = await self._presence.deliver(distribution, behaviour, path)
        return self._delivery(request, behaviour, delivery)

    def _delivery(self, request: web.BaseRequest, behaviour: Behaviour, delivery: Delivery) -> web.Response:
        copy = delivery.copy
        headers = {_title(name): value for name, value in copy.headers.items()}
        headers.update(self._marks(delivery.result), Server="AmazonS3")
        if delivery.age is not None:
            headers["Age"] = str(delivery.age)
        behaviour.headers.apply(headers, request.headers.get("Origin"))
        if copy.status == HTTPStatus.OK and unchanged(request.headers, copy.headers):
            for name in ("Content-Type", "Content-Encoding"):
                headers.pop(name, None)
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return web.Response(status=copy.status, headers=headers, body=copy.body)

    def _preflight(self) -> web.Response:
        """Answer as S3 does for a bucket without CORS rules: headers policies do not answer in its place."""
        message = "CORSResponse: CORS is not enabled for this bucket."
        body = s3_error("AccessForbidden", message)
        return self._error(HTTPStatus.FORBIDDEN, body, "application/xml", server="AmazonS3")

    def _refusal(self, refused: RefusedError, status: int = HTTPStatus.FORBIDDEN) -> web.Response:
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f"<Error><Code>{refused.code}</Code><Message>{refused.message}</Message></Error>"
        )
        return self._error(status, body.encode(), "text/xml")

    def failure(self, status: int, code: str = "") -> web.Response:
        """Return an error of CloudFront's own, which says nothing of its reason unless it has a code."""
        if code:
            return self._refusal(RefusedError(code, "It was refused."), status)
        body = cloudfront_page(status, "We can't connect to the server for this app or website at this time.")
        return self._error(status, body, "text/html")

    def _page(self, reason: str) -> web.Response:
        return self._error(HTTPStatus.FORBIDDEN, cloudfront_page(HTTPStatus.FORBIDDEN, reason), "text/html")

    def _error(
        self, status: int, body: bytes, content_type: str, *, server: str = "CloudFront"
    ) -> web.Response:
        headers = {
            **self._marks("Error"),
            "Server": server,
            "Date": formatdate(self._clock(), usegmt=True),
            "Content-Type": content_type,
        }
        return web.Response(status=status, headers=headers, body=body)

    def _marks(self, result: str) -> dict[str, str]:
        """Return the headers that every answer of CloudFront has."""
        return {
            "X-Cache": f"{result} from cloudfront",
            "Via": "1.1 local-cloud.cloudfront.net (CloudFront)",
            "X-Amz-Cf-Pop": self._name,
            "X-Amz-Cf-Id": secrets.token_urlsafe(42),
        }


def _title(name: str) -> str:
    """Return a header's name as S3 and CloudFront write it."""
    if name == "etag":
        return "ETag"
    return name if name.startswith("x-amz-") else name.title()
