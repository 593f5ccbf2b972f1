"""Memory Service: typed values in S3, read through CloudFront.

import memory

mem = memory.MemoryService({"DISTRIBUTION": …, "BUCKET_NAME": …, "REGION": …}, "my-service")
mem.put("answer", 42)
mem.get("answer")
"""

from memory._version import __version__

# What type checkers take for typing's: loading that would take half as long as all the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memory._cached import CachedFunction
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
    from memory._observer import Observation
    from memory._service import MemoryService
    from memory._stats import Stats
    from memory._write_grant import WriteGrant

__all__ = [
    "AccessDeniedError",
    "BatchError",
    "CachedFunction",
    "Config",
    "ConfigurationError",
    "ConflictError",
    "CorruptValueError",
    "Entry",
    "Grant",
    "InvalidNameError",
    "MemoryService",
    "MemoryServiceError",
    "Observation",
    "Stats",
    "UnavailableError",
    "UnsupportedTypeError",
    "ValueTooLargeError",
    "WriteGrant",
    "__version__",
]

if not TYPE_CHECKING:
    _HOMES = {
        "CachedFunction": "_cached",
        "Config": "_config",
        "Entry": "_entry",
        "Grant": "_grant",
        "MemoryService": "_service",
        "Observation": "_observer",
        "Stats": "_stats",
        "WriteGrant": "_write_grant",
    }

    def __getattr__(name):  # noqa: ANN001, ANN202 - type checkers know the names from above
        """Load what is asked for, once (PEP 562): a program that only imports this starts no later."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        attribute = getattr(import_module(f"memory.{_HOMES.get(name, '_errors')}"), name)
        globals()[name] = attribute
        return attribute

    def __dir__():  # noqa: ANN202
        return sorted({*globals(), *__all__})
