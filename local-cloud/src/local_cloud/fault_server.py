"""A fault server: a port where requests come in, and where faults befall them."""

from __future__ import annotations

import asyncio
import re
import socket
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from local_cloud import fault_actions
from local_cloud.expect_continue import body_of
from local_cloud.journal import Entry
from local_cloud.query_signature import QuerySignature

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping

    from local_cloud.faults import Fault, Faults
    from local_cloud.journal import Journal
    from local_cloud.request_hooks import Place

_CREDENTIAL = re.compile("Credential=([^/,]+)/")
DISTRIBUTION = web.RequestKey("distribution", str)  # on requests for an edge: the domain they are for
_ASKED = (
    "if-match",
    "if-none-match",
    "cache-control",
    "content-encoding",
    "x-amz-storage-class",
    "x-amz-tagging",
)
_ANSWERED = ("age", "date", "etag", "last-modified", "cache-control", "content-encoding", "x-cache")
_CLOSING = 0.2  # seconds that requests under way get when a server closes


@dataclass(frozen=True)
class Backend:
    """What is behind a server.

    Attributes:
        answer: Gives the right answer to a request.
        failure: Gives the answer with an error's status, and its code unless that is empty.
        concerns: Says whether a request can meet faults and is noted in the journal.
        refusal: Gives the answer to a request that is not to get any further, or None.
    """

    answer: Callable[[web.BaseRequest], Awaitable[web.Response]]
    failure: Callable[[int, str], web.Response]
    concerns: Callable[[web.BaseRequest], bool] = lambda _: True
    refusal: Callable[[web.BaseRequest], Awaitable[web.Response | None]] | None = None


