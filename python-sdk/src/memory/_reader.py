"""Reading a value: from the edge, and from S3 when the edge fails or the newest is asked for."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from memory._edge import OriginRefusedError
from memory._envelope import Envelope, decode
from memory._errors import AccessDeniedError, ConfigurationError, CorruptValueError, UnavailableError
from memory._names import url_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._answer import Answer
    from memory._config import Config
    from memory._edge import Edge
    from memory._origin import Origin

FAILURES_TO_SKIP = 3
SKIP_SECONDS = 10.0

_LOGGER = logging.getLogger("memory")


class Reading(NamedTuple):
    """What was read; the envelope is None if there is no value."""

    answer: Answer
    envelope: Envelope | None


class Reader:
    """Reads values, whatever fails on the way.

    Args:
        config: Deadline, and whether to fail over.
        edge: Reads through CloudFront.
        origin: Reads S3.
        clock: Returns Unix time in seconds.
    """

    def __init__(self, config: Config, edge: Edge, origin: Origin, clock: Callable[[], float]) -> None:
        self._deadline = config.deadline
        self._failover = config.failover
        self._edge = edge
        self._origin = origin
        self._circuit = Circuit(clock)

    def read(self, key: str, *, consistent: bool) -> Reading:
        """Read what is stored under a key.

        Args:
            key: Key of the object.
            consistent: Read S3 itself (CON-1).

        Raises:
            MemoryServiceError: Neither gave an answer that counts (GET-3 to GET-5, CON-2, FAIL-3).
        """
        deadline = time.monotonic() + self._deadline
        if consistent or (self._failover and not self._circuit.asks()):
            return _decoded(self._origin.get(key, deadline))
        try:
            reading = _decoded(self._edge.get(url_path(key), deadline))
        except (UnavailableError, CorruptValueError, OriginRefusedError) as error:
            self._circuit.failed()
            if not self._failover:
                raise
            _LOGGER.warning("memory: the edge failed, reading S3: %s", error)
            return _decoded(self._origin.get(key, deadline))
        except (AccessDeniedError, ConfigurationError):
            self._circuit.answered()
            raise
        self._circuit.answered()
        return reading


class Circuit:
    """Counts the edge's failures in a row, and says when to leave it alone (FAIL-2).

    Args:
        clock: Returns Unix time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._skipping_since = 0.0

    def asks(self) -> bool:
        """Return whether to ask the edge; after a while, one caller tries it again for all."""
        if self._failures < FAILURES_TO_SKIP:
            return True
        with self._lock:
            if 0 <= self._clock() - self._skipping_since < SKIP_SECONDS:
                return False
            self._skipping_since = self._clock()
            return True

    def failed(self) -> None:
        """Note a failure."""
        with self._lock:
            self._failures += 1
            self._skipping_since = self._clock()

    def answered(self) -> None:
        """Note that the edge answered: the row of failures has ended."""
        self._failures = 0


def _decoded(answer: Answer) -> Reading:
    return Reading(answer, None if answer.document is None else decode(answer.document))
