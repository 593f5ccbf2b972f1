"""What a history must not contain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from .operation import Operation

Rule = Literal[
    "stale own read",
    "backward read",
    "read older than its bound",
    "stale consistent read",
    "read past its expiry",
    "miss by an expired copy",
    "read of what nobody wrote",
    "lost update",
    "conditional put",
    "edge asked too often",
    "late answer",
    "read of what was invalidated",
    "update of what was invalidated",
    "miss without an invalidation",
]

AGE_STEP = 1.0  # seconds: Age counts whole ones, so a copy may be served for that much longer


class Violation(NamedTuple):
    """A rule that an operation breaks, and how."""

    rule: Rule
    operation: Operation
    because: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.operation}\n  {self.because}"
