"""CloudFront's second tier: a regional cache, which points of presence ask instead of S3.

(CloudFront Developer Guide, page HowCloudFrontWorks, "regional edge caches".) AWS does not say how the two
tiers count lifetimes together. Here each keeps a copy for its whole lifetime, which is the worst case: ages
add up, and a reader may see what is twice as old as with one tier.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from local_cloud.edge.conditions import unchanged
from local_cloud.edge.origin import OriginAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_cloud.edge.distributions import Behaviour, Distribution
    from local_cloud.edge.presence import PointOfPresence


class RegionalCache:
    """Answers points of presence from a cache that is itself one in front of S3."""

    def __init__(self, presence: PointOfPresence) -> None:
        """Take the cache, which no viewer asks."""
        self._presence = presence

    async def get(
        self, distribution: Distribution, behaviour: Behaviour, path: str, validators: Mapping[str, str]
    ) -> OriginAnswer:
        """Return what S3 would, or a copy of it with its `age`, or 304 if it is what the validators describe."""
        delivery = await self._presence.deliver(distribution, behaviour, path)
        copy = delivery.copy
        headers = dict(copy.headers)
        if delivery.age is not None:
            headers["age"] = str(delivery.age)
        if copy.status == HTTPStatus.OK and unchanged(validators, headers):
            return OriginAnswer(HTTPStatus.NOT_MODIFIED, headers, b"")
        return OriginAnswer(copy.status, headers, copy.body)
