"""Every case by name, each made by a function that sets it up and looks at its first result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import codec, edge, growth, hits, many, puts
from cases.case import SkippedError

if TYPE_CHECKING:
    from cases.case import Make

__all__ = ["CASES", "SkippedError"]

CASES: dict[str, Make] = {
    **edge.CASES,
    **hits.CASES,
    **puts.CASES,
    **many.CASES,
    **codec.CASES,
    **growth.CASES,
}
