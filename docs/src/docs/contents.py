"""The table of contents: which pages the site has, and where each of them lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import tomli

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "docs/contents.toml"


@dataclass(frozen=True)
class Page:
    """A page of the site.

    Attributes:
        section: Title of the section that it is in; empty for the start page.
        title: What the navigation calls it.
        path: Where the site has it, relative to the site, with `.md` at its end.
        source: The file that it is, relative to the repository; empty if it is made from code.
    """

    section: str
    title: str
    path: str
    source: str


def load(root: Path) -> list[Page]:
    """Return all pages, in the order of the navigation.

    Args:
        root: The repository.

    Raises:
        ValueError: Two pages have one place, or one file is two pages.
    """
    table = tomli.loads((root / TABLE).read_text(encoding="utf-8"))
    pages = [Page("", table["start"]["title"], "index.md", table["start"]["source"])]
    for section in table["section"]:
        for title, source in section["pages"].items():
            made = source.removeprefix("made:") if source.startswith("made:") else ""
            stem = made or _stem(title)
            path = f"{section['folder']}/{stem}.md"
            pages.append(Page(section["title"], title, path, "" if made else source))
    for each in ("path", "source"):
        taken = [value for page in pages if (value := getattr(page, each))]
        if twice := {value for value in taken if taken.count(value) > 1}:
            raise ValueError(f"{TABLE} has a {each} twice: {', '.join(sorted(twice))}")
    return pages


def _stem(title: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower().replace("'", ""))
    return "-".join(words.split())
