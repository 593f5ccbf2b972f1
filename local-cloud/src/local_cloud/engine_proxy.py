"""The proxy before the engine: the only way in, where S3 can fail on demand and lives by the local cloud's clock."""

from __future__ import annotations

import asyncio
import functools
import io
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from local_cloud.expect_continue import body_of
from local_cloud.fault_server import Backend, FaultServer
from local_cloud.guard import cors_of, without_cors, without_token
from local_cloud.query_signature import QuerySignature, without_signature
from local_cloud.run_keys import ENGINE_HEADER
from local_cloud.s3_call import S3Call
from local_cloud.s3_errors import s3_error, s3_failure
from local_cloud.upload_form import UploadForm

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from local_cloud.background import Background
    from local_cloud.engine import Engine
    from local_cloud.faults import Faults
    from local_cloud.guard import Guard
    from local_cloud.journal import Journal
    from local_cloud.request_hooks import Place
    from local_cloud.write_times import WriteTimes

# Headers about one connection; the length is that of what was read.
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "expect", "upgrade", "te", "trailer"}
)
_NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_OF_THE_BODY = ("content-length", "content-type", "content-encoding", "x-amz-checksum-")
_NOBODYS_TAG = '"no object has this tag"'


class EngineProxy:
    """Ports that stand for the engine: for applications, for what the edge asks of S3, and for the forms of pages.

    What the guard lets in passes, for all services; only S3's requests meet faults, are noted and are stamped. Bodies
    are held in memory.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what is behind it, and by whose time
        self,
        engine: Engine,
        s3: Any,
        open_guard: Callable[[int, bool], Guard],
        background: Background,
        write_times: WriteTimes | None,
        clock: Callable[[], float],
        *,
        is_spoilt: bool,
    ) -> None:
        """Prepare a proxy.

        Args:
            engine: What is behind it; both speak TLS, or neither.
            s3: A boto3 client of the engine's S3.
            open_guard: Makes the guard of a port, given its number and whether it takes upload forms only.
            background: What it runs in.
            write_times: The times that S3 is to tell; None leaves it its own.
            clock: The time in Unix seconds, by which signatures in a query end.
            is_spoilt: Whether requests to S3 can meet faults, and are noted.
        """
        self._engine = engine.endpoint
        self._end_of_engine = engine.end
        self._keys = engine.keys
        self._certificate = engine.certificate
        self._s3 = s3
        self._open_guard = open_guard
        self._is_spoilt = is_spoilt
        self._elsewhere: dict[str, str] = {}
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._background = background
        self._write_times = write_times
        self._clock = clock
        self._servers: list[FaultServer] = []

    def start(
        self,
        applications: socket.socket,
        edge: socket.socket,
        uploads: socket.socket,
        faults: Faults,
        journal: Journal,
    ) -> None:
        """Serve in the background: requests are answered as soon as this returns.

        Args:
            applications: The listening socket for applications.
            edge: The listening socket for the edge.
            uploads: The listening socket for upload forms, which speaks HTTP whatever the others do.
            faults: What goes wrong.
            journal: Where requests to S3 are noted.
        """
        self._background.run(self._open(applications, edge, uploads, faults, journal))

    def store_elsewhere(self, bucket: str, endpoint: str) -> None:
        """Let another S3, given by its URL, answer for a bucket."""
        self._elsewhere[bucket] = endpoint

    def update(self) -> None:
        """Follow a change of the faults."""
        self._background.run(self._update())

    def stop(self) -> None:
        """Close all ports and connections; to be called once."""
        self._background.run(self._close())

    async def _open(
        self,
        applications: socket.socket,
        edge: socket.socket,
        uploads: socket.socket,
        faults: Faults,
        journal: Journal,
    ) -> None:
        trust = self._certificate.context() if self._certificate else True
        tls = self._certificate.server_context() if self._certificate else None
        self._session = aiohttp.ClientSession(
            # The engine closes idle connections after 75 s; one that is about to close must not be taken.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30, ssl=trust),
            timeout=aiohttp.ClientTimeout(total=None),  # a function may run for long
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )
        concerns = _is_for_s3 if self._is_spoilt else _never
        places: list[tuple[Place, socket.socket]] = [("s3", applications), ("origin", edge), ("s3", uploads)]
        for where, listener in places:
            guard = self._open_guard(listener.getsockname()[1], listener is uploads)
            answer = functools.partial(self._answer, guard)
            backend = Backend(answer, _failure, concerns, guard.refusal)
            self._servers.append(
                FaultServer(
                    listener,
                    backend,
                    where=where,
                    pop=None,
                    faults=faults,
                    journal=journal,
                    tls=None if listener is uploads else tls,
                )
            )
        await self._update()

    async def _update(self) -> None:
        for server in self._servers:
            await server.update()

    async def _close(self) -> None:
        for server in self._servers:
            await server.close()
        await self._session.close()

    def _place_of(self, call: S3Call | None) -> str:
        return self._elsewhere.get(call.bucket, self._engine) if call else self._engine

    async def _answer(self, guard: Guard, request: web.BaseRequest) -> web.Response:
        call = S3Call.parse(request.method, request.raw_path, request.headers)
        body = await body_of(request)
        form = UploadForm.parse(call, request.headers, body) if call else None
        if call and (refusal := self._expired(request, form)):
            return refusal
        if call is None or self._write_times is None:
            answer = await self._pass(request, body, call, form)
            if call is None and isinstance(answer.body, bytes):
                guard.learn(request, answer.body)
            return answer
        write = form.put if form else call
        if write.writes:
            # One after the other: S3 tells times that grow with the versions, and so must what is told.
            turn = self._turns.setdefault((write.bucket, write.key), asyncio.Lock())
            async with turn, self._write_times.write(write):
                answer = await self._pass(request, body, call, form)
                return _stamped(answer, self._write_times, write, request.headers)
        return _stamped(await self._pass(request, body, call), self._write_times, call, request.headers)

    def _expired(self, request: web.BaseRequest, form: UploadForm | None) -> web.Response | None:
        """Return S3's refusal of a request whose signature, in the query or of a form, does not hold now."""
        now = self._clock()
        signed = form or QuerySignature.parse(request.raw_path)
        text = signed.refusal(now) if signed else None
        if text is None:
            return None
        headers = {**_own_headers(formatdate(now, usegmt=True)), **cors_of(request)}
        return web.Response(status=HTTPStatus.FORBIDDEN, headers=headers, body=text)

    async def _pass(
        self, request: web.BaseRequest, body: bytes, call: S3Call | None, form: UploadForm | None = None
    ) -> web.Response:
        headers = _end_to_end(request.headers)
        if "Content-Length" in request.headers:  # it may be signed, also without a body
            headers["Content-Length"] = request.headers["Content-Length"]
        if call and call.reads and self._write_times:
            headers.update(_instead_of_dates(request.headers))
        place = self._place_of(call)
        headers.pop(ENGINE_HEADER, None)
        target = request.raw_path
        if place == self._engine:
            if call and self._certificate is None:
                # Without AUTH the engine verifies only these, by its own clock and other keys than the run's.
                target = without_signature(target)
            headers[ENGINE_HEADER] = self._keys.engine
            without_token(headers, self._keys)
        try:
            async with self._session.request(
                request.method,
                URL(place + target, encoded=True),
                headers=headers,
                data=io.BytesIO(body) if body else None,
                allow_redirects=False,
            ) as answer:
                content = await answer.read()
        except aiohttp.ClientError as error:
            reason = self._end_of_engine() or repr(error)
            text = s3_error("BadGateway", f"the engine could not be asked: {reason}")
            return web.Response(status=HTTPStatus.BAD_GATEWAY, body=text, content_type="application/xml")
        passed = CIMultiDict(without_cors(_end_to_end(answer.headers)))
        passed.update(cors_of(request))
        if form and form.tags and place == self._engine and answer.status < HTTPStatus.MULTIPLE_CHOICES:
            tags = [{"Key": key, "Value": value} for key, value in form.tags.items()]
            where = {"Bucket": form.put.bucket, "Key": form.put.key}
            await asyncio.to_thread(self._s3.put_object_tagging, **where, Tagging={"TagSet": tags})
        if request.method == "HEAD" and "Content-Length" in answer.headers:
            passed["Content-Length"] = answer.headers["Content-Length"]
        return web.Response(
            status=answer.status,
            reason=answer.reason,
            headers=passed,
            body=None if answer.status in _NO_BODY else content,
        )


