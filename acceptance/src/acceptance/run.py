"""One run: deploys, tries everything, and deletes, whatever happens in between."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from demos.functions import Functions
from demos.published import DEMOS
from demos.run import Run as DemoRun
from demos.run import read_elsewhere, run_demo, say

from acceptance import scenarios
from acceptance.consistency import Consistency, Elsewhere
from acceptance.environment import ROOT
from acceptance.errors import AcceptanceError
from acceptance.interrupts import held_back
from acceptance.latency import Probe
from acceptance.leftovers import Leftovers
from acceptance.report import Report
from acceptance.stack import Stack, new_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.account import Account
    from acceptance.estimate import Plan

_PUBLISHED = "lambda-cache"  # what the demos' names begin with, unless FunctionPrefix says otherwise
_DOCTOR_SECONDS = 300


@dataclass(frozen=True)
class Scope:
    """How much is tried.

    Attributes:
        plan: the amounts.
        only: patterns of the conformance scenarios' ids; none means all.
        boundary: ARN of the policy that bounds each role; empty for none.
    """

    plan: Plan
    only: tuple[str, ...] = ()
    boundary: str = ""


class AcceptanceRun:
    """A throw-away stack, and what is tried with it.

    Attributes:
        report: what was found so far.
    """

    def __init__(self, account: Account, scope: Scope) -> None:
        """Choose a name that nothing else has; nothing is made."""
        self._account = account
        self._scope = scope
        self._stack = Stack(account, new_name())
        name = self._stack.name
        now = datetime.now(timezone.utc)
        self.report = Report(now, account.describe(), account.is_local, name, _commit())
        self._demos = [replace(demo, function=demo.function.replace(_PUBLISHED, name)) for demo in DEMOS]

    def run(self) -> Report:
        """Do everything and return the report; the stack is gone afterwards, or the report says what remains."""
        say(f"The stack is {self._stack.name}.")
        try:
            self._try()
        except KeyboardInterrupt:
            self.report.error = "it was stopped"
        except Exception as error:  # noqa: BLE001 - whatever failed, the report says so and everything is deleted
            self.report.error = f"{type(error).__name__}: {error}"
        finally:
            with held_back("deleting"):
                self._delete()
        return self.report

    def _try(self) -> None:
        report, plan = self.report, self._scope.plan
        parameters = {
            "FunctionPrefix": self._stack.name,
            "BucketRemovalPolicy": "Delete",
            "EdgeTtl": str(plan.edge_ttl),
            "PermissionsBoundary": self._scope.boundary,
        }
        with self._step("deploy"):
            outputs = self._stack.create(parameters)
        tags = {self._stack.tag["Key"]: self._stack.tag["Value"]}
        functions, seen = Functions(self._account.client("lambda"), tags), DemoRun()
        with self._step("demos"):
            for demo in self._demos:
                run_demo(seen, functions, demo, "first")
        with self._step("check"):
            report.check = self._doctor()
        with self._step("other language"):
            for demo in self._demos:
                read_elsewhere(seen, functions, demo, outputs)
        report.sources = dict(Counter(read.cache or read.source for read in seen.seen))
        with self._step("latency"):
            probes = [Probe(self._account, demo, tags) for demo in self._demos]
            for probe in probes:
                report.cold_starts[probe.title] = probe.cold_starts(plan.cold_starts)
                report.reads[probe.title] = probe.reads(plan.reads)
        with self._step("consistency"):
            elsewhere = Elsewhere(self._demos[0].service, probes[0].ask)
            amounts = {"edge_ttl": plan.edge_ttl, "rounds": plan.rounds}
            for finding in Consistency(self._account, outputs, elsewhere, **amounts).run():
                report.findings.append(finding)
                say(
                    f"    {'holds' if finding.holds else 'DOES NOT HOLD'}: {finding.promise}: {finding.measured}"
                )
        with self._step("conformance"):
            self._scenarios(outputs)

    def _scenarios(self, outputs: Mapping[str, str]) -> None:
        found, self.report.left_out = scenarios.run(self._account, outputs, self._scope.only)
        kinds = ("passed", "failed", "expected", "skipped")
        self.report.conformance = {kind: found.footer[kind] for kind in kinds}
        failed = [event for event in found.events if event.outcome == "failed"]
        self.report.failures = [
            f"{event.id}, {event.part}: expected {event.expected}, not {event.actual}" for event in failed
        ] + found.problems

    def _doctor(self) -> list[str]:
        """Let `memory-service doctor` look at the stack, as infra/DEPLOY.md does; return what is amiss.

        Raises:
            AcceptanceError: It could not look.
        """
        command = [sys.executable, "-m", "memory_console", "doctor", "--stack", self._stack.name, "--json"]
        others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = {**others, **self._account.environment()}
        done = subprocess.run(  # noqa: S603 - the words are ours
            command, env=environment, capture_output=True, text=True, check=False, timeout=_DOCTOR_SECONDS
        )
        try:
            findings = json.loads(done.stdout)["findings"]
        except (ValueError, KeyError) as error:
            raise AcceptanceError(f"the doctor could not look: {done.stderr or done.stdout}") from error
        amiss = [finding for finding in findings if finding["level"] in {"fault", "warning"}]
        return [f"{finding['level']}: {finding['check']}: {finding['says']}" for finding in amiss]

    def _delete(self) -> None:
        """Delete everything; the report says what is left."""
        leftovers = Leftovers(self._account, self._stack)
        try:
            with self._step("delete"):
                self.report.remains = leftovers.delete()
        except Exception as error:  # noqa: BLE001 - the report must be written
            self.report.remains = [f"perhaps everything: {type(error).__name__}: {error}"]

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        say(f"── {name} …")
        began = time.monotonic()
        yield
        self.report.steps[name] = round(time.monotonic() - began, 3)


def _commit() -> str:
    git = shutil.which("git")
    if not git:
        return ""
    command = [git, "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    return done.stdout.strip()
