"""What a run found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.statistics import Summary, Verdict, verdict

if TYPE_CHECKING:
    from benchmarks.figure import Figure

# One round: what each case took, in nanoseconds an operation, a process, or in bytes.
Round = dict[str, float]


@dataclass
class Outcome:
    """What was found about a figure."""

    figure: Figure
    rounds: list[Round] = field(default_factory=list)
    why: str = ""  # it, or a part of it, was not measured

    def number(self, one: Round, case: str) -> float:
        """Return what one round says about a case: a ratio, or a difference, to the case it is measured against."""
        figure = self.figure
        if figure.measure != "ratio":
            return (one[case] - one.get(figure.over, 0)) / 1e6
        return one[figure.over] / one[case] if figure.is_faster else one[case] / one[figure.over]

    @property
    def summary(self) -> Summary | None:
        """The median of the rounds and its spread; None if it was not measured."""
        return self.of_case(self.figure.ours)

    def of_case(self, case: str) -> Summary | None:
        """Return the same for any case of the figure."""
        return Summary.of([self.number(one, case) for one in self.rounds if case in one])

    def absolute(self, case: str) -> Summary | None:
        """Return the raw numbers of a case: nanoseconds or bytes."""
        return Summary.of([one[case] for one in self.rounds if case in one])

    @property
    def scale(self) -> float | None:
        """What the spread is a part of."""
        limit = self.figure.limit
        return limit.number or None if limit and self.figure.measure != "ratio" else None

    @property
    def is_restless(self) -> bool:
        """Whether its rounds differ so much that more of them are wanted."""
        summary = self.summary
        return summary is not None and self.figure.limit is not None and summary.is_restless(self.scale)

    @property
    def verdict(self) -> Verdict:
        """What it says about the limit."""
        summary = self.summary
        return "not measured" if summary is None else verdict(summary, self.figure.limit, self.scale)

    def as_json(self) -> dict[str, Any]:
        """Return it for results.json."""
        figure, summary = self.figure, self.summary
        return {
            "id": figure.id,
            "title": figure.title,
            "limit": figure.limit and str(figure.limit),
            "verdict": self.verdict,
            "why": self.why,
            "found": summary and {**asdict(summary), "spread": summary.spread(self.scale)},
            "rounds": self.rounds,
        }
