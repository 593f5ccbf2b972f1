"""Findings of checkov, and those that are accepted."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, order=True)
class Finding:
    """One rule that one resource breaks.

    Attributes:
        check: The rule's id, such as `CKV_AWS_21`.
        resource: Type and logical id, such as `AWS::S3::Bucket.Bucket`.
        title: What the rule asks for.
    """

    check: str
    resource: str
    title: str


@dataclass(frozen=True)
class AcceptedFinding:
    """A rule that some resources break for a reason.

    Attributes:
        check: The rule's id.
        resources: Which ones, as patterns with `*`.
        reason: Why it stays so.
    """

    check: str
    resources: tuple[str, ...]
    reason: str

    def explains(self, finding: Finding) -> bool:
        """Return whether the finding is one of those that are accepted."""
        return self.check == finding.check and any(
            fnmatchcase(finding.resource, pattern) for pattern in self.resources
        )


def accepted_findings(text: str) -> list[AcceptedFinding]:
    """Read the accepted findings: a YAML list of objects with `check`, `resources` and `reason`.

    Raises:
        ValueError: An entry lacks one of them, or says nothing in it.
    """
    accepted = []
    for entry in yaml.safe_load(text):
        if set(entry) != {"check", "resources", "reason"} or not all(entry.values()):
            raise ValueError(f"an accepted finding has a check, resources and a reason, unlike {entry}")
        accepted.append(AcceptedFinding(entry["check"], tuple(entry["resources"]), entry["reason"]))
    return accepted


def findings(report: dict[str, Any]) -> list[Finding]:
    """Return what a report of checkov (`--output json`) has found, without repetitions.

    Raises:
        ValueError: Checkov did not understand something: it would pass unseen.
    """
    if report["summary"]["parsing_errors"]:
        raise ValueError(f"checkov could not read {report['summary']['parsing_errors']} of the files")
    failed = report["results"]["failed_checks"]
    return sorted({Finding(one["check_id"], one["resource"], one["check_name"]) for one in failed})


def unexplained(found: Sequence[Finding], accepted: Sequence[AcceptedFinding]) -> list[Finding]:
    """Return the findings for which nobody gave a reason."""
    return [finding for finding in found if not any(one.explains(finding) for one in accepted)]


def stale(found: Sequence[Finding], accepted: Sequence[AcceptedFinding]) -> list[AcceptedFinding]:
    """Return the accepted findings that no resource is the cause of any more."""
    return [one for one in accepted if not any(one.explains(finding) for finding in found)]
