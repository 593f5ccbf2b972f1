"""What a put may say besides name and value (specification, OBJ-3, OBJ-5, OBJ-6, PUT-3 and COND-3)."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from memory._envelope import MAX_TAGS
from memory._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STORAGE_CLASSES = ("STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR")
MAX_EDGE_TTL = 86_400
TTL_DAYS = (1, 7, 30, 365)
MAX_TTL = 100 * 365 * 86_400  # seconds; a cache that keeps longer has mistaken the unit

Seconds = float | timedelta


class Condition(NamedTuple):
    """What must hold for a put to take place: that there is no value, or the version of the one there is.

    Attributes:
        version: The version; None if there must be no value.
    """

    version: str | None

    @classmethod
    def check(cls, version: str | None, *, if_absent: bool) -> Condition | None:
        """Return the condition a caller asked for; None if they asked for none.

        Raises:
            ConfigurationError: They asked for both, or for a version that can be none (COND-3).
        """
        if type(if_absent) is not bool:
            raise ConfigurationError(f"if_absent is True or False, not {if_absent!r}")
        if version is None:
            return cls(None) if if_absent else None
        if if_absent:
            raise ConfigurationError("if_absent and if_version exclude each other: give one")
        if type(version) is not str or not version or not version.isprintable() or '"' in version:
            raise ConfigurationError(
                f"if_version is a version that put or get_entry returned, not {version!r}"
            )
        return cls(version)


class Tagging(NamedTuple):
    """The tags of a document that is to be put.

    Attributes:
        generations: What their generations were before the value was made (CTAG-12).
        until: Until when the records need not be read again, by the clock.
        turn: How many invalidations of this object had ended before.
    """

    generations: Mapping[str, str]
    until: float
    turn: int


class PutOptions(NamedTuple):
    """Checked options of one put, or of the puts of one batch.

    Attributes:
        ttl: Seconds the value lives; None if until it is replaced or removed.
        max_age: Whole seconds an edge may serve a copy without asking S3.
        storage_class: S3's storage class.
        ttl_if_new: Seconds that a value lives which is new or has no end (UPD-6).
        tags: What the value can be invalidated by (CTAG-11); None if that was not said.
        tagging: What is known of these before the value is made (CTAG-12).
        stale_if_error: Seconds that edges may serve a copy beyond that while S3 cannot be read; None for those of the
            configuration.
        ends_at: When the value ends, in Unix milliseconds; None if `ttl` from now.
    """

    ttl: float | None
    max_age: int
    storage_class: str
    ttl_if_new: float | None = None
    tags: tuple[str, ...] | None = None
    tagging: Tagging | None = None
    stale_if_error: int | None = None
    ends_at: int | None = None

    @classmethod
    def check(  # noqa: PLR0913 - what callers may say, and what else counts
        cls,
        ttl: Seconds | None,
        edge_ttl: Seconds | None,
        storage_class: str | None,
        *,
        default_edge_ttl: int,
        default_storage_class: str,
        ttl_if_new: Seconds | None = None,
        tags: Iterable[str] | None = None,
    ) -> PutOptions:
        """Check what a caller gave, and fill in what the service is configured with.

        Raises:
            ConfigurationError: A value is not what the specification allows.
        """
        lifetime = None if ttl is None else lifetime_in_seconds("ttl", ttl)
        max_age = default_edge_ttl if edge_ttl is None else _whole_seconds("edge_ttl", edge_ttl)
        if lifetime is not None:
            max_age = min(max_age, math.floor(lifetime))
        if storage_class is not None and storage_class not in STORAGE_CLASSES:
            raise ConfigurationError(
                f"storage_class is one of {', '.join(STORAGE_CLASSES)}, not {storage_class!r}"
            )
        if ttl_if_new is not None and ttl is not None:
            raise ConfigurationError("ttl and ttl_if_new exclude each other: give one")
        first = None if ttl_if_new is None else _seconds("ttl_if_new", ttl_if_new, 1, MAX_TTL)
        its_class = storage_class or default_storage_class
        return cls(lifetime, max_age, its_class, first, None if tags is None else check_tags(tags))

    def expires_at(self, now: float) -> int | None:
        """Return when a value put now ends, in Unix milliseconds (PUT-3).

        Args:
            now: Unix time in seconds.
        """
        if self.ttl is None or self.ends_at is not None:
            return self.ends_at
        return math.ceil((now + self.ttl) * 1000)

    def after(self, expires_at: int | None, now: float) -> tuple[int | None, PutOptions]:
        """Return the end of a value that replaces another, and the options of its put (UPD-3, UPD-6).

        Args:
            expires_at: The end of the other, in Unix milliseconds; None without one.
            now: Unix time in seconds.
        """
        if self.ttl is None and expires_at is not None:
            return expires_at, self._living(expires_at / 1000 - now)
        options = self if self.ttl is not None or self.ttl_if_new is None else self._living(self.ttl_if_new)
        return options.expires_at(now), options

    def touching(self, max_age: int, storage_class: str) -> PutOptions:
        """Return the options of a put that changes how long a value lives, and no other of its options (TOUCH-1)."""
        if self.ttl is not None:
            max_age = max(1, min(max_age, math.floor(self.ttl)))
        return self._replace(max_age=max_age, storage_class=storage_class)

    def _living(self, seconds: float) -> PutOptions:
        """Return the options of a value that has so long to live, which no edge keeps longer (OBJ-3)."""
        return self._replace(ttl=seconds, max_age=max(1, min(self.max_age, math.floor(seconds))))

    def cache_control(self, stale_if_error: int) -> str:
        """Return the header that says how long copies may be served (OBJ-3).

        Args:
            stale_if_error: What is configured of that.
        """
        stale = stale_if_error if self.stale_if_error is None else self.stale_if_error
        return f"max-age={self.max_age}, stale-if-error={stale}"

    @property
    def ttl_days(self) -> int | None:
        """The value of the tag that the bucket's lifecycle rules go by (OBJ-6)."""
        if self.ttl is None:
            return None
        return next((days for days in TTL_DAYS if self.ttl <= days * 86_400), None)


def check_tags(tags: Iterable[str], at_most: int | None = MAX_TAGS) -> tuple[str, ...]:
    """Return tags in their order, each once (CTAG-11).

    Raises:
        ConfigurationError: They are no list of texts, or too many.
    """
    if not isinstance(tags, (list, tuple, set, frozenset)) or not all(type(tag) is str for tag in tags):
        raise ConfigurationError(f"tags are a list of strings, not {tags!r}")
    once = tuple(dict.fromkeys(sorted(tags) if isinstance(tags, (set, frozenset)) else tags))
    if at_most is not None and len(once) > at_most:
        raise ConfigurationError(f"a value has at most {at_most} tags, not {len(once)}")
    return once


def lifetime_in_seconds(what: str, value: Seconds) -> float:
    """Return how many seconds a value lives (PUT-3).

    Args:
        what: What the caller calls that, for the message.
        value: What they gave.

    Raises:
        ConfigurationError: It is less than a second, or nothing that can be meant.
    """
    return _seconds(what, value, 1, MAX_TTL)


def _seconds(what: str, value: Seconds, least: float, most: float) -> float:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if type(seconds) not in (int, float) or not least <= seconds <= most:
        raise ConfigurationError(f"{what} is a timedelta or seconds from {least} to {most}, not {value!r}")
    return seconds


def _whole_seconds(what: str, value: Seconds) -> int:
    seconds = _seconds(what, value, 1, MAX_EDGE_TTL)
    if seconds != int(seconds):
        raise ConfigurationError(f"{what} is a whole number of seconds, not {value!r}")
    return int(seconds)
