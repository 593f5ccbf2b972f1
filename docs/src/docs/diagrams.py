"""The library that draws diagrams, served by the site itself: the theme would load it from another host."""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = "mermaid@11.17.2"  # the major version that the theme draws with
_SHA512 = (
    "57a2b70bc101744b0f1595d228c25eea9a50384371b87011afd1af1d7e21878e"
    "e501b84c443f6a7f8a042bb2e869143150b31af34feab798073bbdda0a578106"
)
_MEMBER = "package/dist/mermaid.min.js"
PLACE = "assets/javascripts/mermaid.min.js"


def library(cache: Path) -> Path:
    """Return the library's one file; npm fetches it once.

    Args:
        cache: Folder that keeps it.

    Raises:
        ValueError: What npm has brought is not what was pinned.
    """
    kept = cache / f"{_PACKAGE}.min.js"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", _PACKAGE, "--silent", "--pack-destination", str(cache)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - no input of others
        archive = cache / f"{_PACKAGE.replace('@', '-')}.tgz"
        found = hashlib.sha512(archive.read_bytes()).hexdigest()
        if found != _SHA512:
            raise ValueError(f"{_PACKAGE} has the SHA-512 {found}, {_SHA512} was expected")
        with tarfile.open(archive) as packed:
            member = packed.extractfile(_MEMBER)
            if member is None:
                raise ValueError(f"{_PACKAGE} has no {_MEMBER}")
            kept.write_bytes(member.read())
        archive.unlink()
    return kept
