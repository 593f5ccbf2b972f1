"""Memory Service: typed values in S3, read through CloudFront.

import memory

mem = memory.MemoryService({"DISTRIBUTION": …, "BUCKET_NAME": …, "REGION": …}, "my-service")
mem.put("answer", 42)
mem.get("answer")
"""

from memory._config import Config
from memory._entry import Entry
from memory._errors import (
    AccessDeniedError,
    BatchError,
    ConfigurationError,
    ConflictError,
    CorruptValueError,
    InvalidNameError,
    MemoryServiceError,
    UnavailableError,
    UnsupportedTypeError,
    ValueTooLargeError,
)
from memory._grant import Grant
from memory._service import MemoryService
from memory._stats import Stats
from memory._version import __version__

__all__ = [
    "AccessDeniedError",
    "BatchError",
    "Config",
    "ConfigurationError",
    "ConflictError",
    "CorruptValueError",
    "Entry",
    "Grant",
    "InvalidNameError",
    "MemoryService",
    "MemoryServiceError",
    "Stats",
    "UnavailableError",
    "UnsupportedTypeError",
    "ValueTooLargeError",
    "__version__",
]
