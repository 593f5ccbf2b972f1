"""The records of tags as a reader has them, and what is valid by them (specification, section 15.3)."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING

from memory._batch import for_each
from memory._errors import BatchError
from memory._names import tag_record_key, tag_record_name
from memory._reading import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from memory._config import Config
    from memory._local import CachedValue
    from memory._reading import Reading
    from memory._state import State

RESTORED_SECONDS = 30  # CTAG-3
_KEPT = 10_000


def generation_of(copy: CachedValue | None) -> str | None:
    """Return the generation of a tag by its record; None if there is none that is believed (CTAG-3)."""
    if copy is None or copy.type != "int" or copy.write is None or copy.stored_at is None:
        return None
    if copy.expires_at is not None:
        return None
    at: int = copy.value()
    return copy.write if copy.stored_at * 1000 <= at + RESTORED_SECONDS * 1000 else None


class TagReader:
    """Reads records, and judges documents by them.

    Args:
        config: The visibility of the service.
        place: Where the values are.
        state: What the service knows and keeps.
    """

    def __init__(self, config: Config, place: str, state: State) -> None:
        self._visibility = config.visibility
        self._place = place
        self._state = state
        # What S3 has said is not valid: the version, when it was asked, and the generations that differ (CTAG-8).
        self._invalid: OrderedDict[str, tuple[str, float, Mapping[str, str | None]]] = OrderedDict()

    def key(self, tag: str) -> str:
        """Return the key of a tag's record."""
        return tag_record_key(self._visibility, self._place, tag)

    def judge(self, tags: Mapping[str, str], read: Callable[[str, str], Reading]) -> Verdict:
        """Hold the generations of a document against the records.

        Args:
            tags: The generations by tag.
            read: Reads a record, given its name and key.

        Raises:
            MemoryServiceError: One of them cannot be read (CTAG-9).
        """
        turn = self._state.turn
        readings = _together(tags, lambda tag: read(tag_record_name(tag), self.key(tag)))
        differing: dict[str, str | None] = {}
        until, is_stale = math.inf, False
        for tag, reading in readings.items():
            generation = generation_of(reading.copy)
            if generation != tags[tag]:
                differing[tag] = generation
            if reading.copy is not None:
                until = min(until, reading.copy.own_until)
            is_stale = is_stale or reading.source == "stale"
        return Verdict(differing, -math.inf if is_stale else until, is_stale, turn)

    def is_known_invalid(self, name: str, copy: CachedValue, verdict: Verdict, now: float) -> bool:
        """Return whether S3 has said before that a version is not valid, and nothing is newer (CTAG-8, EXP-2)."""
        known = self._invalid.get(name)
        if known is None:
            return False
        version, asked, differing = known
        is_recent = asked <= now <= asked + copy.own_until - copy.fetched
        return version == copy.version and is_recent and differing.items() <= verdict.differing.items()

    def note_invalid(self, name: str, copy: CachedValue, verdict: Verdict) -> None:
        """Note what S3 has said of a version."""
        self._invalid[name] = (copy.version, copy.started, verdict.differing)
        self._invalid.move_to_end(name)
        if len(self._invalid) > _KEPT:
            self._invalid.popitem(last=False)


def _together(tags: Iterable[str], read: Callable[[str], Reading]) -> Mapping[str, Reading]:
    """Read records at the same time."""
    names = list(tags)
    if len(names) == 1:
        return {names[0]: read(names[0])}
    try:
        return for_each(names, read)
    except BatchError as error:
        raise next(iter(error.errors.values())) from None
