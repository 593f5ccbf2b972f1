"""A point of presence: one of CloudFront's places, with a cache of its own in front of the origin."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from local_cloud.edge.cache import Cache, CachedCopy, CacheKey
from local_cloud.edge.ttl import error_lifetime, stale_if_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_cloud.edge.distributions import Behaviour, Distribution
    from local_cloud.edge.origin import OriginAnswer, S3Origin

CacheResult = Literal["Hit", "Miss", "RefreshHit", "Error"]


@dataclass(frozen=True)
class Delivery:
    """What a viewer gets.

    Attributes:
        copy: the answer, which may also be an error.
        result: how it came about, as the `X-Cache` header says it.
        age: the `Age` header's value; None if the answer has just come from the origin.
    """

    copy: CachedCopy
    result: CacheResult
    age: int | None


class PointOfPresence:
    """Delivers objects from its cache, which it fills and renews from the origin."""

    def __init__(self, origin: S3Origin, clock: Callable[[], float]) -> None:
        """Take the origin, and the clock that says how old copies are, in Unix seconds."""
        self._origin = origin
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

    def _from_cache(self, key: CacheKey) -> Delivery | None:
        copy, now = self._cache.get(key), self._clock()
        if copy is None or not copy.is_servable(now):
            return None
        return Delivery(copy, "Hit" if _is_object(copy) else "Error", copy.age(now))

    async def _fetch(self, distribution: Distribution, behaviour: Behaviour, key: CacheKey) -> Delivery:
        held = self._cache.get(key)
        if held and not _is_object(held):
            held = None
        answer = await self._origin.get(behaviour.bucket, key.path, _validators(held))
        now = self._clock()
        if held and answer.status == HTTPStatus.NOT_MODIFIED:
            return Delivery(self._renewed(key, held, answer, behaviour, now), "RefreshHit", None)
        if answer.status < HTTPStatus.BAD_REQUEST:
            lifetime = behaviour.limits.lifetime(answer.headers)
            return Delivery(self._kept(key, answer, lifetime, now), "Miss", None)
        minimum = distribution.error_ttl(answer.status)
        if held and answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and _may_stand_in(held, behaviour, now):
            self._cache.put(key, replace(held, retry_at=now + minimum))
            return Delivery(held, "Hit", held.age(now))
        lifetime = error_lifetime(answer.status, answer.headers, minimum) or None
        return Delivery(self._kept(key, answer, lifetime, now), "Error", None)

    def _renewed(
        self, key: CacheKey, held: CachedCopy, answer: OriginAnswer, behaviour: Behaviour, now: float
    ) -> CachedCopy:
        headers = {**held.headers, **answer.headers}
        merged = replace(answer, status=held.status, headers=headers, body=held.body)
        return self._kept(key, merged, behaviour.limits.lifetime(headers), now)

    def _kept(self, key: CacheKey, answer: OriginAnswer, lifetime: float | None, now: float) -> CachedCopy:
        """Return the answer as a copy, which is kept for this many seconds, or not at all if None."""
        headers = {**answer.headers, "date": formatdate(now, usegmt=True)}
        copy = CachedCopy(answer.status, headers, answer.body, now, now + (lifetime or 0.0))
        if lifetime is None:
            self._cache.remove(key)
        else:
            self._cache.put(key, copy)
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
