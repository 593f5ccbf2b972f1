"""The connections to one origin: kept, bounded in number, and handed from one request to the next (WIRE-5, WIRE-6)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from memory._wait_queue import WaitQueue

if TYPE_CHECKING:
    from memory._connection import Connection

MAX_CONNECTIONS = 64


class Pool:
    """Connections to one origin. No lock: each step is one operation on a deque or set, which no thread can split.

    Args:
        size: How many there may be at one time.
    """

    __slots__ = ("_all", "_idle", "_places", "_wait_queue")

    def __init__(self, size: int = MAX_CONNECTIONS) -> None:
        self._places: deque[None] = deque((None,) * size)
        self._idle: deque[Connection] = deque()
        self._all: set[Connection] = set()
        self._wait_queue = WaitQueue()

    def enter(self, deadline: float) -> bool:
        """Wait for a place; whoever got one has to `leave`.

        Args:
            deadline: When to give up, by `time.monotonic`.
        """
        return self._takes_place() or self._wait_queue.wait(self._takes_place, deadline)

    def leave(self) -> None:
        """Give the place to the next."""
        self._places.append(None)
        self._wait_queue.wake_one()

    def take(self) -> Connection | None:
        """Return a connection that is alive; None if a new one is needed."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if connection.is_alive():
                return connection
            self.forget(connection)
        return None

    def add(self, connection: Connection) -> None:
        """Note a new connection, which is in use."""
        self._all.add(connection)

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next, if it is still good."""
        if connection.is_reusable and connection in self._all:
            self._idle.append(connection)
        else:
            self.forget(connection)

    def forget(self, connection: Connection) -> None:
        """Close a connection."""
        self._all.discard(connection)
        connection.close()

    def drop_idle(self) -> None:
        """Close the connections that nobody uses: if one has died, so may the others have."""
        while self._idle:
            try:
                self.forget(self._idle.pop())
            except IndexError:
                return

    def drop_all(self) -> None:
        """Close the idle connections now, those in use when they are given back."""
        for connection in tuple(self._all):
            self._all.discard(connection)
        while self._idle:
            self._idle.pop().close()

    def abandon(self) -> None:
        """Close this process's descriptors of all connections, which are its parent's."""
        for connection in tuple(self._all):
            connection.close()

    def _takes_place(self) -> bool:
        try:
            self._places.pop()
        except IndexError:
            return False
        return True
