"""Puts that take place only if nobody was quicker (specification, section 8.1).

They are made here and not by the SDK's `MemoryService`, which wants a distribution and a signing key, knows no
profiles, and cannot say that a value ends when the one before it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import memory

from memory_console.sdk import Envelope, encode, new_write_id
from memory_console.stored import read_value

if TYPE_CHECKING:
    from memory_console.bucket import Bucket
    from memory_console.sdk import PutOptions
    from memory_console.stored import Address, StoredValue

MAX_PREVIOUS = 100  # COND-5


@dataclass(frozen=True)
class Draft:
    """A value to store.

    Attributes:
        address: Where.
        value: The value.
        expires_at: When it ends, in Unix milliseconds; None for never.
        options: Edge TTL, storage class and the tag of its ttl.
    """

    address: Address
    value: Any
    expires_at: int | None
    options: PutOptions


def put(bucket: Bucket, draft: Draft) -> str:
    """Store a value whatever was there, and return its version.

    Raises:
        memory.MemoryServiceError: It could not be stored.
    """
    return bucket.write(draft.address.key, encode(draft.value, draft.expires_at), draft.options)


def put_if_absent(bucket: Bucket, draft: Draft, now: float) -> str:
    """Store a value if there is none; one that has expired counts as none (COND-1).

    Raises:
        memory.ConflictError: There is one.
        memory.MemoryServiceError: It could not be stored.
    """
    write = new_write_id()
    try:
        document = encode(draft.value, draft.expires_at, write=write)
        return bucket.write(draft.address.key, document, draft.options, if_absent=True)
    except memory.ConflictError:
        held = read_value(bucket, draft.address)
        if held is None:
            raise
        if _is_ours(held, write):
            return held.stored.version
        if not held.envelope.is_expired(now):
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


def _replace(bucket: Bucket, draft: Draft, held: StoredValue) -> str:
    write = new_write_id()
    document = encode(draft.value, draft.expires_at, write=write, previous=_lineage(held.envelope))
    try:
        return bucket.write(draft.address.key, document, draft.options, if_version=held.stored.version)
    except memory.ConflictError:
        # The answer to the first of two attempts may have been lost: then our own write is in the way (COND-4).
        now_held = read_value(bucket, draft.address)
        if now_held is not None and _is_ours(now_held, write):
            return now_held.stored.version if now_held.envelope.write == write else write
        raise


def _lineage(envelope: Envelope) -> tuple[str, ...]:
    """Return the ids of the puts that a value is made from which replaces this one (COND-5)."""
    own = () if envelope.write is None else (envelope.write,)
    return (*own, *envelope.previous)[:MAX_PREVIOUS]


def _is_ours(held: StoredValue, write: str) -> bool:
    return write == held.envelope.write or write in held.envelope.previous
