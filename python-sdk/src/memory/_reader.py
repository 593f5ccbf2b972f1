"""Reading a value: from memory, from the edge, and from S3 when the edge fails or is behind."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from memory._circuit import Circuit
from memory._edge import EDGE_SHARE, OriginRefusedError
from memory._envelope import decode
from memory._errors import AccessDeniedError, ConfigurationError, CorruptValueError, UnavailableError
from memory._local import CachedValue
from memory._names import is_tag_record, url_path
from memory._reading import Found, Reading
from memory._tag_reader import TagReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._answer import Answer
    from memory._change_reader import ChangeReader
    from memory._config import Config
    from memory._edge import Edge
    from memory._envelope import Envelope
    from memory._origin import Origin
    from memory._reading import Verdict
    from memory._single_flight import Flight
    from memory._state import State

_UNREADABLE = (UnavailableError, AccessDeniedError, ConfigurationError)
_LOGGER = logging.getLogger("memory")


class Reader:
    """Reads values, whatever fails on the way.

    Args:
        config: Deadline, and what to do when the edge fails.
        place: Where the values are.
        edge: Reads through CloudFront.
        origin: Reads S3.
        state: What this service knows and keeps.
        clock: Returns Unix time in seconds.

    Attributes:
        tags: Judges what has tags.
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
        self._deadline = config.deadline
        self._max_value_bytes = config.max_value_bytes
        self._failover = config.failover
        self._stale_if_error = config.stale_if_error
        self._edge = edge
        self._origin = origin
        self._state = state
        self._clock = clock
        self._circuit = Circuit(clock)
        self._changes: ChangeReader | None = None
        self.tags = TagReader(config, place, state)

    def heed_changes(self, changes: ChangeReader) -> None:
        """Let a change record confirm copies in memory (CHG-16)."""
        self._changes = changes
        changes.share(self._circuit)

    def forget(self) -> None:
        """Forget the change record; for tests, whose stores come and go."""
        if self._changes is not None:
            self._changes.forget()

    def read(self, name: str, key: str, missed: int | None = None) -> Reading:
        """Read what is stored under a name, as new as this service knows it to be.

        Args:
            name: The name.
            key: Key of its object.
            missed: The `arrivals` of memory when the caller looked there in vain; None if it has not looked.

        Raises:
            MemoryServiceError: Nobody gave an answer that counts (GET-3 to GET-5, CON-2, FAIL-3).
        """
        began = time.monotonic()
        deadline = began + self._deadline
        # Some of a get's time is S3's, whatever the edge or another thread does with the rest (TIME-3, TIME-4).
        edge_deadline = began + self._deadline * EDGE_SHARE if self._failover else deadline
        return self._by(name, key, edge_deadline, deadline, missed)

    def _by(
        self, name: str, key: str, edge_deadline: float, deadline: float, missed: int | None = None
    ) -> Reading:
        """Read a value, or the record of a tag."""
        state = self._state
        if state.doubted:
            state.settle()
        if state.is_held_here:
            return self._from_origin(name, key, deadline)[0]
        flights = state.single_flight
        with state.lock:
            local, copy = state.local, None
            if local.arrivals != missed:
                copy = (local.fresh_record if is_tag_record(name) else local.fresh)(name, self._clock())
            if copy is None:
                flight, leads = flights.join(name)
        if copy is not None:
            return Reading("memory", copy, copy.value(), None, copy.started)
        if leads:
            return flights.lead(name, flight, lambda: self._read(name, key, edge_deadline, deadline))
        return self._joined(flight, name, key, edge_deadline, deadline)

    def _joined(
        self, flight: Flight[Reading], name: str, key: str, edge_deadline: float, deadline: float
    ) -> Reading:
        """Return what another's request for the same name brings, if it comes in time and is new enough (MEM-4)."""
        if flight.is_of_this_thread:
            return self._from_origin(name, key, deadline)[0]
        if flight.wait(edge_deadline):
            joined = flight.outcome()
            if joined is not None and self._suits(name, joined):
                return joined.shared()
        elif not self._failover:
            raise UnavailableError("the request of another thread for the same name did not end in time")
        return self._beyond_edge(name, key, deadline)

    def reset_after_fork(self) -> None:
        """Count the edge's failures anew."""
        self._circuit.reset()
        if self._changes is not None:
            self._changes.reset_after_fork()

    def read_origin(self, name: str, key: str) -> Reading:
        """Read S3 itself (CON-1).

        Raises:
            MemoryServiceError: S3 gave no answer that counts (CON-2).
        """
        return self._from_origin(name, key, time.monotonic() + self._deadline)[0]

    def look(self, name: str, key: str, deadline: float) -> Found:
        """Read S3 for a writer, who also needs to see what has expired and who wrote it.

        Args:
            name: The name.
            key: Key of its object.
            deadline: When to have ended, by `time.monotonic`.

        Raises:
            MemoryServiceError: As `read_origin` does.
        """
        return self._from_origin(name, key, deadline)[1]

    def _suits(self, name: str, reading: Reading) -> bool:
        """Return whether the outcome of another's request is new enough for one who joined it."""
        counts = self._state.counts(name)
        with self._state.lock:
            if reading.copy is not None and reading.copy.is_expired(self._clock()):
                return False  # what was fetched before its end says nothing after it (EXP-1)
            if reading.answer is None:
                is_newest = self._state.session.is_newest(
                    name, reading.copy.version if reading.copy else None
                )
                if is_newest and reading.source == "memory":
                    counts.memory_hits += 1
                    counts.confirmed += 1
                return is_newest
            accepted = self._state.session.accepts(name, reading.answer, reading.started)
            counts.shared_reads += accepted
            return accepted

    def _read(self, name: str, key: str, edge_deadline: float, deadline: float) -> Reading:
        late: Reading | None = None
        state = self._state
        if self._changes is not None:
            copy = self._changes.confirmed(name, deadline)
            if copy is not None:
                return Reading("memory", copy, copy.value(), None, copy.started)
        kept = self._kept(name)
        if kept is not None:
            # Its tags alone are to be looked at (CTAG-7).
            judged = self._judged(
                name, Reading("memory", kept, None, None, kept.started), edge_deadline, deadline
            )
            return judged or self._from_origin(name, key, deadline)[0]
        with state.lock:
            trusts_edges = state.session.trusts_edges(name, self._clock)
            state.counts(name).sent_to_s3 += not trusts_edges
        if trusts_edges and (not self._failover or self._circuit.asks()):
            try:
                reading, is_current = self._from_edge(name, key, edge_deadline)
            except (UnavailableError, CorruptValueError, OriginRefusedError) as error:
                self._circuit.failed()
                if not self._failover:
                    raise
                _LOGGER.warning("memory: the edge failed, reading S3: %s", error)
            except (AccessDeniedError, ConfigurationError):
                self._circuit.answered()
                raise
            else:
                self._circuit.answered()
                if is_current:
                    return (
                        self._judged(name, reading, edge_deadline, deadline)
                        or self._from_origin(name, key, deadline)[0]
                    )
                late = reading
        return self._beyond_edge(name, key, deadline, late)

    def _beyond_edge(self, name: str, key: str, deadline: float, late: Reading | None = None) -> Reading:
        """Read S3, or return what is left if that fails (STALE-2).

        Args:
            name: The name.
            key: Key of its object.
            deadline: When to have ended, by `time.monotonic`.
            late: What the edge had.
        """
        try:
            return self._from_origin(name, key, deadline)[0]
        except _UNREADABLE as error:
            stale = self._stale(name, late, deadline)
            if stale is None:
                raise
            _LOGGER.warning("memory: S3 cannot be read, returning a stale copy of %s: %s", key, error)
            return stale

    def _from_edge(self, name: str, key: str, deadline: float) -> tuple[Reading, bool]:
        """Return what the edge says, and whether that may be returned without asking S3 (SES-3, STALE-1, EXP-1)."""
        started = self._clock()
        answer = self._edge.get(url_path(key), deadline)
        envelope = _decoded(name, answer)
        now = self._clock()
        reading = _reading("edge", answer, envelope, started, now)
        copy = reading.copy
        self._date(reading)
        state = self._state
        with state.lock:
            accepted = state.session.accepts(name, answer, started)
            if not accepted or answer.is_stale or self._may_hide_newer(name, reading, envelope, now):
                state.counts(name).sent_to_s3 += 1
                return reading if accepted else Reading("edge", None, None, None, started), False
            self._notice(name, answer)
            state.session.learn(name, answer, envelope, self._clock() - answer.age)
            state.counts(name).edge_reads += 1
            self._keep(name, copy)
        self._compare(name, reading)
        return reading, True

    def _may_hide_newer(self, name: str, reading: Reading, envelope: Envelope | None, now: float) -> bool:
        """Return whether an edge's copy has expired that it fetched before the end (EXP-1).

        Whoever put something where the value had ended did not replace it, as far as they could see: nobody waits for
        such a copy to grow old.
        """
        if envelope is None or envelope.expires_at is None or not envelope.is_expired(now):
            return False
        answer = reading.answer
        if answer is None:
            raise AssertionError("a document came with an answer")
        return self._state.session.fetched(name, answer, reading.started, now) * 1000 < envelope.expires_at

    def _from_origin(self, name: str, key: str, deadline: float) -> tuple[Reading, Found]:
        state = self._state
        if state.doubted:
            state.settle()
        is_aside = state.is_held_here
        started = self._clock()
        with state.lock:
            view = state.session.view(name, started)
        limit = self._max_value_bytes if is_tag_record(name) else None
        answer = self._origin.get(key, deadline, limit=limit)
        envelope = _decoded(name, answer)
        reading = _reading("s3", answer, envelope, started, self._clock())
        self._date(reading)
        if is_aside:
            state.doubt(name, self._clock())
        else:
            with state.lock:
                state.counts(name).s3_reads += 1
                self._notice(name, answer)
                is_newest = state.session.learn_from_s3(name, answer, envelope, view, self._clock())
                self._keep(name, reading.copy if is_newest else None)
        if not is_aside:
            self._compare(name, reading)
        if envelope is None or envelope.tags is None:
            return reading, Found(answer, envelope)
        return self._judged_by_origin(name, reading, Found(answer, envelope), deadline)

    def _judged_by_origin(
        self, name: str, reading: Reading, found: Found, deadline: float
    ) -> tuple[Reading, Found]:
        """Hold what S3 has against records as S3 has them (CTAG-6, CTAG-8)."""
        envelope, copy = found.envelope, reading.copy
        if envelope is None or envelope.tags is None:
            raise AssertionError("only what has tags is judged by them")
        while True:
            verdict = self.tags.judge(
                envelope.tags, lambda name, key: self._from_origin(name, key, deadline)[0]
            )
            if copy is None or verdict.differing:
                break
            if self._settle(copy, verdict):
                return reading, found._replace(verdict=verdict)
        if copy is not None:
            with self._state.lock:
                self._state.local.drop(name)
                self.tags.note_invalid(name, copy, verdict)
        return reading._replace(copy=None, value=None), found._replace(verdict=verdict)

    def _judged(self, name: str, reading: Reading, edge_deadline: float, deadline: float) -> Reading | None:
        """Hold what memory or the edge has against the records of its tags (CTAG-6).

        Returns:
            What may be returned; None if S3 has to say (CTAG-8).
        """
        copy = reading.copy
        if copy is None or copy.tags is None:
            return reading
        while True:
            verdict = self.tags.judge(
                copy.tags, lambda name, key: self._by(name, key, edge_deadline, deadline)
            )
            if verdict.differing:
                break
            if self._settle(copy, verdict):
                return self._found(reading, copy, verdict)
        with self._state.lock:
            self._state.local.drop(name)
            if self.tags.is_known_invalid(name, copy, verdict, self._clock()):
                return reading._replace(copy=None, value=None)
            self._state.stats.sent_to_s3 += 1
        return None

    def _settle(self, copy: CachedValue, verdict: Verdict) -> bool:
        """Let a copy be fresh as long as its tags are; return whether no tag was invalidated meanwhile."""
        with self._state.lock:
            if self._state.turn != verdict.turn:
                return False
            copy.judge(verdict.until)
            return True

    def _found(self, reading: Reading, copy: CachedValue, verdict: Verdict) -> Reading:
        """Return what is valid, and count it if it was in memory."""
        stats = self._state.stats
        if verdict.is_stale:
            with self._state.lock:
                stats.stale_reads += 1
            return Reading("stale", copy, copy.value(), None, copy.started)
        if reading.source != "memory":
            return reading
        with self._state.lock:
            stats.memory_hits += 1
            stats.confirmed += copy.is_confirmed
        return Reading("memory", copy, copy.value(), None, copy.started)

    def _kept(self, name: str) -> CachedValue | None:
        """Return the copy in memory that only its tags keep from being returned."""
        with self._state.lock:
            copy = self._state.local.kept(name)
            is_meant = copy is not None and copy.tags is not None and copy.is_fresh_itself(self._clock())
        return copy if is_meant else None

    def _notice(self, name: str, answer: Answer) -> None:
        """Let no copy be returned that was judged by another record than there is now (CTAG-7)."""
        if is_tag_record(name) and self._state.session.knows_other(name, answer):
            self._state.turn += 1
            self._state.local.drop_tagged({name[1:]})

    def _date(self, reading: Reading) -> None:
        """Note since when a copy has surely been read (CHG-14)."""
        if self._changes is not None and reading.copy is not None and reading.answer is not None:
            reading.copy.f = self._changes.since_when(reading.answer, reading.started, self._clock())

    def _compare(self, name: str, reading: Reading) -> None:
        """Hold what arrived against the change record (CHG-19)."""
        if self._changes is not None and reading.answer is not None and reading.answer.document is not None:
            self._changes.compare(name, reading.answer.stored_at)

    def _keep(self, name: str, copy: CachedValue | None) -> None:
        if copy is None or copy.own_until <= copy.started:
            self._state.local.drop(name)
        else:
            self._state.local.keep(name, copy)

    def _stale(self, name: str, late: Reading | None, deadline: float) -> Reading | None:
        """Return what may be served while S3 cannot be read (STALE-2)."""
        now = self._clock()
        with self._state.lock:
            copy = late.copy if late else None
            if copy is None or copy.is_expired(now) or now > copy.own_until + self._stale_if_error:
                copy = self._state.local.stale(name, now, self._stale_if_error)
            if copy is None:
                return None
        if copy.tags is not None:
            verdict = self.tags.judge(copy.tags, lambda name, key: self._by(name, key, deadline, deadline))
            if verdict.differing or not self._settle(copy, verdict):
                return None
        with self._state.lock:
            self._state.counts(name).stale_reads += 1
        return Reading("stale", copy, copy.value(), None, copy.started)


def _decoded(name: str, answer: Answer) -> Envelope | None:
    """Return a document; what is none in the place of a tag's record, or has tags itself, is no record (CTAG-3)."""
    if answer.document is None:
        return None
    try:
        envelope = decode(answer.document)
    except CorruptValueError:
        if is_tag_record(name):
            return None
        raise
    return None if is_tag_record(name) and envelope.tags is not None else envelope


def _reading(source: str, answer: Answer, envelope: Envelope | None, started: float, now: float) -> Reading:
    """Return what an answer says now (ENV-5)."""
    if envelope is None or envelope.is_expired(now):
        return Reading(source, None, None, answer, started)
    return Reading(source, CachedValue.of(answer, envelope, started), envelope.value, answer, started)
