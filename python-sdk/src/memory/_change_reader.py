"""The change record as a reader has it, and the copies in memory that it confirms (specification, section 14.4)."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, NamedTuple

from memory._changes import RECORD_BYTES, bucket_of, mark_of, read, record_key, surely_read, was_put_back
from memory._edge import EDGE_SHARE, OriginRefusedError
from memory._errors import AccessDeniedError, ConfigurationError, UnavailableError
from memory._names import is_tag_record, quoted, url_path
from memory._single_flight import SingleFlight

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._answer import Answer
    from memory._changes import Record
    from memory._circuit import Circuit
    from memory._config import Config
    from memory._edge import Edge
    from memory._local import CachedValue
    from memory._origin import Origin
    from memory._state import State

LOOK_SHARE = 1 / 2  # of the time that a get has left (CHG-18)
DISTRUST_SECONDS = 86_400.0  # CHG-19

_LOGGER = logging.getLogger("memory")


class Told(NamedTuple):
    """What the edge, or S3, said when the record was asked for.

    Attributes:
        record: The record, if it is believed.
        version: Its ETag.
        last_modified: When S3 stored it, in Unix seconds, as all that follow.
        date: The `Date` of the answer.
        f: Since when it has surely been read.
        started: When the request was sent, by the clock of the service.
        fetched: That, less the `Age` of the answer.
        fresh_until: When it has to be asked for again.
    """

    record: Record | None
    version: str
    last_modified: float | None
    date: float | None
    f: float | None
    started: float
    fetched: float
    fresh_until: float

    def is_fresh(self, now: float) -> bool:
        """Return whether it need not be asked for again (MEM-2)."""
        return self.started <= now < self.fresh_until


class ChangeReader:
    """Reads the record for all names of a service, and judges copies by it.

    Args:
        config: Bucket and visibility, and what to do when the edge fails.
        place: Where the values are.
        edge: Reads through CloudFront.
        origin: Reads S3.
        state: What the service knows and keeps.
        clock: Returns Unix time in seconds.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts that it is made of
        self,
        config: Config,
        place: str,
        edge: Edge,
        origin: Origin,
        state: State,
        clock: Callable[[], float],
    ) -> None:
        self._key = record_key(config.visibility, place)
        self._mark = mark_of(config.bucket_name, self._key)
        self._edge_ttl = config.edge_ttl
        self._failover = config.failover
        self._edge = edge
        self._origin = origin
        self._state = state
        self._clock = clock
        self._circuit: Circuit | None = None
        self.reset_after_fork()
        self.forget()

    def share(self, circuit: Circuit) -> None:
        """Leave a failing edge alone together with those who read values (FAIL-2)."""
        self._circuit = circuit

    def reset_after_fork(self) -> None:
        """Wait for nobody of the parent's (WIRE-7)."""
        self._flights: SingleFlight[None] = SingleFlight()

    def forget(self) -> None:
        """Forget the record; for tests, whose stores come and go."""
        self._told: Told | None = None
        self._newest: Told | None = None  # of those that were believed
        self._asked: float | None = None
        self._distrusted: tuple[float, float] | None = (
            None  # since when by the clock, and for a value of when
        )

    def since_when(self, answer: Answer, started: float, now: float) -> float | None:
        """Return since when a value has surely been read that an answer brought (CHG-14).

        Args:
            answer: The answer.
            started: When the request was sent, by the clock.
            now: The same clock when it was there.
        """
        max_age = answer.max_age if answer.source == "edge" else None
        return surely_read(answer.date, now - started, answer.age, max_age)

    def confirmed(self, name: str, deadline: float) -> CachedValue | None:
        """Return the copy of a name if the record lets it be returned, which is read if it may (CHG-15 to CHG-18).

        Args:
            name: The name.
            deadline: When the get has to have ended, by `time.monotonic`.
        """
        copy, asks = self._judged(name)
        if not asks:
            return copy
        self._look(deadline)
        return self._judged(name)[0]

    def compare(self, name: str, last_modified: float | None) -> None:
        """Hold a value that arrived against the record (CHG-19).

        Args:
            name: Its name.
            last_modified: When S3 stored it, in Unix seconds.
        """
        told = self._told
        if told is None or told.record is None or last_modified is None:
            return
        if told.record.contradicts(told.f, bucket_of(name), last_modified):
            self._distrust(
                last_modified,
                f"{quoted(name)} was written without being announced in {self._key}. Do all who write to this service"
                " have CHANGES? A bucket policy can refuse the others",
            )

    def _judged(self, name: str) -> tuple[CachedValue | None, bool]:
        """Return the copy of a name if it is confirmed, and else whether the record is to be asked for."""
        state = self._state
        with state.lock:
            copy, told, now = state.local.kept(name), self._told, self._clock()
            if copy is None or copy.f is None or copy.is_expired(now):
                return None, False
            stored_at = copy.stored_at
            if told is None or told.record is None:
                return None, self._is_due(now)
        self.compare(name, stored_at)
        with state.lock:
            if state.local.kept(name) is not copy or not told.record.confirms(bucket_of(name), copy.f):
                return None, False
            if not told.is_fresh(now):
                return None, self._is_due(now)
            if self._is_distrusted(now):
                return None, False
            copy.confirm(told.started, told.fetched)
            local = state.local
            return (local.fresh_record if is_tag_record(name) else local.fresh)(name, now), False

    def _is_due(self, now: float) -> bool:
        """Return whether to ask, though there was no record that is believed, or none to be read, before (CHG-17)."""
        return self._asked is None or not 0 <= now - self._asked < self._edge_ttl

    def _is_distrusted(self, now: float) -> bool:
        if self._distrusted is None:
            return False
        since, last_modified = self._distrusted
        told = self._told
        if told is not None and told.record is not None and told.record.all > last_modified:
            self._distrusted = None
            return False
        return now < since + DISTRUST_SECONDS

    def _distrust(self, last_modified: float, why: str) -> None:
        """Confirm nothing for a day, nor return what has been confirmed, and warn once."""
        now = self._clock()
        with self._state.lock:
            is_known = self._is_distrusted(now)
            if is_known and self._distrusted is not None:
                last_modified = max(last_modified, self._distrusted[1])
            self._distrusted = (now, last_modified)
            self._state.local.drop_confirmed()
        if not is_known:
            _LOGGER.warning("memory: the change record is not trusted for a day: %s", why)

    def _look(self, deadline: float) -> None:
        """Ask for the record, or wait for another thread that does; at most half of what is left of a get's time."""
        now = time.monotonic()
        until = now + (deadline - now) * LOOK_SHARE
        flights = self._flights
        flight, leads = flights.join("")
        if leads:
            flights.lead("", flight, lambda: self._ask(until))
        elif not flight.is_of_this_thread:
            flight.wait(until)

    def _ask(self, deadline: float) -> None:
        state = self._state
        with state.lock:
            now, known = self._clock(), self._told
            if not self._is_due(now) or (known is not None and known.record and known.is_fresh(now)):
                return  # another thread has asked meanwhile
            if known is not None and not (known.record and known.version):
                known = None
        try:
            answer, started = self._answer(known and known.version, deadline)
        except (UnavailableError, AccessDeniedError, ConfigurationError) as error:
            _LOGGER.debug("memory: the change record %s cannot be read: %s", self._key, error)
            self._asked = self._clock()
            return
        told = self._told_by(answer, known, started)
        with state.lock:
            state.stats.records_read += 1
            self._asked = None if told.record is not None else started
            last = self._told
            if last is not None and told.fetched < last.fetched and last.started <= told.started:
                return  # of an older edge, and not by a clock that was set back
            self._told = told
            before = self._newest
            if told.record is not None:
                self._newest = told
        if before is None or before.record is None or told.record is None:
            return
        if was_put_back(before.record, before.date, told.record, told.f):
            self._distrust(
                told.last_modified or 0.0,
                f"{self._key} is older than what it was: it has been restored, and what was announced since is lost",
            )

    def _answer(self, known: str | None, deadline: float) -> tuple[Answer, float]:
        """Ask the edge, or S3 in its place; return the answer, and when it was asked for by the clock.

        Raises:
            MemoryServiceError: Neither says.
        """
        circuit, now = self._circuit, time.monotonic()
        if not self._failover or circuit is None or circuit.asks():
            edge_deadline = now + (deadline - now) * EDGE_SHARE if self._failover else deadline
            started = self._clock()
            try:
                answer = self._edge.get(url_path(self._key), edge_deadline, known, RECORD_BYTES)
            except (UnavailableError, OriginRefusedError) as error:
                if circuit is not None:
                    circuit.failed()
                if not self._failover:
                    raise
                _LOGGER.warning("memory: the edge failed, reading S3: %s", error)
            except (AccessDeniedError, ConfigurationError):
                if circuit is not None:
                    circuit.answered()
                raise
            else:
                if circuit is not None:
                    circuit.answered()
                if not answer.is_stale:
                    return answer, started
        started = self._clock()
        return self._origin.get(self._key, deadline, known, RECORD_BYTES), started

    def _told_by(self, answer: Answer, known: Told | None, started: float) -> Told:
        """Return what an answer says, of what is known already if nothing has changed."""
        elapsed = self._clock() - started
        max_age, fetched = float(answer.max_age), started - answer.age
        last_modified = answer.stored_at
        if answer.is_unchanged and known is not None:
            # What the answer leaves out has not changed either (RFC 9110, 15.4.5).
            max_age = max_age or known.fresh_until - known.fetched
            last_modified = known.last_modified if last_modified is None else last_modified
            record = known.record
            if record is not None and not record.is_believed(last_modified):
                record = None
        else:
            record = None if answer.document is None else read(answer.document, self._mark, last_modified)
        is_of_edge = answer.source == "edge"
        return Told(
            record,
            answer.version or (known.version if answer.is_unchanged and known is not None else ""),
            last_modified,
            answer.date,
            surely_read(answer.date, elapsed, answer.age, max_age if is_of_edge else None),
            started,
            fetched,
            fetched + max_age,
        )
