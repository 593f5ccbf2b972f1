"""Requests that several threads wait for (MEM-4)."""

from __future__ import annotations

from _thread import get_ident
from typing import TYPE_CHECKING, Generic, TypeVar

from memory._wait_queue import WaitQueue

if TYPE_CHECKING:
    from collections.abc import Callable

Outcome = TypeVar("Outcome")


class Flight(Generic[Outcome]):
    """One request that is under way, made by the thread that made this object."""

    __slots__ = ("_error", "_has_landed", "_leader", "_outcome", "_wait_queue")

    def __init__(self) -> None:
        self._leader = get_ident()
        self._wait_queue = WaitQueue()
        self._has_landed = False
        self._outcome: Outcome | None = None
        self._error: BaseException | None = None

    @property
    def is_of_this_thread(self) -> bool:
        """Whether this thread makes the request itself, further up: it must not wait for it (WIRE-8)."""
        return self._leader == get_ident()

    def land(self, outcome: Outcome) -> None:
        """Give those who wait the outcome."""
        self._outcome = outcome
        self._end()

    def fail(self, error: BaseException) -> None:
        """Give those who wait the error."""
        self._error = error
        self._end()

    def wait(self, deadline: float) -> bool:
        """Wait for the end of the request, and return whether it has come.

        Args:
            deadline: When to give up, by `time.monotonic`.
        """
        return self._wait_queue.wait(self._is_over, deadline)

    def outcome(self) -> Outcome | None:
        """Return the outcome; None if whoever made the request was interrupted.

        Raises:
            Exception: What the request ended with.
        """
        if isinstance(self._error, Exception):
            raise self._error
        return self._outcome

    def _is_over(self) -> bool:
        return self._has_landed

    def _end(self) -> None:
        self._has_landed = True
        self._wait_queue.wake_all()


class SingleFlight(Generic[Outcome]):
    """The requests under way, by name. Each step is one operation on a dict, which no thread can split."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight[Outcome]] = {}

    def join(self, name: str) -> tuple[Flight[Outcome], bool]:
        """Return the flight of a name, and whether the caller is to make the request."""
        flight = self._flights.get(name)
        if flight is not None:
            return flight, False
        mine: Flight[Outcome] = Flight()
        flight = self._flights.setdefault(name, mine)
        return flight, flight is mine

    def leave(self, name: str, flight: Flight[Outcome]) -> None:
        """Note that the request has ended."""
        if self._flights.get(name) is flight:
            self._flights.pop(name, None)

    def lead(self, name: str, flight: Flight[Outcome], make: Callable[[], Outcome]) -> Outcome:
        """Make the request for all who wait, and return its outcome."""
        try:
            outcome = make()
        except BaseException as error:
            flight.fail(error)
            raise
        else:
            flight.land(outcome)
            return outcome
        finally:
            self.leave(name, flight)

    def detach(self, name: str) -> None:
        """See to it that nobody joins the request of now: a put or remove makes its answer old."""
        self._flights.pop(name, None)

    def detach_all(self) -> None:
        """See to it that nobody joins any request of now."""
        self._flights.clear()

    def detach_prefix(self, prefix: str) -> None:
        """Detach all names under a prefix."""
        for name in [name for name in tuple(self._flights) if name.startswith(prefix)]:
            self._flights.pop(name, None)
