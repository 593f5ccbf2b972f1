"""The code of the demo for browsers: its function, its page, and the SDK that the page runs, in one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .archive import read_folder, zip_files
from .layer import Built, LayerTooLargeError
from .npm import bundle_for_pages

if TYPE_CHECKING:
    from pathlib import Path

_BUDGET = 40_000  # bytes, two thirds of them the SDK's


@dataclass(frozen=True)
class BrowserDemo:
    """What the function's code is made of; it is built as layers are.

    Attributes:
        root: the repository.
    """

    root: Path
    name: str = "browser-demo"
    budget_bytes: int = _BUDGET

    @property
    def sources(self) -> tuple[Path, ...]:
        """The files and folders that it is built from."""
        sdk = self.root / "browser-sdk"
        bundled = (
            sdk / "src",
            sdk / "build.mjs",
            sdk / "package-lock.json",
            self.root / "nodejs-sdk" / "lib",
        )
        return (self.root / "demos" / "browser", *bundled)

    def build(self) -> Built:
        """Return the zip file, the same bytes each time.

        Raises:
            LayerTooLargeError: it is larger than its budget.
            NpmError: the SDK could not be bundled.
        """
        files = read_folder(self.root / "demos" / "browser")
        files["page/memory-service.js"] = bundle_for_pages(self.root / "browser-sdk")
        built = Built(zip_files(files), sum(len(content) for content in files.values()))
        if len(built.content) > self.budget_bytes:
            raise LayerTooLargeError(
                f"{self.name}.zip has {len(built.content):,} bytes, its budget is {self.budget_bytes:,}: "
                "find out what grew, or raise the budget in layers/demo.py and say why"
            )
        return built
