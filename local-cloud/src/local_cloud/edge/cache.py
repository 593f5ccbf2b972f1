"""The copies that one point of presence holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class CacheKey(NamedTuple):
    """What a copy is found by: the URL's path alone, so that all signed URLs of an object share one copy."""

    distribution_id: str
    path: str


@dataclass(frozen=True)
class CachedCopy:
    """An answer of the origin. Times are Unix seconds of the edge's clock.

    Attributes:
        status: the HTTP status.
        headers: those that reach the viewer, by lower-case name.
        body: the bytes as stored.
        fetched_at: when the origin sent it, or last confirmed it.
        fresh_until: until when it is served without asking the origin.
        retry_at: until when a stale copy is served because the origin failed.
        age_before: how old it was when it came, in seconds: for how long another cache had held it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: float
    fresh_until: float
    retry_at: float = float("-inf")
    age_before: int = 0

    def is_servable(self, now: float) -> bool:
        """Return whether it can be served at this time without asking the origin."""
        return self.fetched_at <= now < max(self.fresh_until, self.retry_at)

    def age(self, now: float) -> int:
        """Return for how many whole seconds caches have held it, as the `Age` header states it."""
        return self.age_before + max(0, int(now - self.fetched_at))


class Cache:
    """Copies by key; nothing is ever evicted, for what a local cloud holds fits into memory."""

    def __init__(self) -> None:
        self._copies: dict[CacheKey, CachedCopy] = {}

    def get(self, key: CacheKey) -> CachedCopy | None:
        """Return the copy, fresh or not."""
        return self._copies.get(key)

    def put(self, key: CacheKey, copy: CachedCopy) -> None:
        """Keep the copy instead of any earlier one."""
        self._copies[key] = copy

    def remove(self, key: CacheKey) -> None:
        """Forget the copy, if there is one."""
        self._copies.pop(key, None)

    def without(self, concerned: Callable[[str, str], bool]) -> Cache:
        """Return another cache with all copies but those that are concerned, by distribution id and path."""
        rest = Cache()
        rest._copies = {key: copy for key, copy in self._copies.items() if not concerned(*key)}
        return rest
