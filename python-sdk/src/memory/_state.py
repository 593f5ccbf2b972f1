"""What one service keeps between calls, under one lock: its memory, what it knows, and who asks for what."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from memory._local import LocalMemory
from memory._session import Session
from memory._single_flight import SingleFlight
from memory._stats import Stats

if TYPE_CHECKING:
    from memory._config import Config


class State:
    """One lock for all of it: what a put makes of the session and of the memory must be seen together.

    Args:
        config: How much to keep.
    """

    def __init__(self, config: Config) -> None:
        self.lock = threading.Lock()
        self.stats = Stats()
        self.local = LocalMemory(config.local_max_items, config.local_max_bytes, self.stats)
        self.session = Session(self.stats)
        self.single_flight = SingleFlight()

    def begin(self, name: str, now: float) -> None:
        """Note that a put or remove of a name begins."""
        with self.lock:
            self.session.begin(name, now)
            self.local.drop(name)
            self.single_flight.detach(name)

    def forget(self, prefix: str, now: float) -> None:
        """Forget all that is known of the names under a prefix."""
        with self.lock:
            self.session.forget(prefix, now)
            self.local.drop_prefix(prefix)
            self.single_flight.detach_prefix(prefix)
