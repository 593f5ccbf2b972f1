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
    CorruptValueError,
    InvalidNameError,
    MemoryServiceError,
    UnavailableError,
    UnsupportedTypeError,
    ValueTooLargeError,
)
from memory._service import MemoryService
from memory._version import __version__

__all__ = [
    "AccessDeniedError",
    "BatchError",
    "Config",
    "ConfigurationError",
    "CorruptValueError",
    "Entry",
    "InvalidNameError",
    "MemoryService",
    "MemoryServiceError",
    "UnavailableError",
    "UnsupportedTypeError",
    "ValueTooLargeError",
    "__version__",
]
