"""The versions of the site beside each other: one folder each, a list for the selector, and where to begin."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LIST = "versions.json"
_RELEASE = re.compile(r"\d+\.\d+\.\d+")
_START = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Memory Service</title>
<meta http-equiv="refresh" content="0; url={0}/"><a href="{0}/">Memory Service {0}</a></html>
"""


def publish(folder: Path) -> list[str]:
    """Write the list of the versions that a folder has, newest release first, and the page that leads to the newest.

    Args:
        folder: Has a folder for each version.

    Returns:
        The versions; what is no release comes last.

    Raises:
        ValueError: There is none.
    """
    there = [path.parent.name for path in folder.glob("*/index.html")]
    releases = sorted(
        (name for name in there if _RELEASE.fullmatch(name)),
        key=lambda name: tuple(map(int, name.split("."))),
        reverse=True,
    )
    versions = [*releases, *sorted(set(there) - set(releases))]
    if not versions:
        raise ValueError(f"{folder} has no version of the site")
    entries = [
        {"version": name, "title": name, "aliases": ["latest"] if name == versions[0] else []}
        for name in versions
    ]
    (folder / LIST).write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    (folder / "index.html").write_text(_START.format(versions[0]), encoding="utf-8")
    return versions
