"""What befalls the clients of a history: faults, other points of presence, time that passes at once, and their end."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING, Any

from local_cloud import Fault

from .client import Visit
from .intermission import Intermission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_cloud import LocalCloud

    from .client import Client
    from .clock import SharedClock

# What goes wrong, how often beside the others. Writes at S3 are never slow: S3 would carry them out at any later time.
_FAULTS: list[tuple[int, list[dict[str, Any]]]] = [
    (6, [{"where": "edge", "kind": "status", "status": 503, "times": 3}]),
    (3, [{"where": "edge", "kind": "status", "status": 500, "times": 1}]),
    (4, [{"where": "edge", "kind": "reset", "times": 2}]),
    (2, [{"where": "edge", "kind": "reset-kept", "times": 4}]),
    (3, [{"where": "edge", "kind": "cut", "times": 2}]),
    (3, [{"where": "edge", "kind": "garbled", "times": 2}]),
    (2, [{"where": "edge", "kind": "no-http", "times": 1}]),
    (4, [{"where": "edge", "kind": "slow", "delay": 0.2, "times": 2}]),
    (15, [{"where": "origin", "kind": "status", "status": 503, "times": 4}]),
    (2, [{"where": "origin", "kind": "reset", "times": 2}]),
    (3, [{"where": "origin", "kind": "slow", "delay": 0.2, "times": 2}]),
    (4, [{"where": "s3", "kind": "status", "status": 503, "method": "GET", "times": 3}]),
    (3, [{"where": "s3", "kind": "status", "status": 500, "method": "PUT", "times": 1}]),
    (2, [{"where": "s3", "kind": "reset", "method": "PUT", "times": 1}]),
    (10, [{"where": "s3", "kind": "lost", "method": "PUT", "times": 1}]),
    (3, [{"where": "s3", "kind": "lost", "method": "DELETE", "times": 1}]),
    (2, [{"where": "s3", "kind": "lost", "method": "PUT", "times": 4}]),
    (
        6,
        [
            {"where": "edge", "kind": "status", "status": 503, "times": 6},
            {"where": "s3", "kind": "status", "status": 503, "method": "GET", "times": 6},
        ],
    ),
    (4, [{"where": "edge", "kind": "refuse"}]),
]
_HANGS: list[list[dict[str, Any]]] = [
    [{"where": "edge", "kind": "hang", "times": 1}],
    [{"where": "edge", "kind": "slow", "pause": 0.2, "times": 1}],  # a document takes half a minute
]
_CHANGES = {"roam": 40, "move on": 30, "dawdle": 8, "break": 20, "heal": 10}
_ACCIDENTS = {"leap": 12, "freeze": 8, "hold": 10, "crash": 2}
_LEAPS = (6.0, 20.0, 130.0, 300.0, 1300.0)  # seconds: what is quiet is confirmed then
_HOLDS = (5.0, 17.0, 30.0, 130.0)  # seconds between an announcement and the write, or its signature and S3
_FROZEN = 0.1  # seconds of the machine's: what S3 has been asked for is over then
_DAWDLES: dict[str, Any] = {"where": "edge", "kind": "slow", "delay": 0.3, "times": 3}
_UNDER_WAY = 0.1  # seconds after which a request has come that is to be answered slowly
_MOVES = (0.1, 0.7, 1.5, 3.0, 4.0)  # seconds that pass at once
_ACTIVE = 12  # faults at most: nobody may have met the older ones


class Nemesis:
    """Changes one thing at a time, at random.

    Attributes:
        visit: where those who roam are.
        pauses: between the steps of clients.
    """

    visit: Visit

    def __init__(
        self, seed: int, cloud: LocalCloud, clock: SharedClock | None, hangs: float, pauses: tuple[int, int]
    ) -> None:
        """Know what to change.

        Args:
            seed: makes the changes the same again.
            cloud: where.
            clock: what to move; None leaves the time alone.
            hangs: how often an edge does not answer at all, or without an end, among the faults: each costs a client
                two or three seconds.
            pauses: how many operations there are between two changes, at least and at most: not seconds, so that a
                slow machine makes the same histories.
        """
        self._chance = random.Random(f"{seed} nemesis")  # noqa: S311 - it must be the same again
        self._cloud = cloud
        self._clock = clock
        self._hangs = hangs
        self._pauses = pauses
        self.pauses = Intermission()
        self._holding = threading.Lock()
        self._clients: Sequence[Client] = ()
        self._puts = ""
        self._roam(0)

    def haunt(self, clients: Sequence[Client], puts: str) -> None:
        """Let accidents befall clients, as they may with a change record.

        Args:
            clients: whose processes freeze and end.
            puts: what the paths of their puts begin with.
        """
        self._clients, self._puts = clients, puts

    def pause(self) -> int:
        """Return how many operations there are before the next change."""
        return self._chance.randint(*self._pauses)

    def change(self) -> None:
        """Move to another point of presence, let something go wrong or no more, or let time pass."""
        crowded = len(self._cloud.faults.active()) > _ACTIVE
        weights = {**_CHANGES, **(_ACCIDENTS if self._clients else {})}
        what = "heal" if crowded else self._chance.choices(list(weights), list(weights.values()))[0]
        if what == "roam":
            self._roam(self._chance.randrange(len(self._cloud.edge_endpoints)))
        elif what == "break":
            self._break()
        elif what == "heal":
            self._cloud.faults.clear()
        elif what == "dawdle":
            self._cloud.faults.add(Fault(**_DAWDLES))
            time.sleep(_UNDER_WAY)
        elif what in _ACCIDENTS:
            self._befall(what)
        if what in ("move on", "dawdle") and self._clock:
            self._clock.advance(self._chance.choice(_MOVES))

    def _befall(self, accident: str) -> None:
        client = self._chance.choice(self._clients)
        if accident == "crash":
            client.crash()
        elif accident == "leap":
            seconds = self._chance.choice(_LEAPS)
            self.pauses.alone(lambda: self._advance(seconds), lambda stepping: not stepping)
        elif accident == "freeze":
            seconds = self._chance.choice(_HOLDS)
            client.freeze(
                lambda: self.pauses.alone(
                    lambda: self._advance(seconds), lambda stepping: stepping <= {client}
                )
            )
        else:
            seconds = self._chance.choice(_HOLDS)
            self._cloud.request_hooks.add("s3", lambda: self._hold(seconds), method="PUT", path=self._puts)

    def _hold(self, seconds: float) -> None:
        """Let time pass while a put is on its way: its writer has frozen after signing it."""
        if self._holding.acquire(blocking=False):
            try:
                self.pauses.alone(lambda: self._advance(seconds), lambda stepping: len(stepping) <= 1)
            finally:
                self._holding.release()

    def _advance(self, seconds: float) -> None:
        time.sleep(_FROZEN)
        if self._clock:
            self._clock.advance(seconds)

    def _roam(self, pop: int) -> None:
        self.visit = Visit(None)
        self._cloud.roam(pop)
        self.visit = Visit(pop)

    def _break(self) -> None:
        weights = [weight for weight, _ in _FAULTS]
        faults = self._chance.choices([faults for _, faults in _FAULTS], weights=weights)[0]
        if self._chance.random() < self._hangs:
            faults = self._chance.choice(_HANGS)
        for fault in faults:
            self._cloud.faults.add(Fault(**fault))
