"""Invalidations: which copies they remove, and reading them from CloudFront's API.

(CloudFront Developer Guide, page invalidation-specifying-objects. Tags, which are written as `#tag`, are not
modelled.)
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterable

_log = logging.getLogger(__name__)

MAX_PATH = 4_000  # characters
_UNSAFE = re.compile(r"[^!-}]|[\"<>\\^`{|]")  # what is to be percent-encoded; `~` has a rule of its own


@dataclass(frozen=True)
class Invalidation:
    """One invalidation of a distribution.

    Attributes:
        distribution_id: For example `E2QWRUHAPOMQZL`.
        paths: What it names, as it was given.
    """

    distribution_id: str
    paths: tuple[str, ...]

    def covers(self, distribution_id: str, path: str) -> bool:
        """Return whether it removes the copies of a URL's path, given without the query."""
        return self.distribution_id == distribution_id and any(_covers(one, path) for one in self.paths)


def doubt(path: str) -> str | None:
    """Return why CloudFront would refuse the path or not do what may be meant; None if it is fine."""
    if path.startswith("#"):
        return "tags are not modelled here"
    if not path.startswith("/"):
        return "it does not start with /"
    if len(path) > MAX_PATH:
        return f"it is longer than {MAX_PATH} characters"
    if "*" in path[:-1]:
        return "a * is a wildcard at the very end only"
    if "?" in path:
        return "copies are found by the part before the ? alone"
    if "~" in path or "%7e" in path.lower():
        return "CloudFront invalidates no path with ~"
    if _UNSAFE.search(path):
        return "characters that are unsafe in a URL must be percent-encoded"
    return None


class InvalidationReader:
    """Reads each invalidation once; it is for one thread at a time."""

    def __init__(self, cloudfront: Any) -> None:
        """Take a boto3 client for the engine's `cloudfront`."""
        self._cloudfront = cloudfront
        self._seen: set[tuple[str, str]] = set()

    def read(self, distribution_ids: Iterable[str]) -> list[Invalidation]:
        """Return what has been invalidated since the last call; it takes some 5 ms for each distribution.

        Paths of which CloudFront would think otherwise than the engine are logged as warnings.

        Raises:
            ClientError: The engine refused a call.
        """
        return [found for one in distribution_ids for found in self._read_one(one)]

    def _read_one(self, distribution_id: str) -> list[Invalidation]:
        found = []
        try:
            pages = self._cloudfront.get_paginator("list_invalidations").paginate(
                DistributionId=distribution_id
            )
            ids = [item["Id"] for page in pages for item in page["InvalidationList"].get("Items", [])]
            for new in ids:
                if (distribution_id, new) in self._seen:
                    continue
                answer = self._cloudfront.get_invalidation(DistributionId=distribution_id, Id=new)
                paths = answer["Invalidation"]["InvalidationBatch"]["Paths"].get("Items", [])
                self._seen.add((distribution_id, new))
                found.append(Invalidation(distribution_id, tuple(paths)))
                for path in paths:
                    if reason := doubt(path):
                        _log.warning("Invalidation %s names %r: %s.", new, path, reason)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchDistribution":  # it was deleted meanwhile
                raise
        return found


def _covers(pattern: str, path: str) -> bool:
    # A path that CloudFront would have refused removes nothing.
    if pattern.endswith("*"):
        return path.startswith(pattern[:-1]) and pattern.startswith("/")
    return path == pattern
