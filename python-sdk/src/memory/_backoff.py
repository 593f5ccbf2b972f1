"""How long to wait before a request is sent again (UPD-2, RETRY-1)."""

from __future__ import annotations

import os

FIRST_SECONDS = 0.02
LONGEST_SECONDS = 1.0


def longest_wait(attempt: int) -> float:
    """Return the most seconds to wait after an attempt, of which the first is 1."""
    return min(LONGEST_SECONDS, FIRST_SECONDS * float(2 ** min(attempt - 1, 16)))


def random_share() -> float:
    """Return a number from 0 to below 1. Processes restored from one snapshot share a seed, so it is the system's."""
    return (int.from_bytes(os.urandom(7), "big") >> 3) / 2**53
