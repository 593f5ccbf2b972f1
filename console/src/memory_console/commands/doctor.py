"""`memory-service doctor`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from memory_console.doctor.examination import examine
from memory_console.escapes import one_line
from memory_console.examples import Example, ExampleCommand
from memory_console.failures import PARTLY
from memory_console.target import on_target, with_distribution

if TYPE_CHECKING:
    from memory_console.doctor.findings import Finding
    from memory_console.output import Output
    from memory_console.target import Target

_EXAMPLES = (
    Example("memory-service doctor", "Look at the bucket"),
    Example("memory-service doctor --no-probes --json", "Only look, put nothing; for programs"),
)
_SIGNS = {
    "ok": ("✓", "green"),
    "warning": ("!", "yellow"),
    "fault": ("✗", "bold red"),
    "skipped": ("-", "dim"),
}

_CHECK_WIDTH = 22


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.option("--no-probes", is_flag=True, help="Put no values: look at the configuration only.")
@with_distribution
@on_target
def doctor(target: Target, output: Output, *, no_probes: bool) -> None:
    """Look at a set-up and say what to mend: exit code 1 if there is a fault.

    Looks at credentials, bucket, policies, distributions, signing key and clock. Then it puts values into the service
    memory-service-doctor, reads them through the edge as functions do, and removes them: types, misses, signatures, and
    how long a replaced value is still handed out. --stack tells it of both distributions.
    """
    findings = []
    for finding in examine(target, probes=not no_probes):
        findings.append(finding)
        if not output.as_json:
            _show(output, finding)
    faults = sum(finding.level == "fault" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    if output.as_json:
        output.json({"healthy": not faults, "findings": [asdict(finding) for finding in findings]})
    else:
        output.console.print()
        output.console.print(
            f"faults: {faults}, warnings: {warnings}", style="bold red" if faults else "bold green"
        )
    if faults:
        raise SystemExit(PARTLY)


def _show(output: Output, finding: Finding) -> None:
    sign, style = _SIGNS[finding.level]
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, min_width=_CHECK_WIDTH)
    table.add_column(overflow="fold")
    table.add_row(Text(sign, style), Text(finding.check, "dim"), Text(one_line(finding.says)))
    if finding.remedy:
        table.add_row("", "", Text(f"→ {one_line(finding.remedy)}", "cyan"))
    output.console.print(table, soft_wrap=False)
