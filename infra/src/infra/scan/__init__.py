"""The security scan of the templates: what it reads, and what of its findings is accepted, with a reason each."""

from .findings import AcceptedFinding, Finding, accepted_findings, findings, stale, unexplained

__all__ = ["AcceptedFinding", "Finding", "accepted_findings", "findings", "stale", "unexplained"]
