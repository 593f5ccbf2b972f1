"""The edge: CloudFront's points of presence, the ports they are reached at, and what they have in common."""

from __future__ import annotations

import asyncio
import functools
import logging
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from local_cloud.edge.directory import Directory
from local_cloud.edge.presence import PointOfPresence
from local_cloud.edge.regional import RegionalCache
from local_cloud.edge.roaming import Roaming
from local_cloud.edge.viewers import Viewers
from local_cloud.fault_server import Backend, FaultServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local_cloud.background import Background
    from local_cloud.edge.distributions import Behaviour, Distribution
    from local_cloud.edge.invalidations import Invalidation
    from local_cloud.edge.origin import OriginAnswer, S3Origin
    from local_cloud.edge.presence import Upstream
    from local_cloud.faults import Faults
    from local_cloud.journal import Journal

_log = logging.getLogger(__name__)

POLL = 1.0  # seconds between two looks for invalidations; CloudFront itself takes up to 5


@dataclass(frozen=True)
class Sources:
    """Where the edge's knowledge comes from.

    Attributes:
        distributions: reads all distributions by host; it blocks.
        invalidations: reads the new invalidations of distributions, given their ids; it blocks.
        open_origin: opens S3; called in the edge's event loop.
        clock: the time in Unix seconds: what `Age`, `Date`, lifetimes and signatures go by.
    """

    distributions: Callable[[], Mapping[str, Distribution]]
    invalidations: Callable[[Iterable[str]], list[Invalidation]]
    open_origin: Callable[[], S3Origin]
    clock: Callable[[], float]


class Edge:
    """CloudFront for one engine; its methods are for any thread but the one that it runs in."""

    def __init__(self, sources: Sources, background: Background, faults: Faults, journal: Journal) -> None:
        """Prepare an edge.

        Args:
            sources: where its knowledge comes from.
            background: what it runs in.
            faults: what goes wrong.
            journal: where viewers' requests are noted.
        """
        self._sources = sources
        self._background = background
        self._faults = faults
        self._journal = journal
        self._directory = Directory(sources.distributions)
        self._tiers: list[PointOfPresence] = []  # in the order in which copies are to be dropped
        self._viewers: list[Viewers] = []
        self._servers: list[FaultServer] = []
        self._for_browsers: dict[tuple[str, int], FaultServer] = {}
        self._looking = asyncio.Lock()

    def start(self, listeners: list[socket.socket], roaming: socket.socket, *, regional_cache: bool) -> None:
        """Serve in the background: requests are answered as soon as this returns.

        Args:
            listeners: a listening socket for each point of presence.
            roaming: a listening socket for the viewers that move between them.
            regional_cache: whether the points of presence share a second cache in front of S3.
        """
        self._background.run(self._open(listeners, roaming, regional_cache=regional_cache))

    def refresh(self) -> None:
        """Read the distributions and their invalidations now, instead of a few seconds later."""
        self._background.run(self._refresh())

    def forget(self) -> None:
        """Drop all copies of all caches."""
        self._background.run(self._drop(lambda *_: True))

    def update(self) -> None:
        """Follow a change of the faults."""
        self._background.run(self._update())

    def browser_endpoint(self, domain: str, pop: int) -> str:
        """Return the URL of a port where every request is for one distribution.

        Args:
            domain: the distribution's domain.
            pop: the number of the point of presence, from 0.

        Raises:
            ValueError: there is no such point of presence.
        """
        self._check(pop)
        return self._background.run(self._open_for_browsers(domain.lower(), pop))

    def roam(self, pop: int) -> None:
        """Move the viewers that roam to another point of presence.

        Raises:
            ValueError: there is no such point of presence.
        """
        self._check(pop)
        self._background.run(self._roaming.move(pop))

    def stop(self) -> None:
        """Close all ports and connections; to be called once."""
        self._background.run(self._close())

    async def _open(
        self, listeners: list[socket.socket], roaming: socket.socket, *, regional_cache: bool
    ) -> None:
        self._origin = self._sources.open_origin()
        upstream: Upstream = self._ask_s3
        if regional_cache:
            regional = PointOfPresence(self._ask_s3, self._sources.clock)
            self._tiers.append(regional)
            upstream = RegionalCache(regional).get
        for number, listener in enumerate(listeners):
            presence = PointOfPresence(upstream, self._sources.clock)
            self._tiers.append(presence)
            name = f"LCL{number + 1}-P1"  # an airport's code on AWS
            viewers = Viewers(self._directory, presence, self._sources.clock, name)
            self._viewers.append(viewers)
            await self._add_server(listener, Backend(viewers.answer, viewers.failure), number)
        self._roaming = Roaming(roaming, self._viewers, self._faults, self._journal)
        await self._roaming.update()
        self._polling = asyncio.create_task(self._poll())

    def _check(self, pop: int) -> None:
        if not 0 <= pop < len(self._viewers):
            raise ValueError(f"there is no point of presence {pop}: there are {len(self._viewers)}")

    async def _add_server(self, listener: socket.socket, backend: Backend, pop: int) -> FaultServer:
        server = FaultServer(
            listener, backend, where="edge", pop=pop, faults=self._faults, journal=self._journal
        )
        await server.update()
        self._servers.append(server)
        return server

    async def _open_for_browsers(self, domain: str, pop: int) -> str:
        if (domain, pop) not in self._for_browsers:
            viewers = self._viewers[pop]
            listener = socket.create_server(("127.0.0.1", 0))
            answer = functools.partial(viewers.answer_browser, listener.getsockname()[1], domain)
            backend = Backend(answer, viewers.failure)
            self._for_browsers[domain, pop] = await self._add_server(listener, backend, pop)
        return self._for_browsers[domain, pop].url

    async def _ask_s3(
        self, _: Distribution, behaviour: Behaviour, path: str, validators: Mapping[str, str]
    ) -> OriginAnswer:
        return await self._origin.get(behaviour.bucket, path, validators)

    async def _refresh(self) -> None:
        await self._directory.refresh()
        await self._look_for_invalidations()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL)
            await self._look_for_invalidations()

    async def _look_for_invalidations(self) -> None:
        async with self._looking:
            try:
                found = await asyncio.to_thread(self._sources.invalidations, self._directory.ids)
            except (BotoCoreError, ClientError) as error:
                _log.warning("The edge could not read invalidations: %s", error)
                return
            for invalidation in found:
                await self._drop(invalidation.covers)

    async def _drop(self, concerned: Callable[[str, str], bool]) -> None:
        for tier in self._tiers:  # the regional cache first, else a point of presence could fill up from it
            tier.forget(concerned)

    async def _update(self) -> None:
        for server in self._servers:
            await server.update()
        await self._roaming.update()

    async def _close(self) -> None:
        self._polling.cancel()
        await asyncio.wait({self._polling})
        for server in self._servers:
            await server.close()
        await self._roaming.close()
        await self._origin.close()
        await self._directory.close()
