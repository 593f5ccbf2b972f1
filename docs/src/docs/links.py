"""Links between files of the repository, as links between pages of the site."""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_FENCE = re.compile(r"^( *)(```+|~~~+).*?^\1\2 *$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]+)\)")
_FOREIGN = re.compile(r"[a-z]+:")


class BrokenLinkError(ValueError):
    """A page links to what is not there."""


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Return a page with everything changed that is in no fenced block.

    Args:
        text: The page, in Markdown.
        change: Returns what takes the place of a stretch of prose.
    """
    done, end = [], 0
    for block in _FENCE.finditer(text):
        done += [change(text[end : block.start()]), block[0]]
        end = block.end()
    return "".join([*done, change(text[end:])])


class Links:
    """Makes links of files links of pages.

    Args:
        root: The repository.
        pages: Where the site has each file that is a page.
        repository: Address under which files that are no pages can be read, or empty: they are named then, not linked.
        assets: Files besides pages that the site must have, by their place; filled by `rewrite`.
    """

    def __init__(
        self, root: Path, pages: Mapping[str, str], repository: str, assets: dict[str, Path]
    ) -> None:
        self._root = root
        self._pages = pages
        self._repository = repository
        self._assets = assets

    def rewrite(self, text: str, source: str, path: str) -> str:
        """Return a page with links that hold on the site.

        Args:
            text: The page.
            source: The file that it is; what it links is relative to that.
            path: Where the site has it.

        Raises:
            BrokenLinkError: It links to a file that is not there.
        """
        return outside_code(text, lambda prose: _LINK.sub(lambda link: self._link(link, source, path), prose))

    def _link(self, link: re.Match[str], source: str, path: str) -> str:
        image, label, target = link.groups()
        label = _LINK.sub(lambda inner: self._link(inner, source, path), label)
        if _FOREIGN.match(target) or target.startswith("#"):
            return f"{image}[{label}]({target})"
        name, hash_, anchor = target.partition("#")
        wanted = os.path.normpath(PurePosixPath(source).parent / name)
        if not (self._root / wanted).exists():
            raise BrokenLinkError(f"{source}: {target} is not there")
        if (self._root / wanted / "README.md").exists():
            wanted = f"{wanted}/README.md"
        if wanted in self._pages:
            there = os.path.relpath(self._pages[wanted], PurePosixPath(path).parent)
            return f"[{label}]({there}{hash_}{anchor})"
        if image:
            place = f"assets/pictures/{PurePosixPath(wanted).name}"
            self._assets[place] = self._root / wanted
            return f"![{label}]({os.path.relpath(place, PurePosixPath(path).parent)})"
        if self._repository:
            return f"[{label}]({self._repository}/{wanted}{hash_}{anchor})"
        return label if label.startswith("`") else f"{label} (`{wanted}`)"
