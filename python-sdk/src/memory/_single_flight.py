"""Requests that several threads wait for (MEM-4)."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from memory._errors import UnavailableError

if TYPE_CHECKING:
    from memory._reader import Reading


class Flight:
    """One request that is under way."""

    def __init__(self) -> None:
        self._landed = threading.Event()
        self._reading: Reading | None = None
        self._error: BaseException | None = None

    def land(self, reading: Reading) -> None:
        """Give those who wait the outcome."""
        self._reading = reading
        self._landed.set()

    def fail(self, error: BaseException) -> None:
        """Give those who wait the error."""
        self._error = error
        self._landed.set()

    def wait(self, deadline: float) -> Reading | None:
        """Return the outcome; None if whoever made the request was interrupted.

        Args:
            deadline: When to have ended, by `time.monotonic`.

        Raises:
            MemoryServiceError: What the request ended with.
            UnavailableError: It did not end in time.
        """
        if not self._landed.wait(max(0.0, deadline - time.monotonic())):
            raise UnavailableError("the request of another thread for the same name did not end in time")
        if isinstance(self._error, Exception):
            raise self._error
        return self._reading


class SingleFlight:
    """The requests under way, by name. Whoever uses it holds the lock of the service."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight] = {}

    def join(self, name: str) -> tuple[Flight, bool]:
        """Return the flight of a name, and whether the caller is to make the request."""
        flight = self._flights.get(name)
        if flight is not None:
            return flight, False
        flight = self._flights[name] = Flight()
        return flight, True

    def leave(self, name: str, flight: Flight) -> None:
        """Note that the request has ended."""
        if self._flights.get(name) is flight:
            del self._flights[name]

    def detach(self, name: str) -> None:
        """See to it that nobody joins the request of now: a put or remove makes its answer old."""
        self._flights.pop(name, None)

    def detach_prefix(self, prefix: str) -> None:
        """Detach all names under a prefix."""
        for name in [name for name in self._flights if name.startswith(prefix)]:
            del self._flights[name]
