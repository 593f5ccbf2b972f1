"""Changing what is stored without losing what others change at the same time (specification, section 8.2)."""

from __future__ import annotations

import contextvars
import copy
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from memory._envelope import decode, new_write_id
from memory._errors import ConfigurationError, ConflictError, UnsupportedTypeError
from memory._names import quoted
from memory._options import Condition, Tagging
from memory._session import lineage
from memory._writer import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from memory._options import PutOptions
    from memory._reader import Reader
    from memory._reading import Found
    from memory._tag_writer import TagWriter
    from memory._writer import Writer

ATTEMPTS = 100

_LOGGER = logging.getLogger("memory")

# What the code that runs is part of the change of: objects, and keys in them.
_CHANGING: contextvars.ContextVar[frozenset[tuple[int, str]]] = contextvars.ContextVar(
    "memory_changing", default=frozenset()
)


class Updates:
    """Reads S3, changes what is there, and puts it if nobody was faster.

    Args:
        reader: Reads S3.
        writer: Puts on conditions.
        tags: Says what is known of tags before a value is made.
        clock: Returns Unix time in seconds.
    """

    def __init__(self, reader: Reader, writer: Writer, tags: TagWriter, clock: Callable[[], float]) -> None:
        self._reader = reader
        self._writer = writer
        self._tags = tags
        self._clock = clock

    def update(  # noqa: PLR0913, PLR0917 - of which two are the caller's own
        self,
        name: str,
        key: str,
        change: Callable[[Any], Any],
        default: Any,
        options: PutOptions,
        attempts: int,
    ) -> Any:
        """Replace a value by what a function makes of it, and return that (UPD-1 to UPD-6).

        Raises:
            ConfigurationError: It is part of the change of the same name (WAIT-1).
            ConflictError: Somebody else was faster in every attempt.
            UnsupportedTypeError: The function lost the value.
            MemoryServiceError: It cannot be read or stored.
        """

        def draft(stored: _Stored) -> Draft:
            given = stored.value if stored.is_present else copy.deepcopy(default)
            tagging = stored.tagging if options.tags is None else self._tagging(options.tags, stored)
            returned = change(given)
            value = _outcome(name, given, returned, lambda: stored.original(default))
            end, its_options = options.after(stored.expires_at, stored.now)
            its_options = its_options._replace(tagging=tagging)
            return Draft(name, key, value, new_write_id(), end, None, its_options)

        return self._replaced(name, key, draft, attempts).value

    def _tagging(self, tags: Collection[str], stored: _Stored) -> Tagging | None:
        """Return the tags that an update sets: of those that the value has, what it has of them (CTAG-12)."""
        own = stored.tagging
        others = [tag for tag in tags if own is None or tag not in own.generations]
        known = [tagging for tagging in (own, self._tags.take(others) if others else None) if tagging]
        if not tags:
            return None
        generations = {tag: generation for one in known for tag, generation in one.generations.items()}
        return Tagging(
            {tag: generations[tag] for tag in tags},
            min(one.until for one in known),
            min(one.turn for one in known),
        )

    def touch(self, name: str, key: str, options: PutOptions) -> str | None:
        """Change how long a value lives, and return its new version; None if there is no value (TOUCH-1).

        Raises:
            MemoryServiceError: As `update` does.
        """

        def draft(stored: _Stored) -> Draft | None:
            envelope, answer = stored.found.envelope, stored.found.answer
            if envelope is None or not stored.is_present:
                return None
            as_it_is = options.touching(answer.max_age or options.max_age, answer.storage_class)
            as_it_is = as_it_is._replace(tagging=stored.tagging, stale_if_error=answer.stale_if_error)
            end = options.expires_at(stored.now)
            return Draft(
                name, key, envelope.value, new_write_id(), end, envelope.took, as_it_is, answer.document
            )

        return self._replaced(name, key, draft, ATTEMPTS).version

    def _replaced(
        self, name: str, key: str, draft_of: Callable[[_Stored], Draft | None], attempts: int
    ) -> _Replaced:
        self._refuse_itself(name, key)
        for attempt in range(attempts):
            if attempt:
                self._writer.wait(attempt)
            found = self._reader.look(name, key, self._writer.until())
            token = _CHANGING.set(_CHANGING.get() | {(id(self), key)})
            try:
                draft = draft_of(_Stored(found, self._clock()))
            finally:
                _CHANGING.reset(token)
            if draft is None:
                return _Replaced(None, None)
            condition = Condition(None if found.envelope is None else found.answer.version)
            previous = lineage(found.answer, found.envelope)
            try:
                version = self._writer.put_on(condition, draft, previous, self._writer.until())
            except ConflictError:
                _LOGGER.debug("memory: update %s met another writer, attempt %s", key, attempt + 1)
                continue
            return _Replaced(draft.value, version)
        raise ConflictError(
            f"{quoted(name)}: other writers were faster in each of {attempts} attempts. Change it less often"
        )

    def _refuse_itself(self, name: str, key: str) -> None:
        if (id(self), key) in _CHANGING.get():
            raise ConfigurationError(
                f"the change of {quoted(name)} changes {quoted(name)} itself, and would start over for ever:"
                " let the function return the new value"
            )


class _Replaced(NamedTuple):
    """What a change came to."""

    value: Any
    version: str | None


class _Stored(NamedTuple):
    """What S3 holds at a time, in Unix seconds."""

    found: Found
    now: float

    @property
    def is_present(self) -> bool:
        return self.found.is_present(self.now)

    @property
    def tagging(self) -> Tagging | None:
        """The tags that the value has, as S3 has them; None without, or without a value."""
        envelope, verdict = self.found.envelope, self.found.verdict
        if envelope is None or envelope.tags is None or verdict is None or not self.is_present:
            return None
        return Tagging(envelope.tags, verdict.until, verdict.turn)

    @property
    def value(self) -> Any:
        return self.found.envelope and self.found.envelope.value

    @property
    def expires_at(self) -> int | None:
        """When the value ends, in Unix milliseconds; None without an end or a value."""
        return self.found.envelope.expires_at if self.found.envelope and self.is_present else None

    def original(self, default: Any) -> Any:
        """Return what the function was given, as it was before."""
        return decode(self.found.answer.document or b"").value if self.is_present else default


def _outcome(name: str, given: Any, returned: Any, original: Callable[[], Any]) -> Any:
    """Return the new value (UPD-5).

    Raises:
        UnsupportedTypeError: The function has changed one value and returned another, or returned nothing of one that
            cannot be changed in place.
    """
    may_change = type(given) in (list, dict)
    if returned is given and returned is not None:
        return returned
    if returned is None and may_change:
        return given
    if returned is None:
        raise UnsupportedTypeError(
            f"{quoted(name)}: the function of the update returned nothing, and a {type(given).__name__} cannot be"
            " changed in place: return the new value (None itself can be put)"
        )
    if may_change and _text(given) != _text(original()) and _text(returned) != _text(given):
        raise UnsupportedTypeError(
            f"{quoted(name)}: the function of the update changed the {type(given).__name__} that it was given, and"
            f" returned something else, of the type {type(returned).__name__}: return the one or the other"
        )
    return returned


def _text(value: Any) -> str | None:
    from memory._canonical import canonical  # most updates need no comparison

    try:
        return canonical(value)
    except UnsupportedTypeError:
        return None
