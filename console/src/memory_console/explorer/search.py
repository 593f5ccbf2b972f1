"""Searching names with nothing but S3's listing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory_console.listing import Listed, names, names_prefix

if TYPE_CHECKING:
    from memory_console.bucket import Bucket
    from memory_console.stored import Address

SCAN_PAGES = 10  # of 1,000 keys: some seconds, and 5 cents for 10,000 such searches
MAX_FOUND = 200


@dataclass(frozen=True)
class Found:
    """What a search has found so far.

    Attributes:
        values: The names.
        looked_at: How many names were looked at.
        after: Key behind which the search can go on; None at the end.
    """

    values: list[Listed]
    looked_at: int
    after: str | None


def containing(bucket: Bucket, under: Address, text: str, after: str | None) -> Found:
    """Return the names that contain a text, whatever its case.

    S3 can only list, so this looks at every name, a bounded number at a time.

    Args:
        bucket: The bucket.
        under: Service, and what the names begin with.
        text: What they contain behind that.
        after: Key behind which the search goes on.

    Raises:
        memory.MemoryServiceError: S3 refused or did not answer.
    """
    prefix, wanted = names_prefix(under.visibility, under.service, under.name), text.casefold()
    values: list[Listed] = []
    looked_at, token = 0, None
    for _ in range(SCAN_PAGES):
        page = bucket.page(prefix, token=token, after=after)
        for listed in names(page).values:
            looked_at += 1
            if wanted in listed.address.name[len(under.name) :].casefold():
                values.append(listed)
                if len(values) == MAX_FOUND:
                    return Found(values, looked_at, listed.object.key)
        token = page.token
        if token is None:
            return Found(values, looked_at, None)
        after = page.objects[-1].key if page.objects else after
    return Found(values, looked_at, after)
