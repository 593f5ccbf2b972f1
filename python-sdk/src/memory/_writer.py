"""Writing a value: plainly and on a condition (specification, sections 6 and 8.1)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from memory._backoff import longest_wait
from memory._batch import for_each, raise_if_any
from memory._bucket import NotMetError
from memory._envelope import Envelope, encode, new_write_id
from memory._errors import (
    AccessDeniedError,
    ConfigurationError,
    ConflictError,
    CorruptValueError,
    MemoryServiceError,
    UnavailableError,
    UnsupportedTypeError,
    ValueTooLargeError,
)
from memory._local import CachedValue
from memory._names import is_tag_record, quoted
from memory._options import Condition, PutOptions
from memory._session import Record, lineage
from memory._store import KEYS_PER_REQUEST, UnannouncedError
from memory._touched import renewed
from memory._values import TYPE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from memory._announcer import Announcer
    from memory._config import Config
    from memory._reader import Reader
    from memory._reading import Found
    from memory._state import State
    from memory._store import Store, Stored

MAX_PREVIOUS = 100  # COND-5
IN_DOUBT_SECONDS = 30  # COND-6
ATTEMPTS_TO_SETTLE = 3

Written = TypeVar("Written")


class Draft(NamedTuple):
    """A value on its way to S3: all that its documents share, whatever they turn out to replace."""

    name: str
    key: str
    value: Any
    write: str
    expires_at: int | None
    took: int | None
    options: PutOptions
    touched: bytes | None = None  # the document of which only the end changes (TOUCH-1)

    def envelope(self) -> Envelope:
        """Return what decoding its document would give, but for what memory has no need of."""
        kind = TYPE_NAMES[type(self.value)]
        return Envelope(self.value, kind, self.write, self.expires_at, (), self.took or 0, self.tags)

    @property
    def tags(self) -> Mapping[str, str] | None:
        """The generation of each of its tags; None without."""
        return self.options.tagging.generations if self.options.tagging else None


_UNTAGGED = PutOptions(None, 1, "STANDARD")


class Writer:
    """Writes and removes values, and keeps memory and session in step.

    Args:
        config: Largest value, and the time of a call.
        store: Writes to S3.
        reader: Reads S3 to settle what a put came to.
        state: What this service knows and keeps.
        clock: Returns Unix time in seconds.
        random: Returns a number from 0 to 1.
        sleep: Waits for some seconds.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the last three are seams for tests
        self,
        config: Config,
        store: Store,
        reader: Reader,
        state: State,
        clock: Callable[[], float],
        random: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._limit = config.max_value_bytes
        self._deadline = config.deadline
        self._store = store
        self._reader = reader
        self._state = state
        self._clock = clock
        self._random = random
        self._sleep = sleep
        self._announcer: Announcer | None = None

    def announce_by(self, announcer: Announcer) -> None:
        """Announce all that is written in a change record before (CHG-7)."""
        self._announcer = announcer

    def reset_after_fork(self) -> None:
        """Go on without the other threads, which are the parent's."""
        if self._announcer is not None:
            self._announcer.reset_after_fork()

    def forget(self) -> None:
        """Forget the change record; for tests, whose stores come and go."""
        if self._announcer is not None:
            self._announcer.forget()

    def put(  # noqa: PLR0913, PLR0917 - what a put is made of
        self,
        name: str,
        key: str,
        value: Any,
        options: PutOptions,
        condition: Condition | None = None,
        took: int | None = None,
        write: str | None = None,
    ) -> str:
        """Store a value and return its version.

        Raises:
            ConflictError: The condition does not hold.
            MemoryServiceError: It cannot be stored.
        """
        end = options.expires_at(self._clock())
        draft = Draft(name, key, value, write or new_write_id(), end, took, options)
        deadline = self.until()
        if condition is None:
            return self._send(draft, self._document(draft), deadline)
        with self._state.lock:
            previous = self._state.session.lineage(name, condition.version) if condition.version else ()
        return self.put_on(condition, draft, previous, deadline)

    def check(self, values: Mapping[str, Any]) -> None:
        """Refuse what cannot be stored, before anything is asked for it (VAL-2, MANY-1).

        Raises:
            UnsupportedTypeError: A value would not come back as it is.
            ValueTooLargeError: A document is larger than MAX_VALUE_BYTES.
        """
        for name, value in values.items():
            self._document(Draft(name, "", value, new_write_id(), None, None, _UNTAGGED))

    def put_many(
        self, keys: Mapping[str, str], values: Mapping[str, Any], options: PutOptions
    ) -> dict[str, str]:
        """Store several values, after all of them have been checked (MANY-1), and return their versions."""
        end = options.expires_at(self._clock())
        drafts = {
            name: Draft(name, keys[name], value, new_write_id(), end, None, options)
            for name, value in values.items()
        }
        documents = {}
        for name, draft in drafts.items():
            try:
                documents[name] = self._document(draft)
            except UnsupportedTypeError as error:
                raise UnsupportedTypeError(f"{quoted(name)}: {error}", error.path) from None
        if self._announcer is not None and drafts:
            # All at once: each put finds itself announced (CHG-9), unless it comes much later.
            try:
                self._announcer.announce(drafts, self.until())
            except MemoryServiceError as error:
                raise_if_any(dict.fromkeys(drafts, error), {})
        return for_each(keys, lambda name: self._send(drafts[name], documents[name], self.until()))

    def remove(self, name: str, key: str) -> None:
        """Remove a value.

        Raises:
            MemoryServiceError: It cannot be removed.
        """
        self._begin(name)
        deadline = self.until()
        try:
            stored = self.announced(
                (name,), deadline, lambda e: self._store.remove(key, deadline, e), lambda stored: stored.date
            )
        except BaseException as error:
            self._end(name, None, refused=_is_refusal(error))
            raise
        self._end(name, self._removed(stored))

    def remove_many(self, names: Mapping[str, str], *, everything: bool = False) -> None:
        """Remove several values, up to 1,000 with one request.

        Args:
            names: The names by key.
            everything: Whether that is announced by announcing everything (CHG-13).

        Raises:
            BatchError: Some could not be removed.
        """
        keys = list(names)
        errors: dict[str, MemoryServiceError] = {}
        for start in range(0, len(keys), KEYS_PER_REQUEST):
            page = {key: names[key] for key in keys[start : start + KEYS_PER_REQUEST]}
            failed = self._remove_page(page, everything=everything)
            errors |= {names[key]: error for key, error in failed.items()}
        raise_if_any(errors, {name: None for name in names.values() if name not in errors})

    def _remove_page(self, names: Mapping[str, str], *, everything: bool) -> dict[str, MemoryServiceError]:
        for name in names.values():
            self._begin(name)
        failed: Mapping[str, BaseException] = {}
        stored: Stored | None = None
        deadline = self.until()
        try:
            stored, errors = self.announced(
                None if everything else names.values(),
                deadline,
                lambda e: self._store.remove_many(list(names), deadline, e),
                lambda answer: answer[0].date,
            )
        except MemoryServiceError as error:
            failed = errors = dict.fromkeys(names, error)
        except BaseException as error:
            failed = dict.fromkeys(names, error)
            raise
        else:
            failed = errors
        finally:
            for key, name in names.items():
                record = None if stored is None or key in failed else self._removed(stored)
                self._end(name, record, refused=key in failed and _is_refusal(failed[key]))
        return errors

    def put_on(self, condition: Condition, draft: Draft, previous: tuple[str, ...], deadline: float) -> str:
        """Store a value if a condition holds, whatever answers are lost (COND-1 to COND-6).

        Raises:
            ConflictError: It does not hold.
            MemoryServiceError: The value cannot be stored.
        """
        replaced = previous[0] if previous else None
        attempt = 0
        is_unknown = False
        sent = self._clock()
        while True:
            document = self._document(draft, previous[:MAX_PREVIOUS])
            failure: UnavailableError | None = None
            try:
                return self._send(draft, document, deadline, condition, previous)
            except NotMetError as error:
                is_unknown = is_unknown or error.is_unknown
            except UnavailableError as error:
                is_unknown = is_unknown or error.outcome_unknown
                if not is_unknown or isinstance(error, UnannouncedError):
                    raise
                failure = error
            found = self._found(draft, deadline, is_unknown=is_unknown)
            version = _written(draft.write, found)
            if version is not None:
                return version
            is_late = not 0 <= self._clock() - sent <= IN_DOUBT_SECONDS
            # A refusal is clear enough for a put that names nothing it replaces.
            may_hide = (replaced is not None or is_unknown) and _hides_history(replaced, found)
            if is_late or (may_hide and _differs(condition, found)):
                raise UnavailableError(
                    f"{quoted(draft.name)}: the answer to the put was lost, and nothing shows whether it took place."
                    " Read the value and decide",
                    outcome_unknown=True,
                )
            envelope = found.envelope
            is_gone = envelope is not None and not found.is_present(self._clock())
            if condition.version is None and envelope is not None and is_gone:
                # What has expired, or was invalidated, counts as absent: it is replaced, by its version.
                condition, previous = Condition(found.answer.version), lineage(found.answer, envelope)
                replaced = envelope.write
            elif _differs(condition, found):
                raise _conflict(draft.name, condition)
            elif attempt >= ATTEMPTS_TO_SETTLE:
                raise failure or _conflict(draft.name, condition)
            attempt += 1
            self.wait(attempt)

    def _found(self, draft: Draft, deadline: float, *, is_unknown: bool) -> Found:
        """Return what S3 holds now."""
        try:
            return self._reader.look(draft.name, draft.key, deadline)
        except UnavailableError as error:
            if not is_unknown:
                raise
            raise UnavailableError(
                f"{quoted(draft.name)}: the answer to the put was lost, and nobody says whether it took place"
                f" ({error}). Read the value and decide",
                outcome_unknown=True,
            ) from None
        except CorruptValueError as error:
            raise ConflictError(
                f"{quoted(draft.name)}: what is stored was not written by an SDK ({error}): remove it first"
            ) from None

    def _send(
        self,
        draft: Draft,
        document: bytes,
        deadline: float,
        condition: Condition | None = None,
        previous: tuple[str, ...] = (),
    ) -> str:
        """Put a document once, and note what became of it."""
        name, started = draft.name, self._clock()

        def anew() -> bytes:
            nonlocal draft, document
            draft = draft._replace(write=new_write_id())
            document = self._document(draft)
            return document

        # Sent again with the same generation, a record could bring back what was invalidated in between (CTAG-14).
        to_send = anew if condition is None and is_tag_record(name) else document
        self._begin(name)
        try:
            stored = self.announced(
                (name,),
                deadline,
                lambda e: self._store.put(draft.key, to_send, draft.options, condition, deadline, e),
                lambda stored: stored.date,
            )
        except BaseException as error:
            self._end(name, None, refused=_is_refusal(error))
            raise
        record = None
        if stored.date is not None:
            record = Record(
                stored.version, stored.date, self._clock(), (draft.write, *previous[:MAX_PREVIOUS])
            )
        kept = CachedValue(
            draft.envelope(),
            document,
            stored.version,
            stored_at=stored.date,
            max_age=draft.options.max_age,
            age=0,
            started=started,
        )
        if draft.options.tagging is not None and draft.options.tagging.turn == self._state.turn:
            kept.judge(draft.options.tagging.until)
        self._end(name, record, kept)
        return stored.version

    def announced(
        self,
        names: Iterable[str] | None,
        deadline: float,
        send: Callable[[int | None], Written],
        date_of: Callable[[Written], float | None],
    ) -> Written:
        """Write, and announce it before if there is a change record.

        Args:
            names: What is written; None for everything.
            deadline: When to have ended, by `time.monotonic`.
            send: Writes, with the time of the announcement if there is one.
            date_of: Returns the `Date` of the answer to that.

        Raises:
            NotMetError: The condition of the write does not hold.
            MemoryServiceError: It cannot be announced, and then nothing is written (CHG-11), or not be written.
        """
        if self._announcer is None:
            return send(None)
        return self._announcer.write(names, deadline, send, date_of)

    def _begin(self, name: str) -> None:
        """Note that a put or remove begins, unless it comes in the middle of a change: then its end says so."""
        if not self._state.is_held_here:
            self._state.begin(name, self._clock())

    def _end(
        self, name: str, record: Record | None, kept: CachedValue | None = None, *, refused: bool = False
    ) -> None:
        state = self._state
        if state.is_held_here:
            state.doubt(name, self._clock())
            return
        with state.lock:
            is_known = state.session.end(name, self._clock(), record, refused=refused)
            state.single_flight.detach(name)
            if is_known and kept is not None:
                state.local.keep(name, kept)

    def _removed(self, stored: Stored) -> Record | None:
        return None if stored.date is None else Record(None, stored.date, self._clock())

    def _document(self, draft: Draft, previous: tuple[str, ...] = ()) -> bytes:
        if draft.touched is None:
            document = encode(
                draft.value,
                draft.expires_at,
                write=draft.write,
                previous=previous,
                took=draft.took,
                tags=draft.tags,
            )
        else:
            document = renewed(draft.touched, draft.expires_at, write=draft.write, previous=previous)
        return self.checked(quoted(draft.name), document)

    def checked(self, what: str, document: bytes) -> bytes:
        """Return a document that readers do not call corrupt for its size (OBJ-4).

        Args:
            what: Whose it is, for the message.
            document: The document.

        Raises:
            ValueTooLargeError: They would.
        """
        if len(document) > self._limit:
            raise ValueTooLargeError(
                f"{what}: the value takes {len(document)} bytes, MAX_VALUE_BYTES is {self._limit}: store it in parts,"
                " or set MEMORY_MAX_VALUE_BYTES for readers and writers"
            )
        return document

    def wait(self, attempt: int) -> None:
        """Wait before an attempt, so that writers do not meet again (UPD-2)."""
        self._sleep(self._random() * longest_wait(attempt))

    def until(self) -> float:
        """Return when a call that begins now has to have ended (TIME-1)."""
        return time.monotonic() + self._deadline


