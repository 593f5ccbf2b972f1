"""The pages of the site and the blocks of code in them, as tests look at them."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from docs import contents

ROOT = Path(__file__).resolve().parents[2]
ALSO = ["README.md"]  # no page of the site, but read first
_BLOCK = re.compile(
    r"^(?P<mark><!-- (?:needs AWS|only read) -->\n)?(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        page: The file that it is in.
        number: Which of the page's blocks it is, from 1.
        language: What the page calls its language.
        text: The code.
        mark: Why it is not run: `needs AWS` or `only read`; empty if it is.
    """

    page: str
    number: int
    language: str
    text: str
    mark: str

    @property
    def name(self) -> str:
        return f"{self.page}:{self.number}"


def sources() -> dict[str, str]:
    """Return the text of each page that is a file, by its place in the repository."""
    files = [*(page.source for page in contents.load(ROOT) if page.source), *ALSO]
    return {file: (ROOT / file).read_text(encoding="utf-8") for file in files}


def blocks(*languages: str) -> list[Block]:
    """Return all blocks of some languages."""
    found = []
    for page, text in sources().items():
        for number, match in enumerate(_BLOCK.finditer(text), 1):
            mark = (match["mark"] or "").removeprefix("<!-- ").removesuffix(" -->\n")
            block = Block(page, number, match["language"], textwrap.dedent(match["text"]), mark)
            if block.language in languages:
                found.append(block)
    return found
