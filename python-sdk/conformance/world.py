"""What the SDK's objects are given in place of the machine's time and chance, and the objects that are kept."""

from __future__ import annotations

import json
import random
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Message = dict[str, Any]
UNDER_WAY = 0.5  # real seconds, by which a request has been sent


class Function:
    """A function to be cached, which gives what the request at hand says."""

    make: Callable[[], Any]

    def __call__(self, *_: Any) -> Any:
        """Return that."""
        return self.make()


class World:
    """Time, chance and objects, as the runner wants them.

    Attributes:
        now: Unix seconds; None is the machine's time.
        ahead: A file that says by how many seconds the clock is ahead of the machine's, and that waits are real.
        pace: How many seconds pass with each look at the clock.
        chance: What every random number above 0 up to 1 is; None is real chance.
    """

    def __init__(self) -> None:
        self.now: float | None = None
        self.ahead: Path | None = None
        self.pace = 0.0
        self._passes, self._passes_at = 0.0, 0.0
        self.chance: float | None = None
        self._kept: dict[str, memory.MemoryService] = {}
        self._functions: dict[str, Function] = {}
        self._keeping = threading.Lock()
        self._local = threading.local()

    @contextmanager
    def service(self, request: Message) -> Iterator[memory.MemoryService]:
        """Give the object of a request: of a session that of the requests before, else one that remembers nothing."""
        asked = {name: request.get(name) for name in ("session", "conf", "service")}
        if "session" not in request:
            with self._open(asked) as mem:
                yield mem
            return
        key = json.dumps(asked, sort_keys=True)
        with self._keeping:
            mem = self._kept[key] = self._kept.get(key) or self._open(asked)
        yield mem

    def function(self, request: Message) -> Function:
        """Give the function of a request: of a session and a function that of the requests before."""
        if "session" not in request:
            return Function()
        key = json.dumps(
            [request[name] for name in ("session", "conf", "service", "function")], sort_keys=True
        )
        return self._functions.setdefault(key, Function())

    def close(self) -> None:
        """Close all objects, and leave chance to itself again."""
        for mem in self._kept.values():
            mem.close()
        self._kept.clear()
        self._functions.clear()
        self.chance = None

    @contextmanager
    def waits(self) -> Iterator[list[float]]:
        """Collect how many milliseconds the SDK wants to wait, which it need not, in this thread."""
        found: list[float] = []
        self._local.waits = found
        yield found

    def pass_later(self, seconds: float) -> None:
        """Let so many seconds pass when the request that comes now is under way."""
        self._passes, self._passes_at = seconds, time.monotonic() + UNDER_WAY

    def advance(self, seconds: float) -> None:
        """Let time pass, until the runner says what time it is."""
        if self.now is not None:
            self.now += seconds

    def _open(self, asked: Message) -> memory.MemoryService:
        return memory.MemoryService(
            asked["conf"], asked["service"], clock=self.present, random=self._random, sleep=self._sleep
        )

    def present(self) -> float:
        """Return the present, which may go on with each look at it."""
        if self.ahead:
            return time.time() + float(self.ahead.read_text(encoding="ascii"))
        if self.now is None:
            return time.time()
        self.now += self.pace
        return self.now + (self._passes if time.monotonic() >= self._passes_at else 0.0)

    def _random(self) -> float:
        # The SDK takes a number below 1, and what it lacks to 1 is the number of the specification.
        return random.random() if self.chance is None else 1 - self.chance  # noqa: S311 - nothing is secret here

    def _sleep(self, seconds: float) -> None:
        if self.ahead:
            time.sleep(seconds)
        if hasattr(self._local, "waits"):
            self._local.waits.append(seconds * 1000)


def spoil(value: Any) -> None:
    """Change whatever can be changed in a value."""
    if isinstance(value, (list, dict)):
        for inner in value if isinstance(value, list) else value.values():
            spoil(inner)
    if isinstance(value, list):
        value.append("spoilt")
    elif isinstance(value, dict):
        value["spoilt"] = True