def _written(write: str, found: Found) -> str | None:
    """Return the version of a put if it took place; its id if it was replaced since (COND-4)."""
    if found.envelope is None:
        return None
    if found.envelope.write == write:
        return found.answer.version
    return write if write in found.envelope.previous else None


def _hides_history(replaced: str | None, found: Found) -> bool:
    """Return whether a put may be further back than what is stored can tell (COND-6)."""
    envelope = found.envelope
    if envelope is None or len(envelope.previous) < MAX_PREVIOUS:
        return False
    return replaced is None or replaced not in {envelope.write, *envelope.previous}


def _differs(condition: Condition, found: Found) -> bool:
    stored = None if found.envelope is None else found.answer.version
    return stored != condition.version


def _conflict(name: str, condition: Condition) -> ConflictError:
    if condition.version is None:
        return ConflictError(f"{quoted(name)}: there is a value already")
    return ConflictError(
        f"{quoted(name)}: the stored version is not {condition.version!r} any more. Read the value again"
    )


def _is_refusal(error: BaseException) -> bool:
    """Return whether nothing was written for sure (WRITE-2)."""
    if isinstance(error, UnavailableError):
        return not error.outcome_unknown
    return isinstance(error, (AccessDeniedError, ConfigurationError, UnsupportedTypeError))
