"""What can go wrong, and the exit code that says so.

| code | |
|---|---|
| 0 | done |
| 1 | done in part, or a fault was found: the output says what |
| 2 | the command, a name, a value or a file is not allowed |
| 3 | there is no such value |
| 4 | somebody else changed the value meanwhile, or there is one already |
| 5 | access denied |
| 6 | the configuration cannot work |
| 7 | what is stored is no value of an SDK |
| 8 | no answer |
| 130 | interrupted |
"""

from __future__ import annotations

import json
import sys

import click
import memory

from memory_console.escapes import one_line

PARTLY, USAGE, NOT_FOUND, CONFLICT, INTERRUPTED = 1, 2, 3, 4, 130

EXIT_CODES = {
    "not_found": NOT_FOUND,
    "conflict": CONFLICT,
    "access_denied": 5,
    "configuration": 6,
    "corrupt_value": 7,
    "unavailable": 8,
    "invalid_name": USAGE,
    "unsupported_type": USAGE,
    "value_too_large": USAGE,
    "file": USAGE,
}


class NotFoundError(memory.MemoryServiceError):
    """There is no such value."""

    code = "not_found"


class FileError(memory.MemoryServiceError):
    """A file of this machine that cannot be read or written."""

    code = "file"

    @classmethod
    def of(cls, error: OSError) -> FileError:
        """Return what the system says of a file."""
        what = error.strerror or type(error).__name__
        return cls(f"{error.filename}: {what}" if error.filename else what)


class InvalidTextError(memory.MemoryServiceError, ValueError):
    """A text that is no value of the type that was asked for."""

    code = "unsupported_type"


class Failure(click.ClickException):
    """An error as the command ends with it.

    Args:
        error: What went wrong.
        as_json: Whether the message is read by a program.
    """

    def __init__(self, error: memory.MemoryServiceError, *, as_json: bool) -> None:
        super().__init__(str(error))
        self.exit_code = EXIT_CODES.get(error.code, PARTLY)  # type: ignore[misc] # click documents it as an instance's
        self._code = error.code
        self._as_json = as_json

    def show(self, file: object = None) -> None:
        """Write the message to standard error."""
        del file
        if self._as_json:
            error = {"code": self._code, "message": self.message}
            text = json.dumps({"error": error}, ensure_ascii=False)
        else:
            text = f"memory-service: {self.message}"
        sys.stderr.write(one_line(text) + "\n")
