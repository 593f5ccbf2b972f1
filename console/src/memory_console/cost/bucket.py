"""Measure what a bucket holds, by listing it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

_PAGE = 1000


class EmptyBucketError(ValueError):
    """There is nothing to measure under the prefix."""


@dataclass
class Measured:
    """What lies in a bucket.

    Attributes:
        names: objects found.
        total_bytes: their sizes together.
        classes: how many objects each storage class has.
        visibility: how many lie under public/ and private/.
    """

    names: int = 0
    total_bytes: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    visibility: Counter[str] = field(default_factory=Counter)

    @property
    def value_bytes(self) -> float:
        """The mean size."""
        return self.total_bytes / self.names

    @property
    def storage_class(self) -> str:
        """The class that most objects have."""
        return self.classes.most_common(1)[0][0]

    @property
    def private(self) -> bool:
        """Whether most objects are private."""
        return self.visibility["private"] > self.visibility["public"]

    @property
    def requests(self) -> int:
        """LIST requests that the measuring took; S3 bills them like PUTs."""
        return max(1, -(-self.names // _PAGE))


def measure(
    s3: S3Client, bucket: str, service: str = "", progress: Callable[[int], object] | None = None
) -> Measured:
    """List the bucket's values, page by page, and add them up.

    Args:
        s3: a boto3 client; it follows AWS_ENDPOINT_URL and AWS_PROFILE.
        bucket: its name.
        service: only this service's values; empty for all.
        progress: told how many objects have been seen, after each page.

    Raises:
        EmptyBucketError: nothing lies there.
        botocore.exceptions.ClientError: S3 refuses the listing.
    """
    found = Measured()
    for visibility in ("public", "private"):
        prefix = f"{visibility}/{service}/" if service else f"{visibility}/"
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                found.names += 1
                found.total_bytes += entry["Size"]
                found.classes[entry.get("StorageClass", "STANDARD")] += 1
                found.visibility[visibility] += 1
            if progress:
                progress(found.names)
    if not found.names:
        where = f"service {service!r} in bucket {bucket!r}" if service else f"bucket {bucket!r}"
        raise EmptyBucketError(f"{where} holds no values under public/ or private/: nothing to measure")
    return found
