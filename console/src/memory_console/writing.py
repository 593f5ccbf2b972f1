"""Puts that take place only if nobody was quicker (specification, section 8.1).

They are made here and not by the SDK's `MemoryService`, which wants a distribution and a signing key, knows no
profiles, and cannot say that a value ends when the one before it did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import memory

from memory_console.bucket import STALE_IF_ERROR
from memory_console.sdk import Envelope, encode, new_write_id, renewed
from memory_console.stored import options_until, read_value
from memory_console.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memory_console.bucket import Bucket
    from memory_console.sdk import PutOptions
    from memory_console.stored import Address, StoredValue

MAX_PREVIOUS = 100  # COND-5
_ATTEMPTS = 100  # UPD-2


@dataclass(frozen=True)
class Draft:
    """A value to store.

    Attributes:
        address: Where.
        value: The value.
        expires_at: When it ends, in Unix milliseconds; None for never.
        options: Edge TTL, storage class and the tag of its ttl.
        tags: The generations of its tags, from before it was made; None for those of the value that it replaces.
    """

    address: Address
    value: Any
    expires_at: int | None
    options: PutOptions
    tags: Mapping[str, str] | None = field(default_factory=dict)


def put(bucket: Bucket, draft: Draft) -> str:
    """Store a value whatever was there, and return its version.

    Raises:
        memory.MemoryServiceError: It could not be stored.
    """
    document = encode(draft.value, draft.expires_at, tags=draft.tags)
    return bucket.write(draft.address.key, document, draft.options)


def put_if_absent(bucket: Bucket, draft: Draft, now: float) -> str:
    """Store a value if there is none; one that has expired or was invalidated counts as none (COND-1, CTAG-5).

    Raises:
        memory.ConflictError: There is one.
        memory.MemoryServiceError: It could not be stored.
    """
    write = new_write_id()
    try:
        document = encode(draft.value, draft.expires_at, write=write, tags=draft.tags)
        return bucket.write(draft.address.key, document, draft.options, if_absent=True)
    except memory.ConflictError:
        held = read_value(bucket, draft.address)
        if held is None:
            raise
        if _is_ours(held, write):
            return held.stored.version
        if Tags(bucket).is_present(held.address, held.envelope, now):
            raise
        return _replace(bucket, draft, held)


def put_if_version(bucket: Bucket, draft: Draft, version: str) -> str:
    """Store a value if the one that is there has this version (COND-2).

    Raises:
        memory.ConflictError: It has another, or is not there.
        memory.MemoryServiceError: It could not be stored.
    """
    held = read_value(bucket, draft.address)
    if held is None or held.stored.version != version:
        raise memory.ConflictError(f"{draft.address.key}: somebody else has changed or removed it meanwhile")
    return _replace(bucket, draft, held)


def touch(bucket: Bucket, address: Address, expires_at: int | None, now: float) -> str | None:
    """Change when a value ends and nothing else, and return its new version; None if there is no value (TOUCH-1).

    Args:
        bucket: Where it is.
        address: The value's.
        expires_at: Unix milliseconds; None for never.
        now: Unix seconds.

    Raises:
        memory.ConflictError: Somebody else was quicker each time.
        memory.MemoryServiceError: It could not be read or stored.
    """
    for _ in range(_ATTEMPTS):
        held = read_value(bucket, address)
        if held is None or not Tags(bucket).is_present(address, held.envelope, now):
            return None
        write = new_write_id()
        document = renewed(held.stored.document, expires_at, write=write, previous=_lineage(held.envelope))
        options = options_until(expires_at, held.edge_ttl, held.stored.storage_class, now)
        grace = STALE_IF_ERROR if held.stale_if_error is None else held.stale_if_error
        version = _put_on(bucket, held, document, options, write, grace)
        if version is not None:
            return version
    raise memory.ConflictError(f"{address.key}: others were quicker in each of {_ATTEMPTS} attempts")


def _replace(bucket: Bucket, draft: Draft, held: StoredValue) -> str:
    write = new_write_id()
    previous = _lineage(held.envelope)
    generations = _kept(held, Tags(bucket)) if draft.tags is None else draft.tags
    document = encode(draft.value, draft.expires_at, write=write, previous=previous, tags=generations)
    version = _put_on(bucket, held, document, draft.options, write)
    if version is None:
        raise memory.ConflictError(f"{held.address.key}: somebody else has changed or removed it meanwhile")
    return version


def _put_on(  # noqa: PLR0913, PLR0917 - what is put, and where
    bucket: Bucket,
    held: StoredValue,
    document: bytes,
    options: PutOptions,
    write: str,
    grace: int = STALE_IF_ERROR,
) -> str | None:
    """Store a document in the place of a value, and return its version; None if another is there by now."""
    try:
        return bucket.write(
            held.address.key, document, options, if_version=held.stored.version, stale_if_error=grace
        )
    except memory.ConflictError:
        # The answer to the first of two attempts may have been lost: then our own write is in the way (COND-4).
        now_held = read_value(bucket, held.address)
        if now_held is not None and _is_ours(now_held, write):
            return now_held.stored.version if now_held.envelope.write == write else write
        return None


def _kept(held: StoredValue, tags: Tags) -> Mapping[str, str]:
    """Return the generations of the tags of a value for what replaces it: its own, unless it is not valid (CTAG-12)."""
    own = held.envelope.tags or {}
    return tags.take(held.address, own) if tags.differing(held.address, held.envelope) else own


def _lineage(envelope: Envelope) -> tuple[str, ...]:
    """Return the ids of the puts that a value is made from which replaces this one (COND-5)."""
    own = () if envelope.write is None else (envelope.write,)
    return (*own, *envelope.previous)[:MAX_PREVIOUS]


def _is_ours(held: StoredValue, write: str) -> bool:
    return write == held.envelope.write or write in held.envelope.previous
