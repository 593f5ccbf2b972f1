"""What the console takes from inside the SDK, in one place.

Names, documents and their stored form are the SDK's own, so that what the console writes is what an SDK writes. The
SDK's `MemoryService` itself wants a distribution and a signing key; whoever looks after a bucket has neither at hand.
"""

from memory._compression import compress, decompress
from memory._envelope import Envelope, decode, encode, new_write_id
from memory._names import check_service_name, escape, key_prefix, name_of, object_key
from memory._options import STORAGE_CLASSES, PutOptions
from memory._secrets import KeySource
from memory._signing import SigningKey
from memory._value_reader import read_tagged
from memory._value_writer import write_value
from memory._values import TYPE_NAMES
from memory._wire import WIRE

__all__ = [
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
    "name_of",
    "new_write_id",
    "object_key",
    "read_tagged",
    "write_value",
]
