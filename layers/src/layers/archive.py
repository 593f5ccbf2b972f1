"""Zip files that come out the same, byte for byte, whoever makes them and whenever, given the same zlib."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: The earliest date a zip file can hold. Lambda shows it to nobody.
_DATE = (1980, 1, 1, 0, 0, 0)
#: A regular file that everybody may read: Lambda runs functions as a user who owns none of their files
#: ("Working with .zip file archives" in the Lambda developer guide).
_MODE = 0o100644
_UNIX = 3


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, by their path with slashes, without what Python compiled there.

    Raises:
        NotADirectoryError: if there is no such folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder")
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Return a zip file of these files, by their path in it: names sorted, dates and modes fixed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = _UNIX  # else the system it was made on is written down
            entry.external_attr = _MODE << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()
