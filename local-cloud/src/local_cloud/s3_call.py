"""What a request to the engine is, as far as S3 is concerned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCOPE = re.compile(r"Credential=[^/,]+/\d{8}/[^/,]+/(?P<service>[^/,]+)/aws4_request")
_NO_SUBRESOURCE = re.compile(r"x-id|X-Amz-.*|versionId|AWSAccessKeyId|Signature|Expires", re.IGNORECASE)


@dataclass(frozen=True)
class S3Call:
    """A request to S3 in the path style, which SDKs use at an address without a name.

    Attributes:
        method: The HTTP method.
        bucket: The bucket's name; empty for requests about all buckets.
        key: The object's key; empty for requests about a bucket.
        parameters: The names of the query's parameters.
    """

    method: str
    bucket: str
    key: str
    parameters: frozenset[str]

    @classmethod
    def parse(cls, method: str, target: str, headers: Mapping[str, str]) -> S3Call | None:
        """Return the call to S3 that a request is, or None if it is for another service.

        A signature names its service; of the requests without one, only those of browsers are S3's here.

        Args:
            method: The HTTP method.
            target: The path and query as they were sent.
            headers: The request's headers, whose names are found in any case.
        """
        path, _, query = target.partition("?")
        given = parse_qs(query, keep_blank_values=True)
        signed = headers.get("Authorization") or "".join(
            f"Credential={value}" for value in given.get("X-Amz-Credential", [])
        )
        scope = _SCOPE.search(signed)
        if path.startswith("/_") or (signed and not (scope and scope["service"] == "s3")):
            return None
        bucket, _, key = path[1:].partition("/")
        return cls(method, unquote(bucket), unquote(key), frozenset(given))

    @property
    def is_about_an_object(self) -> bool:
        """Whether it is about an object as a whole, not about its tags or a part of an upload."""
        return bool(self.key) and all(_NO_SUBRESOURCE.fullmatch(name) for name in self.parameters)

    @property
    def writes(self) -> bool:
        """Whether there is another version of the object if it succeeds."""
        completes = self.method == "POST" and "uploadId" in self.parameters
        return completes or (self.method == "PUT" and self.is_about_an_object)

    @property
    def reads(self) -> bool:
        """Whether it asks for an object, or for its headers."""
        return self.method in {"GET", "HEAD"} and self.is_about_an_object
