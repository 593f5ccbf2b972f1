"""Pauses between the steps of clients, in which nobody waits for S3: the time may leap then.

What S3 and an edge do takes no time to speak of, which the change record relies on. A leap in the middle of it would
make it take minutes.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE = 5.0  # seconds: a step with faults may take as long


class Intermission:
    """Lets many clients take steps at the same time, or somebody do something alone."""

    def __init__(self) -> None:
        """Begin with nobody in a step."""
        self._changed = threading.Condition()
        self._stepping: set[object] = set()
        self._is_closed = False

    @contextmanager
    def step(self, who: object) -> Iterator[None]:
        """Take a step, as soon as nobody wants to be alone."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_closed)
            self._stepping.add(who)
        try:
            yield
        finally:
            with self._changed:
                self._stepping.discard(who)
                self._changed.notify_all()

    def alone(self, act: Callable[[], None], is_quiet: Callable[[set[object]], bool]) -> None:
        """Do something between the steps, if it comes to that.

        Args:
            act: what to do.
            is_quiet: whether it may be done while these are in the middle of a step: those who are frozen.
        """
        with self._changed:
            if self._is_closed:
                return
            self._is_closed = True
            came_to_that = self._changed.wait_for(lambda: is_quiet(self._stepping), _PATIENCE)
        try:
            if came_to_that:
                act()
        finally:
            with self._changed:
                self._is_closed = False
                self._changed.notify_all()
