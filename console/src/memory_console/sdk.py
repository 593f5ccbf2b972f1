"""What the console takes from inside the SDK, in one place.

Names, documents and their stored form are the SDK's own, so that what the console writes is what an SDK writes. The
SDK's `MemoryService` itself wants a distribution and a signing key; whoever looks after a bucket has neither at hand.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import memory
from memory._compression import compress, decompress
from memory._envelope import MAX_TAGS, Envelope, decode, encode, new_write_id
from memory._names import (
    check_service_name,
    escape,
    key_prefix,
    name_of,
    object_key,
    tag_record_key,
    tag_record_name,
)
from memory._options import STORAGE_CLASSES, PutOptions
from memory._secrets import KeySource
from memory._signing import SigningKey
from memory._touched import renewed
from memory._value_reader import read_tagged
from memory._value_writer import write_value
from memory._values import TYPE_NAMES
from memory._wire import WIRE

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "MAX_TAGS",
    "MAX_VALUE_BYTES",
    "STORAGE_CLASSES",
    "TYPE_NAMES",
    "WIRE",
    "Envelope",
    "KeySource",
    "PutOptions",
    "SigningKey",
    "check_service_name",
    "compress",
    "decode",
    "decompress",
    "encode",
    "escape",
    "key_prefix",
    "max_value_bytes",
    "name_of",
    "new_write_id",
    "object_key",
    "read_tagged",
    "renewed",
    "tag_record_key",
    "tag_record_name",
    "write_value",
]


def max_value_bytes(environment: Mapping[str, str] = os.environ) -> int:
    """Return the largest document that SDKs of this environment write and read, in bytes of JSON (OBJ-4).

    Raises:
        memory.ConfigurationError: `MEMORY_MAX_VALUE_BYTES` is no such number.
    """
    given = {key: environment[key] for key in ("MEMORY_MAX_VALUE_BYTES",) if key in environment}
    nowhere = {"DISTRIBUTION": "any.cloudfront.net", "BUCKET_NAME": "any", "VISIBILITY": "public"}
    return memory.Config.resolve(nowhere, given).max_value_bytes


MAX_VALUE_BYTES = max_value_bytes({})  # of readers that say nothing of it
