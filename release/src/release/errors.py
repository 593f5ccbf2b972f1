"""What ends a release before or while it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ReleaseError(Exception):
    """A release cannot be built or published; the message says why and what to do."""


class RefusedError(ReleaseError):
    """Nothing was sent, for these reasons."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(dict.fromkeys(reasons))
        super().__init__("\n".join(f"refused: {reason}" for reason in self.reasons))