class FaultServer:
    """One listening socket, whose requests get the right answer unless a fault is for them.

    Its coroutines are for one event loop.
    """

    def __init__(  # noqa: PLR0913 - where it stands, what is behind it, and the two books it keeps
        self,
        listener: socket.socket,
        backend: Backend,
        *,
        where: Place,
        pop: int | None,
        faults: Faults,
        journal: Journal,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Prepare a server, in the event loop that it is for.

        Args:
            listener: Is bound; the server closes it.
            backend: What is behind it.
            where: Which faults are for it.
            pop: The number of its point of presence; None if it is not an edge's.
            faults: What goes wrong.
            journal: Where requests are noted.
            tls: What it speaks TLS with; None if it speaks HTTP.
        """
        self._tls = tls
        self._address: tuple[str, int] = listener.getsockname()
        self._listener = listener
        self._backend = backend
        self._where: Place = where
        self._pop = pop
        self._faults = faults
        self._journal = journal
        # Bodies pass as they are: what is stored compressed stays compressed.
        self._server = web.Server(self._handle, access_log=None, auto_decompress=False)
        self._listening: asyncio.Server | None = None
        # To close a port takes some turns of the loop, in which nobody else may open it.
        self._changing = asyncio.Lock()
        self._used: weakref.WeakSet[asyncio.BaseTransport] = weakref.WeakSet()
        self._healed = asyncio.Event()

    @property
    def url(self) -> str:
        """The URL to connect to."""
        return f"http://{self._address[0]}:{self._address[1]}"

    async def update(self) -> None:
        """Accept or refuse connections, as the faults say, and end what hangs; at first it opens the port."""
        self._healed.set()
        self._healed = asyncio.Event()
        async with self._changing:
            refused = self._faults.refuses(self._where, self._pop)
            if refused and self._listening:
                await self._refuse()
            elif not (refused or self._listening):
                loop = asyncio.get_running_loop()
                self._listening = await loop.create_server(self._server, sock=self._listener, ssl=self._tls)

    async def move(self, pop: int) -> None:
        """Stand at another point of presence, where other faults may be; what hangs ends."""
        self._pop = pop
        await self.update()

    async def close(self) -> None:
        """Close the port and all connections."""
        self._healed.set()
        async with self._changing:
            await self._stop_listening()
            self._server.pre_shutdown()
            left = [connection.transport for connection in self._server.connections]
            await self._server.shutdown(_CLOSING)
            if self._tls:  # closing waits for the client to agree, long after the loop has ended
                for transport in left:
                    if transport:
                        fault_actions.reset(transport)
                await asyncio.sleep(0)

    async def _stop_listening(self) -> None:
        """Close the port; connections that it took have reached the server then.

        A connection is taken in one turn of the loop, gets its transport in the next and reaches the server in
        the third. One whose port is closed in between is dropped unclosed, and its client waits for an answer
        until that is collected (https://github.com/python/cpython/issues/109564).
        """
        asyncio.get_running_loop().remove_reader(self._listener)
        for _ in range(2):
            await asyncio.sleep(0)
        if self._listening:
            self._listening.close()
            self._listening = None
        self._listener.close()

    async def _refuse(self) -> None:
        await self._stop_listening()
        for connection in self._server.connections:
            if connection.transport:
                fault_actions.reset(connection.transport)
        # A bound socket that does not listen keeps the port, and the system refuses connections to it.
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(self._address)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._answered(request)
        except ConnectionResetError:
            if request.transport is not None and not request.transport.is_closing():
                raise
            return (
                web.Response()
            )  # in vain: the client has hung up, as clients do when faults keep them waiting

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        if self._backend.refusal and (refusal := await self._backend.refusal(request)):
            return refusal
        if not self._backend.concerns(request):
            return await self._backend.answer(request)
        kept = request.transport in self._used
        if request.transport:
            self._used.add(request.transport)
        path = request.raw_path.partition("?")[0]
        if act := self._faults.request_hooks.take(self._where, request.method, path):
            await asyncio.to_thread(act)
        fault = self._faults.take(self._where, self._pop, request.method, path, kept=kept)
        if fault:
            return await self._befall(fault, request)
        answer = await self._backend.answer(request)
        self._note(request, answer, None)
        return answer

    async def _befall(self, fault: Fault, request: web.BaseRequest) -> web.StreamResponse:
        healed = self._healed
        await asyncio.sleep(fault.delay)
        if fault.kind in {"reset", "reset-kept", "hang", "no-http"}:
            self._note(request, None, fault)
            if fault.kind == "hang":
                await healed.wait()
            return (fault_actions.say_no_http if fault.kind == "no-http" else fault_actions.vanish)(request)
        if fault.kind == "status":
            await body_of(request)
            answer = self._backend.failure(fault.status, fault.code)
            if request.can_read_body:
                answer.force_close()  # what is still to come on this connection is a body that nobody reads
        elif fault.kind == "keys":
            answer = fault_actions.remove_none(await body_of(request), fault.code)
        else:
            answer = await self._backend.answer(request)
        self._note(request, None if fault.kind == "lost" else answer, fault)
        return await _spoilt(fault, request, answer)

    def _note(self, request: web.BaseRequest, answer: web.Response | None, fault: Fault | None) -> None:
        signature = QuerySignature.parse(request.raw_path)
        entry = Entry(
            where=self._where,
            method=request.method,
            path=request.raw_path.partition("?")[0],
            status=answer.status if answer else None,
            host=request.get(DISTRIBUTION),
            pop=self._pop,
            x_cache=answer.headers.get("X-Cache") if answer else None,
            fault=fault.kind if fault else None,
            access_key=signature.access_key if signature else _access_key(request),
            signed_at=signature.signed_at if signature else None,
            expires=signature.expires if signature else None,
            asked=_chosen(_ASKED, request.headers),
            answered=_chosen(_ANSWERED, answer.headers) if answer else {},
        )
        self._journal.note(entry)


async def _spoilt(fault: Fault, request: web.BaseRequest, answer: web.Response) -> web.StreamResponse:
    """Send what a fault makes of an answer, or return what is to be sent."""
    match fault.kind:
        case "lost":
            return fault_actions.vanish(request)
        case "cut":
            return await fault_actions.cut(request, answer)
        case "slow":
            return await fault_actions.trickle(request, answer, fault.pause)
        case "slow-head":
            return await fault_actions.trickle_all(request, answer, fault.pause)
        case "early":
            return await fault_actions.hint(request, answer, fault.pause)
        case "headers":
            return fault_actions.replace_headers(request, answer, fault.headers)
        case "garbled":
            return fault_actions.garble(answer)
    return answer


def _chosen(names: tuple[str, ...], headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in names if name in headers}


def _access_key(request: web.BaseRequest) -> str | None:
    found = _CREDENTIAL.match(request.headers.get("Authorization", "").partition(" ")[2])
    return found[1] if found else None
