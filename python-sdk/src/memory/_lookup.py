"""Looking up hosts. The system's look-up knows no deadline, so a thread waits for it: at most one per host."""

from __future__ import annotations

import socket
from _thread import start_new_thread
from typing import Any, NamedTuple

from memory._fork import reset_in_child
from memory._wait_queue import WaitQueue


class Address(NamedTuple):
    """An address to connect to.

    Attributes:
        family: `AF_INET` or `AF_INET6`.
        sockaddr: As the family has it.
    """

    family: int
    sockaddr: Any


class _Lookup:
    """One look-up that is under way."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._wait_queue = WaitQueue()
        self._found: list[Address] | None = None
        self._error: OSError | None = None

    def run(self) -> None:
        try:
            # As bytes: a str would load the codec of international names.
            found = socket.getaddrinfo(self._host.encode("ascii"), self._port, type=socket.SOCK_STREAM)
            self._found = _in_turns([Address(family, sockaddr) for family, _, _, _, sockaddr in found])
        except OSError as error:
            self._error = OSError(0, f"the look-up failed ({type(error).__name__})")
        except UnicodeError:
            self._error = OSError(0, "it is no host name")
        self._wait_queue.wake_all()

    def wait(self, until: float) -> list[Address]:
        self._wait_queue.wait(self._has_ended, until)
        if self._error is not None:
            raise self._error
        if self._found is None:
            raise TimeoutError
        return self._found

    def _has_ended(self) -> bool:
        return self._found is not None or self._error is not None


class Lookups:
    """The look-ups that are under way."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, int], _Lookup] = {}
        reset_in_child(self)

    def addresses(self, host: str, port: int, until: float) -> list[Address]:
        """Return the addresses of a host, in the order in which to try them.

        Args:
            host: A name or an address.
            port: The port.
            until: When to give up, by `time.monotonic`.

        Raises:
            OSError: It has none.
            TimeoutError: Nobody said in time.
        """
        for family in (socket.AF_INET, socket.AF_INET6):
            try:
                socket.inet_pton(family, host)
            except OSError:
                continue
            return [Address(family, (host, port) if family == socket.AF_INET else (host, port, 0, 0))]
        key = (host, port)
        mine = _Lookup(host, port)
        lookup = self._running.setdefault(key, mine)
        if lookup is mine:
            try:
                start_new_thread(self._run, (key, mine))
            except RuntimeError:
                # The interpreter is ending, or there are no threads left: then this one has to wait for it.
                self._run(key, mine)
        return lookup.wait(until)

    def reset_after_fork(self) -> None:
        """Forget the look-ups: their threads are the parent's."""
        self._running = {}

    def _run(self, key: tuple[str, int], lookup: _Lookup) -> None:
        try:
            lookup.run()
        finally:
            self._running.pop(key, None)


def _in_turns(addresses: list[Address]) -> list[Address]:
    """Return the addresses with their families in turns, beginning with the first one's (RFC 8305, section 4)."""
    first = [address for address in addresses if address.family == addresses[0].family]
    second = [address for address in addresses if address.family != addresses[0].family]
    turns: list[Address] = []
    for number in range(max(len(first), len(second))):
        turns += [*first[number : number + 1], *second[number : number + 1]]
    return turns
