"""What the security scan accepts and what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from infra.scan import accepted_findings, findings, stale, unexplained
from infra.scan.translations import write_translations

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = """
- check: CKV_AWS_21
  resources: [AWS::S3::Bucket.*]
  reason: It is a cache.
"""


def report(*failed: tuple[str, str], errors: int = 0) -> dict[str, Any]:
    """A report of checkov, as far as it is read."""
    checks = [{"check_id": check, "resource": resource, "check_name": "…"} for check, resource in failed]
    return {"results": {"failed_checks": checks}, "summary": {"parsing_errors": errors}}


def test_a_finding_with_a_reason_is_accepted() -> None:
    found = findings(report(("CKV_AWS_21", "AWS::S3::Bucket.Bucket")))
    assert unexplained(found, accepted_findings(ENTRY)) == []
    assert stale(found, accepted_findings(ENTRY)) == []


@pytest.mark.parametrize(
    "other", [("CKV_AWS_21", "AWS::S3::BucketPolicy.Bucket"), ("CKV_AWS_18", "AWS::S3::Bucket.Bucket")]
)
def test_a_finding_without_one_is_not(other: tuple[str, str]) -> None:
    found = findings(report(("CKV_AWS_21", "AWS::S3::Bucket.Bucket"), other))
    assert [(one.check, one.resource) for one in unexplained(found, accepted_findings(ENTRY))] == [other]


def test_a_reason_that_nothing_needs_is_stale() -> None:
    [entry] = stale(findings(report(("CKV_AWS_18", "AWS::S3::Bucket.Bucket"))), accepted_findings(ENTRY))
    assert entry.check == "CKV_AWS_21"


@pytest.mark.parametrize("line", ["reason: It is a cache.", "resources: [AWS::S3::Bucket.*]"])
def test_an_entry_without_reason_or_resource_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="has a check, resources and a reason"):
        accepted_findings(ENTRY.replace(line, line.partition(":")[0] + ":"))


def test_a_file_that_checkov_could_not_read_does_not_pass() -> None:
    with pytest.raises(ValueError, match="could not read 1 of the files"):
        findings(report(errors=1))


def test_every_accepted_finding_of_the_repository_has_a_reason(infra: Path) -> None:
    entries = accepted_findings((infra / "accepted-findings.yaml").read_text(encoding="utf-8"))
    assert all(len(entry.reason) > 40 for entry in entries)


def test_what_is_scanned_has_the_roles_that_sam_makes(tmp_path: Path) -> None:
    write_translations(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"template.json", "consumer.json"}
    assert '"AWS::IAM::Role"' in (tmp_path / "template.json").read_text()
