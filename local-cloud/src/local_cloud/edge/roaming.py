"""A port whose viewers move from one point of presence to another, as the clients of CloudFront do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_cloud.fault_server import Backend, FaultServer

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from aiohttp import web

    from local_cloud.edge.viewers import Viewers
    from local_cloud.faults import Faults
    from local_cloud.journal import Journal


class Roaming:
    """One port, first at the point of presence 0; its coroutines are for one event loop."""

    def __init__(
        self, listener: socket.socket, viewers: Sequence[Viewers], faults: Faults, journal: Journal
    ) -> None:
        """Prepare the port.

        Args:
            listener: Is bound; `close` closes it.
            viewers: Those of each point of presence.
            faults: What goes wrong: at a point of presence, only while the port is there.
            journal: Where requests are noted.
        """
        self._viewers = viewers
        self._pop = 0
        backend = Backend(self._answer, self._failure)
        self._server = FaultServer(listener, backend, where="edge", pop=0, faults=faults, journal=journal)

    async def update(self) -> None:
        """Follow a change of the faults; at first it opens the port."""
        await self._server.update()

    async def move(self, pop: int) -> None:
        """Let all requests from now on, also on kept connections, reach another point of presence."""
        self._pop = pop
        await self._server.move(pop)

    async def close(self) -> None:
        """Close the port and all connections."""
        await self._server.close()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        return await self._viewers[self._pop].answer(request)

    def _failure(self, status: int, code: str) -> web.Response:
        return self._viewers[self._pop].failure(status, code)
