"""One time through a scenario's steps: where it plays, who takes part, and what is remembered from step to step."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from .names import key_behind_place
from .transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .answers import Message
    from .driver import Driver
    from .store import Store
    from .vectors import Vector

_runs = itertools.count(1)


class Play:
    """What all steps of one time share.

    Attributes:
        drivers: who takes part, by role: `writer` and `reader`.
        store: where they meet.
        visibility: the scenario's.
        service: a name of its own for each time, so that nothing is there yet.
        with_changes: whether it has a change record (section 14).
        remembered: what later steps may name: `$VERSION`, what the last put returned; `$WRITE`, the `write` of the
            document that the runner last looked at; and the last grant.
        transcript: what was asked and answered.
    """

    def __init__(self, vector: Vector, drivers: Mapping[str, Driver], store: Store) -> None:
        """Take the scenario, the drivers by role, and where they meet."""
        self.drivers = drivers
        self.store = store
        self.visibility: str = vector.members["visibility"]
        self.service = f"run-{next(_runs)}"
        self.with_changes = bool(vector.members.get("with_changes"))
        self.remembered: Message = {}
        self.transcript = Transcript(vector.absent)

    def begin(self) -> None:
        """Set the clocks: signatures and lifetimes go by them."""
        self.store.begin()
        self.wait(0)

    def end(self) -> None:
        """Close the objects that were kept."""
        self._tell({"op": "close"})

    def wait(self, seconds: float) -> None:
        """Move all clocks."""
        self.store.clock.now += seconds
        self._tell({"op": "clock", "now": self.store.clock.now})

    def chance(self, number: float) -> None:
        """Say which random number the SDKs take."""
        self._tell({"op": "random", "value": number})

    def log(self) -> None:
        """Let all that the SDKs and what is below them can say be said on standard error."""
        self._tell({"op": "log"})

    @property
    def place(self) -> str:
        """The service's place (KEY-1)."""
        return f"{self.service}.changes" if self.with_changes else self.service

    def key(self, step: Message) -> str:
        """Return the key of the object that a step is about, or what all keys of this time begin with."""
        return f"{self.visibility}/{self.place}/" + (
            step.get("key") or (key_behind_place(step["name"]) if "name" in step else "")
        )

    def _tell(self, request: Message) -> None:
        for driver in dict.fromkeys(self.drivers.values()):
            (answer,) = driver.ask([request])
            answer.check_success({})
