"""Scans the templates with checkov and fails on what nobody gave a reason for: `python -m infra.scan FOLDER`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra.scan import accepted_findings, findings, stale, unexplained
from infra.scan.translations import write_translations

ACCEPTED = Path(__file__).resolve().parents[3] / "accepted-findings.yaml"


class ScanError(Exception):
    """Checkov did not come to an end."""


def scan(folder: Path) -> dict[str, Any]:
    """Return checkov's report on the CloudFormation templates in a folder, in JSON.

    Raises:
        ScanError: It ended without a report, or did not see all resources.
    """
    # Without the download it needs no network; the guidelines are only links for people.
    command = ["checkov", "--directory", str(folder), "--framework", "cloudformation"]
    command += ["--output", "json", "--quiet", "--compact", "--skip-download"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, our own words
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise ScanError(
            f"checkov ended with {done.returncode} and no report:\n{done.stderr[-4000:]}"
        ) from error
    seen = report.get("summary", report)["resource_count"]
    there = sum(len(json.loads(file.read_text())["Resources"]) for file in folder.glob("*.json"))
    if seen != there or not there:
        raise ScanError(f"checkov saw {seen} of the {there} resources in {folder}")
    return report


def main() -> int:
    """Run the command and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.scan", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write what is scanned, such as build/infra")
    folder = parser.parse_args().folder
    write_translations(folder)
    found = findings(scan(folder))
    accepted = accepted_findings(ACCEPTED.read_text(encoding="utf-8"))
    open_, gone = unexplained(found, accepted), stale(found, accepted)
    lines = [f"{one.check} {one.resource}: {one.title}" for one in open_]
    lines += [f"{one.check}: no resource needs this entry of {ACCEPTED.name} any more" for one in gone]
    lines += [f"{len(found)} findings, {len(found) - len(open_)} of them accepted with a reason."]
    print("\n".join(lines))  # noqa: T201 - a command
    return 1 if open_ or gone else 0


if __name__ == "__main__":
    sys.exit(main())
