"""A point of presence: one of CloudFront's places, with a cache of its own in front of what it asks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from local_cloud.edge.cache import Cache, CachedCopy, CacheKey
from local_cloud.edge.ttl import error_lifetime, stale_if_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from local_cloud.edge.distributions import Behaviour, Distribution
    from local_cloud.edge.origin import OriginAnswer

    # Asks for a path of a behaviour's objects, with validators or without.
    Upstream = Callable[[Distribution, Behaviour, str, Mapping[str, str]], Awaitable[OriginAnswer]]

CacheResult = Literal["Hit", "Miss", "RefreshHit", "Error"]


@dataclass(frozen=True)
class Delivery:
    """What a viewer gets.

    Attributes:
        copy: the answer, which may also be an error.
        result: how it came about, as the `X-Cache` header says it.
        age: the `Age` header's value; None if the answer has just come from the origin itself.
    """

    copy: CachedCopy
    result: CacheResult
    age: int | None


class PointOfPresence:
    """Delivers objects from its cache, which it fills and renews from the origin."""

    def __init__(self, upstream: Upstream, clock: Callable[[], float]) -> None:
        """Take what asks the origin, and the clock that says how old copies are, in Unix seconds."""
        self._upstream = upstream
        self._clock = clock
        self._cache = Cache()
        self._fetches: dict[CacheKey, asyncio.Task[Delivery]] = {}

    async def deliver(self, distribution: Distribution, behaviour: Behaviour, path: str) -> Delivery:
        """Return what the path's viewer gets; viewers that come while it is fetched wait for that fetch."""
        key = CacheKey(distribution.id, path)
        delivery = self._from_cache(key)
        if delivery:
            return delivery
        if key in self._fetches:
            await asyncio.wait({self._fetches[key]})
            # What may not be kept is not shared either: then each viewer's request goes to the origin.
            return self._from_cache(key) or await self._fetch(distribution, behaviour, key)
        fetch = asyncio.create_task(self._fetch(distribution, behaviour, key))
        self._fetches[key] = fetch
        fetch.add_done_callback(lambda _: self._fetches.pop(key))
        return await asyncio.shield(fetch)  # others wait for it even if this viewer hangs up

    def forget(self, concerned: Callable[[str, str], bool]) -> None:
        """Drop copies, and keep nothing of what is being fetched just now: it may be older than this call.

        Args:
            concerned: says whether to drop a copy, by its distribution's id and its path.
        """
        self._cache = self._cache.without(concerned)  # fetches under way still fill the one before

    def _from_cache(self, key: CacheKey) -> Delivery | None:
        copy, now = self._cache.get(key), self._clock()
        if copy is None or not copy.is_servable(now):
            return None
        return Delivery(copy, "Hit" if _is_object(copy) else "Error", copy.age(now))

    async def _fetch(self, distribution: Distribution, behaviour: Behaviour, key: CacheKey) -> Delivery:
        cache = self._cache
        held = cache.get(key)
        if held and not _is_object(held):
            held = None
        answer = await self._upstream(distribution, behaviour, key.path, _validators(held))
        now = self._clock()
        age = int(answer.headers["age"]) if "age" in answer.headers else None
        if held and answer.status == HTTPStatus.NOT_MODIFIED:
            headers = {**held.headers, **answer.headers}
            answer = replace(answer, status=held.status, headers=headers, body=held.body)
            copy = _kept(cache, key, answer, behaviour.limits.lifetime(headers), now)
            return Delivery(copy, "RefreshHit" if age is None else "Hit", age)
        if answer.status < HTTPStatus.BAD_REQUEST:
            copy = _kept(cache, key, answer, behaviour.limits.lifetime(answer.headers), now)
            return Delivery(copy, "Miss" if age is None else "Hit", age)
        minimum = distribution.error_ttl(answer.status)
        if held and answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and _may_stand_in(held, behaviour, now):
            cache.put(key, replace(held, retry_at=now + minimum))
            return Delivery(held, "Hit", held.age(now))
        lifetime = error_lifetime(answer.status, answer.headers, minimum) or None
        return Delivery(_kept(cache, key, answer, lifetime, now), "Error", age)


def _kept(
    cache: Cache, key: CacheKey, answer: OriginAnswer, lifetime: float | None, now: float
) -> CachedCopy:
    """Return the answer as a copy, which is kept for this many seconds, or not at all if None."""
    headers = {**answer.headers, "date": formatdate(now, usegmt=True)}
    age = int(headers.pop("age", "0"))
    copy = CachedCopy(answer.status, headers, answer.body, now, now + (lifetime or 0.0), age_before=age)
    if lifetime is None:
        cache.remove(key)
    else:
        cache.put(key, copy)
    return copy


def _is_object(copy: CachedCopy) -> bool:
    return copy.status < HTTPStatus.BAD_REQUEST


def _validators(held: CachedCopy | None) -> Mapping[str, str]:
    if held and "etag" in held.headers:
        return {"If-None-Match": held.headers["etag"]}
    if held and "last-modified" in held.headers:
        return {"If-Modified-Since": held.headers["last-modified"]}
    return {}


def _may_stand_in(held: CachedCopy, behaviour: Behaviour, now: float) -> bool:
    """Return whether an expired copy is served instead of the origin's 5xx (same page as the TTLs)."""
    allowed = stale_if_error(held.headers)
    if allowed is None:
        return True
    return now < held.fresh_until + min(allowed, behaviour.limits.maximum)
