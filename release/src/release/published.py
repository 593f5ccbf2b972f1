"""The record of published layers, and the table of their ARNs that is made of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .errors import ReleaseError

if TYPE_CHECKING:
    from pathlib import Path

_BEGIN = "<!-- layer ARNs: written by `python3 noxfile.py -s release -- arn-table` -->"
_END = "<!-- end of layer ARNs -->"


class Published:
    """Which layers are published: `published.json`, by version, Region and layer.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, dict[str, dict[str, str]]]:
        """Return ARNs by version, Region and the name of the layer's zip file; versions in order of publishing."""
        return dict(json.loads(self._path.read_text(encoding="utf-8")))

    def note(self, version: str, region: str, layer: str, arn: str) -> None:
        """Write down a layer at once: what is published cannot be taken back, whatever happens next."""
        everything = self.read()
        everything.setdefault(version, {}).setdefault(region, {})[layer] = arn
        self._path.write_text(json.dumps(everything, indent=2) + "\n", encoding="utf-8")

    def table(self) -> str:
        """Return the newest version's ARNs as Markdown, or that there are none."""
        everything = self.read()
        if not everything:
            return "No layers have been published yet: build them, or deploy the template, which brings its own.\n"
        version, regions = list(everything.items())[-1]
        lines = [f"Version {version}:\n", "| Region | layer | ARN |", "|---|---|---|"]
        for region, layers in regions.items():
            lines += [f"| {region} | {layer} | `{arn}` |" for layer, arn in layers.items()]
        return "\n".join(lines) + "\n"

    def write_table(self, document: Path) -> None:
        """Replace the table in a Markdown document.

        Raises:
            ReleaseError: the document has no place for it.
        """
        text = document.read_text(encoding="utf-8")
        document.write_text(self.with_table(text, document), encoding="utf-8")

    def with_table(self, text: str, document: Path) -> str:
        """Return a document's text with the table as it is now.

        Raises:
            ReleaseError: the document has no place for it.
        """
        before, begin, rest = text.partition(_BEGIN)
        _, end, after = rest.partition(_END)
        if not begin or not end:
            raise ReleaseError(f"{document} has no place for the table: put {_BEGIN} and {_END} into it")
        return f"{before}{_BEGIN}\n\n{self.table()}\n{_END}{after}"
