"""Finds the distribution for a `Host` header, and keeps what it knows reasonably new."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_cloud.edge.distributions import Distribution

_log = logging.getLogger(__name__)

REFRESH_AFTER = 2.0  # seconds; CloudFront itself takes minutes to deploy a changed configuration


class Directory:
    """The distributions by host.

    An unknown host makes it read the configuration at once; otherwise it is read in the background, while
    requests go on with what is known, so that reading it is in no request's way.
    """

    def __init__(self, read: Callable[[], Mapping[str, Distribution]]) -> None:
        """Take the function that reads all distributions; it blocks and is called in a thread."""
        self._read = read
        self._known: Mapping[str, Distribution] = {}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    @property
    def ids(self) -> list[str]:
        """The ids of the distributions that are known."""
        return sorted({distribution.id for distribution in self._known.values()})

    async def find(self, host: str) -> Distribution | None:
        """Return the distribution that answers to the host, or None if there is none."""
        # This clock is the machine's: how often to look has nothing to do with the time that viewers see.
        if host not in self._known:
            await self.refresh()
        elif time.monotonic() - self._read_at > REFRESH_AFTER:
            self._start_reading()
        return self._known.get(host)

    async def refresh(self) -> None:
        """Read the configuration anew, from a point in time after this call.

        If the engine does not answer as expected, that is logged, and what was known stays known.
        """
        if self._reading:
            await asyncio.wait({self._reading})  # it may have begun before a change
        await self._start_reading()

    async def close(self) -> None:
        """Wait for what is being read, so that nothing is left running."""
        if self._reading:
            await asyncio.wait({self._reading})

    def _start_reading(self) -> asyncio.Task[None]:
        if self._reading is None:
            self._reading = asyncio.create_task(self._update())
        return self._reading

    async def _update(self) -> None:
        try:
            self._known = await asyncio.to_thread(self._read)
            self._read_at = time.monotonic()
        except (BotoCoreError, ClientError) as error:
            _log.warning("The edge could not read the distributions' configuration: %s", error)
        finally:
            self._reading = None
