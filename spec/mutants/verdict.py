"""What the vectors say about a copy of an SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from conformance import home, sdk, vectors
from conformance.answers import FailureError
from conformance.driver import Driver
from conformance.scenarios import Scenario

from mutants.mutant import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from conformance.store import Store

_SECONDS = 120
SCENARIOS = "store/"  # what the ids of vectors begin with that need a store


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


def failing_scenarios(sdk_name: str, root: Path, store: Store, ids: Collection[str]) -> set[str]:
    """Let the SDK below `root` do these scenarios in a store, as writer and reader, and return those that it fails."""
    (chosen,) = [found for found in sdk.find(root) if found.name == sdk_name]
    failing = set()
    with Driver(chosen, store.environment) as driver:
        for vector in vectors.load(home.VECTORS):
            if vector.id in ids:
                try:
                    Scenario(vector, driver, driver, store, root / "no-key.pem").run()
                except FailureError:
                    failing.add(vector.id)
    return failing
