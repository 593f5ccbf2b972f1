"""What a read found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memory._answer import Answer
    from memory._envelope import Envelope
    from memory._local import CachedValue


class Reading(NamedTuple):
    """What a get found.

    Attributes:
        source: `memory`, `edge`, `s3` or `stale`.
        copy: The value and what is known about it; None if there is none, or one that has expired.
        value: The value itself, for whoever made the request.
        answer: What the edge or S3 said; None from memory.
        started: When the request was sent, by the clock.
    """

    source: str
    copy: CachedValue | None
    value: Any
    answer: Answer | None
    started: float

    def shared(self) -> Reading:
        """Return the same for somebody who did not make the request, with a value of their own (MEM-3)."""
        return self if self.copy is None else self._replace(value=self.copy.value())


class Verdict(NamedTuple):
    """What the records of a document's tags say of it.

    Attributes:
        differing: The tags whose records have another generation, with that one; None for what is no record.
        until: Until when they need not be read again, by the clock.
        is_stale: Whether one of them is older than it should be (CTAG-6).
        turn: How many invalidations of this object had ended before.
    """

    differing: Mapping[str, str | None]
    until: float
    is_stale: bool
    turn: int


class Found(NamedTuple):
    """What S3 holds under a name.

    Attributes:
        answer: The answer.
        envelope: Its document decoded, expired or not; None of a miss.
        verdict: What the records of its tags say of it; None if it has none.
    """

    answer: Answer
    envelope: Envelope | None
    verdict: Verdict | None = None

    def is_present(self, now: float) -> bool:
        """Return whether there is a value at a Unix time in seconds (ENV-5, CTAG-5)."""
        envelope, verdict = self.envelope, self.verdict
        if envelope is None or envelope.is_expired(now):
            return False
        return verdict is None or not verdict.differing
