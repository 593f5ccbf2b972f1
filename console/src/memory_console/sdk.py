"""What the console takes from inside the SDK, in one place.

Names, documents, puts and removals are the SDK's own, by its `Admin`: a `MemoryService` wants a distribution and a
signing key, and whoever looks after a bucket has neither at hand.
"""

# ruff: noqa: PLC0414 - the aliases say that what is imported here is for the others

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import memory
from memory._admin import Admin as Admin
from memory._aws import READ as READ
from memory._aws import Aws as Aws
from memory._aws import Outcome as Outcome
from memory._bucket import Bucket as Bucket
from memory._changes import Record as Record
from memory._changes import record_key as record_key
from memory._compression import decompress as decompress
from memory._credentials import Credentials as Credentials
from memory._dates import unix_time as unix_time
from memory._endpoints import Endpoint as Endpoint
from memory._envelope import Envelope as Envelope
from memory._envelope import decode as decode
from memory._envelope import encode as encode
from memory._exchange import ERROR_BYTES as ERROR_BYTES
from memory._exchange import Response as Response
from memory._names import check_service_name as check_service_name
from memory._names import escape as escape
from memory._names import key_prefix as key_prefix
from memory._names import name_of as name_of
from memory._names import object_key as object_key
from memory._names import tag_record_key as tag_record_key
from memory._names import tag_record_name as tag_record_name
from memory._options import MAX_TTL as MAX_TTL
from memory._options import STORAGE_CLASSES as STORAGE_CLASSES
from memory._options import TTL_DAYS as TTL_DAYS
from memory._options import Condition as Condition
from memory._options import PutOptions as PutOptions
from memory._refusals import BUSY as BUSY
from memory._refusals import DENIED as DENIED
from memory._refusals import MISDIRECTED as MISDIRECTED
from memory._refusals import error_code as error_code
from memory._secrets import KeySource as KeySource
from memory._signing import SigningKey as SigningKey
from memory._value_reader import read_tagged as read_tagged
from memory._value_writer import write_value as write_value
from memory._values import TYPE_NAMES as TYPE_NAMES
from memory._wire import WIRE as WIRE
from memory._wire import Wire as Wire

if TYPE_CHECKING:
    from collections.abc import Mapping


def max_value_bytes(environment: Mapping[str, str] = os.environ) -> int:
    """Return the largest document that SDKs of this environment write and read, in bytes of JSON (OBJ-4).

    Raises:
        memory.ConfigurationError: `MEMORY_MAX_VALUE_BYTES` is no such number.
    """
    given = {key: environment[key] for key in ("MEMORY_MAX_VALUE_BYTES",) if key in environment}
    nowhere = {"DISTRIBUTION": "any.cloudfront.net", "BUCKET_NAME": "any", "VISIBILITY": "public"}
    return memory.Config.resolve(nowhere, given).max_value_bytes


MAX_VALUE_BYTES = max_value_bytes({})  # of readers that say nothing of it
