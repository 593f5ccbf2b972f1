"""The dated report: what was done, what was found, what it took."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from acceptance import walkthrough

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from acceptance.consistency import Finding
    from acceptance.latency import Spread

#: All steps of a run, in order. The first three are the walkthrough's.
STEPS = ("deploy", "demos", "check", "other language", "latency", "consistency", "conformance", "delete")
_NAMES = {
    "load_ms": "the SDK loaded",
    "construct_ms": "the service object made",
    "first_get_ms": "the first get, connection included",
    "init_ms": "Lambda's Init Duration",
}


@dataclass
class Report:
    """What a run found so far.

    Attributes:
        began: when, in UTC.
        where: the account and Region, for people.
        is_local: whether that is a local cloud.
        stack: the stack's name.
        commit: of the repository; empty if it is not known.
        steps: seconds of each step that has ended.
        sources: how often a demo's value came from where.
        check: what the doctor found amiss; each line has a level, and what it is about.
        reads: how long each kind of read took, by function.
        cold_starts: how long each part of a cold start took, by function.
        findings: the consistency checks.
        conformance: how many scenarios passed, failed, were skipped or are known to fail.
        failures: the scenarios that failed.
        left_out: how many were not done here, by reason.
        error: why the run broke off; empty if it did not.
        remains: what could not be deleted.
    """

    began: datetime
    where: str
    is_local: bool
    stack: str
    commit: str = ""
    steps: dict[str, float] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    check: list[str] = field(default_factory=list)
    reads: dict[str, dict[str, Spread]] = field(default_factory=dict)
    cold_starts: dict[str, dict[str, Spread]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    conformance: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    error: str = ""
    remains: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether every step was done, everything held, and everything was deleted."""
        held = all(finding.holds for finding in self.findings) and not self.failures and not self.faults
        return set(STEPS) <= self.steps.keys() and held and not self.error and not self.remains

    @property
    def faults(self) -> list[str]:
        """What the doctor calls a fault."""
        return [line for line in self.check if line.startswith("fault")]

    @property
    def timed(self) -> list[walkthrough.Timed]:
        """The walkthrough's steps that were done."""
        return walkthrough.by_script(self.steps)

    def write(self, folder: Path) -> Path:
        """Write the report as Markdown and JSON and return the path of the Markdown."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.began:%Y-%m-%d-%H%M%S}-{'local' if self.is_local else 'aws'}.md"
        path.write_text(self.markdown(), encoding="utf-8")
        timed = [asdict(step) for step in self.timed]
        document: dict[str, Any] = {**asdict(self), "began": f"{self.began:%Y-%m-%dT%H:%M:%SZ}"}
        document |= {"accepted": self.accepted, "walkthrough": timed}
        path.with_suffix(".json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        return path

    def markdown(self) -> str:
        """Return the report for people."""
        verdict = "Accepted" if self.accepted else "NOT accepted"
        commit = f", commit `{self.commit}`" if self.commit else ""
        parts = [
            f"# Acceptance on {self.where}, {self.began:%Y-%m-%d %H:%M} UTC",
            f"**{verdict}.** Stack `{self.stack}`{commit}.",
        ]
        if self.is_local:
            parts.append(
                "**Nothing here was verified on AWS**: it ran on an engine of one machine, with that machine's times."
            )
        parts += [f"It broke off: {self.error}"] if self.error else []
        if self.remains:
            parts.append(
                f"**Not deleted**; `python3 noxfile.py -s acceptance -- --delete {self.stack}` tries again:"
            )
            parts.append("\n".join(f"- {line}" for line in self.remains))
        parts += ["## Steps", _table(("step", "seconds"), [(k, f"{v:.1f}") for k, v in self.steps.items()])]
        if {"deploy", "demos", "check"} <= self.steps.keys():
            parts += ["## From SAR to a running demo", times(self.timed)]
        parts += [
            "## Check",
            "\n".join(f"- {line}" for line in self.check) or "The doctor found nothing amiss.",
        ]
        for title, groups in (("Reads inside Lambda", self.reads), ("Cold starts", self.cold_starts)):
            head = ("function", "what", "median", "p90", "longest", "n")
            parts += [f"## {title}, in ms", _table(head, list(_spreads(groups)))]
        rows = [(each.promise, "yes" if each.holds else "**NO**", each.measured) for each in self.findings]
        parts += ["## Consistency", _table(("promise", "holds", "measured"), rows)]
        parts += ["## Conformance", _table(("outcome", "checks"), list(self.conformance.items()))]
        parts += ["\n".join(f"- FAILED: {failure}" for failure in self.failures)] if self.failures else []
        if self.left_out:
            parts.append(
                "Left out, as only the local cloud can do it, with `python3 noxfile.py -s conformance`:"
            )
            parts.append(_table(("the scenario", "scenarios"), sorted(self.left_out.items())))
        return "\n\n".join(parts) + "\n"


def times(timed: list[walkthrough.Timed]) -> str:
    """Return how long the walkthrough took, for people."""
    rows = [(step.name, f"{step.person:.0f}", f"{step.waiting:.0f}") for step in timed]
    persons = walkthrough.person(timed)
    rows.append(("**in all**", f"**{persons:.0f}**", f"**{sum(step.waiting for step in timed):.0f}**"))
    measured = all(step.is_measured for step in timed)
    how = "measured" if measured else "allowed for, not measured: `--walkthrough` measures it"
    within = "within" if persons <= walkthrough.A_PERSON_HAS else "NOT within"
    said = f"A person's time is {how}; it is {within} ten minutes."
    return f"{_table(('step of infra/DEPLOY.md', 'a person, seconds', 'waiting, seconds'), rows)}\n\n{said}"


def _spreads(groups: Mapping[str, Mapping[str, Spread]]) -> Iterable[tuple[object, ...]]:
    for who, spreads in groups.items():
        for what, each in spreads.items():
            shown = (f"{ms:.3g}" if ms < 100 else f"{ms:.0f}" for ms in (each.median, each.p90, each.longest))  # noqa: PLR2004 - three digits
            yield (who, _NAMES.get(what, what), *shown, each.count)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return "Not done."
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell).replace('|', '/') for cell in line)} |" for line in lines)
