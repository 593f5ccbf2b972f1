"""What the vectors say about a copy of an SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from mutants.specimen import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 120


class NoVerdictError(Exception):
    """The vectors did not run to their end."""


def failing_vectors(sdk: str, root: Path) -> set[str]:
    """Run every vector against the SDK below `root` and return those that it fails.

    Raises:
        NoVerdictError: The run broke off.
    """
    log = root / "log.jsonl"
    command = [sys.executable, "-m", "conformance", "--root", str(root), "--sdk", sdk, "--no-store"]
    done = subprocess.run(
        [*command, "--jsonl", str(log)],
        # Without bytecode: a mutant of the same second and size as the one before would not be noticed.
        env={**os.environ, "PYTHONPATH": str(ROOT / "spec"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    with log.open(encoding="utf-8") as lines:
        events = [json.loads(line) for line in lines]
    if events[-1]["event"] != "footer":
        raise NoVerdictError(f"the vectors did not run: {done.stderr[-2000:]}")
    return {event["vector"] for event in events if event["event"] == "check" and event["outcome"] == "failed"}