def _stamped(
    answer: web.Response, write_times: WriteTimes, call: S3Call, asked: Mapping[str, str]
) -> web.Response:
    """Return S3's answer to a call as it is by the clock of the write times; a write is noted."""
    succeeded = answer.status < HTTPStatus.MULTIPLE_CHOICES
    if succeeded and call.writes:
        write_times.note(call, answer.headers, answer.body if isinstance(answer.body, bytes) else b"")
    answer.headers.update(write_times.headers(call, answer.headers))
    tag = answer.headers.get("ETag", "")
    refused = write_times.refuses(call, asked, tag) if succeeded and call.reads else None
    if refused == HTTPStatus.PRECONDITION_FAILED:
        return _failure(refused, date=answer.headers["Date"])
    if refused == HTTPStatus.NOT_MODIFIED:
        kept = {
            name: value for name, value in answer.headers.items() if not name.lower().startswith(_OF_THE_BODY)
        }
        return web.Response(status=refused, headers=kept)
    if isinstance(answer.body, bytes):
        answer.body = write_times.body(call, answer.body)
    return answer


def _instead_of_dates(asked: Mapping[str, str]) -> dict[str, str]:
    """Return conditions that are always met and make the engine ignore the dates in a conditional read.

    It knows other dates than ours. A condition on the tag goes before one on the date (RFC 9110, section
    13.2.2), and unlike leaving the dates out, it breaks no signature.
    """
    instead = {}
    if "If-Modified-Since" in asked and "If-None-Match" not in asked:
        instead["If-None-Match"] = _NOBODYS_TAG
    if "If-Unmodified-Since" in asked and "If-Match" not in asked:
        instead["If-Match"] = "*"
    return instead


def _failure(status: int, code: str = "", date: str | None = None) -> web.Response:
    """Return an error of S3's own."""
    return web.Response(status=status, headers=_own_headers(date), body=s3_failure(status, code))


def _own_headers(date: str | None) -> dict[str, str]:
    return {"Content-Type": "application/xml", "Server": "AmazonS3", **({"Date": date} if date else {})}


def _is_for_s3(request: web.BaseRequest) -> bool:
    return S3Call.parse(request.method, request.raw_path, request.headers) is not None


def _never(_: web.BaseRequest) -> bool:
    return False


def _end_to_end(headers: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP)
