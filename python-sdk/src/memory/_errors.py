"""What can go wrong, by the same names and codes in every SDK.

    MemoryServiceError
    ├── ConfigurationError    (ValueError)       the configuration cannot work
    ├── InvalidNameError      (ValueError)       a name that cannot be stored under
    ├── UnsupportedTypeError  (TypeError)        a value that would not come back as it was
    ├── ValueTooLargeError    (ValueError)       a value above MAX_VALUE_BYTES
    ├── CorruptValueError     (ValueError)       what is stored is no envelope
    ├── AccessDeniedError     (PermissionError)  the edge or S3 said no
    ├── ConflictError         (RuntimeError)     the condition of a put does not hold
    ├── UnavailableError      (ConnectionError)  neither answered in time
    └── BatchError            (RuntimeError)     some names of a batch failed

Each also derives from the built-in in parentheses.
"""

from __future__ import annotations

from typing import Any


class MemoryServiceError(Exception):
    """Any error of Memory Service. `code` is the same in every language."""

    code = "memory_service"


class ConfigurationError(MemoryServiceError, ValueError):
    """The configuration is incomplete, contradictory or refers to something that is not there."""

    code = "configuration"


class InvalidNameError(MemoryServiceError, ValueError):
    """A service name or name that no value can be stored under (NAME-4)."""

    code = "invalid_name"


class UnsupportedTypeError(MemoryServiceError, TypeError):
    """A value that could not come back with its type (VAL-2).

    Attributes:
        path: Where the offender is, such as `$.orders[3].id` (VAL-3).
    """

    code = "unsupported_type"

    def __init__(self, message: str, path: str = "$") -> None:
        super().__init__(message)
        self.path = path


class ValueTooLargeError(MemoryServiceError, ValueError):
    """A value whose document is larger than MAX_VALUE_BYTES (OBJ-4)."""

    code = "value_too_large"


class CorruptValueError(MemoryServiceError, ValueError):
    """What was read is not an envelope this SDK can decode (ENV-4)."""

    code = "corrupt_value"


class AccessDeniedError(MemoryServiceError, PermissionError):
    """The edge refused the signature, or S3 the credentials."""

    code = "access_denied"


class ConflictError(MemoryServiceError, RuntimeError):
    """The condition of a put does not hold: somebody else was first (COND-1, COND-2, UPD-2)."""

    code = "conflict"


class UnavailableError(MemoryServiceError, ConnectionError):
    """Nothing answered in time, or with a server error; the call may succeed later.

    Attributes:
        outcome_unknown: Whether a put or remove may have taken place all the same (ERR-2).
    """

    code = "unavailable"

    def __init__(self, message: str, *, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown


class BatchError(MemoryServiceError, RuntimeError):
    """Some names of a batch failed; nothing of what succeeded is lost (MANY-1).

    Attributes:
        errors: The error of each name that failed.
        results: What the call would have returned for each name that did not.
    """

    code = "batch"

    def __init__(
        self,
        message: str,
        errors: dict[str, MemoryServiceError] | None = None,
        results: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.errors: dict[str, MemoryServiceError] = errors or {}
        self.results: dict[str, Any] = results or {}
