"""The records of tags as a writer has them: read before a value is made, and put anew (specification, section 15.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memory._batch import for_each
from memory._envelope import new_write_id
from memory._errors import BatchError, ConflictError
from memory._names import quoted, tag_record_name
from memory._options import Condition, Tagging
from memory._tag_reader import generation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from memory._options import PutOptions
    from memory._reader import Reader
    from memory._state import State
    from memory._writer import Writer

_ATTEMPTS = 10
_INACCURACY_SECONDS = 10  # CTAG-3


class TagWriter:
    """Reads and puts the records of tags.

    Args:
        reader: Reads S3.
        writer: Puts, and notes what that makes of memory and session.
        state: What the service knows and keeps.
        options: Those of a record: the edge TTL of the service, and no end (CTAG-2).
        clock: Returns Unix time in seconds.
    """

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        state: State,
        options: PutOptions,
        clock: Callable[[], float],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._state = state
        self._options = options
        self._clock = clock

    def take(self, tags: Iterable[str]) -> Tagging:
        """Return the generations that tags have now, as S3 has them; what has no record gets one (CTAG-12).

        Raises:
            MemoryServiceError: A record cannot be read or put.
        """
        turn = self._state.turn
        try:
            found = for_each(tags, self._generation)
        except BatchError as error:
            raise next(iter(error.errors.values())) from None
        until = min(until for _, until in found.values())
        return Tagging({tag: generation for tag, (generation, _) in found.items()}, until, turn)

    def prepared(self, options: PutOptions) -> PutOptions:
        """Return options with what is known of their tags now (CTAG-12)."""
        return options._replace(tagging=self.take(options.tags or ()))

    def invalidate(self, tags: Iterable[str]) -> None:
        """Give tags other generations (CTAG-14).

        Raises:
            BatchError: Some could not be given one; the others were.
        """

        def put(tag: str) -> None:
            self._put(tag, None)

        try:
            for_each(tags, put)
        finally:
            self._state.invalidated(frozenset(tags))

    def _generation(self, tag: str) -> tuple[str, float]:
        name, key = tag_record_name(tag), self._reader.tags.key(tag)
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._writer.wait(attempt)
            reading = self._reader.read_origin(name, key)
            generation = generation_of(reading.copy)
            if generation is not None and reading.copy is not None:
                return generation, reading.copy.own_until
            version = (
                reading.answer.version if reading.answer and reading.answer.document is not None else None
            )
            try:
                return self._put(tag, Condition(version))
            except ConflictError:
                continue
        raise ConflictError(
            f"the tag {quoted(tag)} was given another generation in each of {_ATTEMPTS} attempts"
        )

    def _put(self, tag: str, condition: Condition | None) -> tuple[str, float]:
        """Put a record, once more if it was put by a clock that is wrong (CTAG-3)."""
        name, key = tag_record_name(tag), self._reader.tags.key(tag)
        write, now = new_write_id(), self._clock()
        version = self._writer.put(name, key, int(now * 1000), self._options, condition, write=write)
        with self._state.lock:
            date = self._state.session.floor(name, version)
        if date is not None and abs(date - now) > _INACCURACY_SECONDS:
            write = new_write_id()
            self._writer.put(name, key, int(date * 1000), self._options, Condition(version), write=write)
        return write, now + self._options.max_age
