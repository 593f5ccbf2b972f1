"""Files for values, which are nobody else's business."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from memory_console.failures import FileError

if TYPE_CHECKING:
    from typing import BinaryIO

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_private(path: str | os.PathLike[str], *, append: bool = False) -> tuple[BinaryIO, bool]:
    """Open a file that only its owner can read.

    Args:
        path: Where.
        append: Whether what is there stays.

    Returns:
        The file, and whether others had access to one that was there: they have none any more.

    Raises:
        FileError: It is a symbolic link, behind which may be anybody's file.
        OSError: It cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags | (os.O_APPEND if append else 0), stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FileError(f"{os.fspath(path)} is a symbolic link: name the file itself") from None
        raise
    try:
        was_open = _close_to_others(descriptor)
        if not append and stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.ftruncate(descriptor, 0)
    except OSError as error:
        os.close(descriptor)
        error.filename = os.fspath(path)
        raise
    return os.fdopen(descriptor, "ab" if append else "wb"), was_open


def _close_to_others(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode) or not mode & _OTHERS or not hasattr(os, "fchmod"):  # Windows has no such modes
        return False
    os.fchmod(descriptor, stat.S_IMODE(mode) & ~_OTHERS)
    return True
