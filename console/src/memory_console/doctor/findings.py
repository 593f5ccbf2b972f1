"""What an examination finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "fault", "skipped"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: What it is about, such as `bucket-policy`.
        level: `fault` is what breaks a promise of Memory Service, `warning` what costs money or safety, `skipped` what
            could not be looked at.
        says: What was found.
        remedy: What to do about it.
    """

    check: str
    level: Level
    says: str
    remedy: str = ""


def ok(check: str, says: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(check, "ok", says)


def fault(check: str, says: str, remedy: str) -> Finding:
    """Return a finding that something does not work."""
    return Finding(check, "fault", says, remedy)


def warning(check: str, says: str, remedy: str) -> Finding:
    """Return a finding of something that works and should still be mended."""
    return Finding(check, "warning", says, remedy)


def skipped(check: str, says: str, remedy: str = "") -> Finding:
    """Return a finding of something that could not be looked at."""
    return Finding(check, "skipped", says, remedy)
