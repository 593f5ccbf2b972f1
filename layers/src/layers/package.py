"""A package that a layer holds: its files, and what a bill of materials says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class DuplicateFileError(Exception):
    """Two packages of a layer have a file of the same name."""


@dataclass(frozen=True)
class Package:
    """A package of Python or Node.js.

    Attributes:
        ecosystem: where it is published: `pypi` or `npm`.
        name: its name there.
        version: its version there.
        licence: an SPDX expression, as its author states it.
        digest: algorithm and hexadecimal digest of what its author published, as the lock file pins it; None for
            what is built from this repository.
        files: by their path below the folder that the layer's runtime searches.
    """

    ecosystem: str
    name: str
    version: str
    licence: str
    digest: tuple[str, str] | None
    files: Mapping[str, bytes]

    def licence_files(self) -> list[str]:
        """Return the paths of the texts of its licence."""
        return sorted(path for path in self.files if _is_licence(path))

    def bills(self) -> list[bytes]:
        """Return the bills of materials that it brings of what its native code holds (PEP 770)."""
        return [self.files[path] for path in sorted(self.files) if ".dist-info/sboms/" in path]


def files_of(packages: Iterable[Package]) -> dict[str, bytes]:
    """Return the files of all packages together.

    Raises:
        DuplicateFileError: if two packages have a file of the same name.
    """
    files: dict[str, bytes] = {}
    for package in packages:
        for path, content in package.files.items():
            if path in files:
                raise DuplicateFileError(f"{package.name} has {path}, and another package as well")
            files[path] = content
    return files


def _is_licence(path: str) -> bool:
    name = path.rpartition("/")[2].upper()
    return ".dist-info/licenses/" in path or name.partition(".")[0] in (
        "LICENSE",
        "LICENCE",
        "NOTICE",
        "COPYING",
    )
