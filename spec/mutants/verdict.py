"""What vectors, scenarios and histories say about a copy of an SDK."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conformance import checks, home, keys, profile, sdk, vectors
from conformance.answers import FailureError, SkippedError
from conformance.double import DoubleStore
from conformance.driver import Driver
from conformance.local_store import deployed
from conformance.scenarios import Scenario
from history.client import BrokenError
from history.judge import judge
from history.run import Setting, staged

from mutants.fault import FaultError
from mutants.mutant import ROOT, mutant

if TYPE_CHECKING:
    from contextlib import ExitStack

    from conformance.sdk import Sdk
    from conformance.store import Store
    from conformance.vectors import Vector
    from history.run import Stage

    from mutants.fault import Fault, Kind

_HISTORIES = 80
_OPERATIONS = 400  # in each: many short ones, as the first that shows a fault is the last
# Some faults show when much befalls the clients, others when much happens within a second: turn and turn about.
_PAUSES = ((2, 12), (1, 4))
# What makes some faults show: of the edge's, those that cost seconds each; of the puts, those with an end, at edges
# that keep copies for longer.
_HANGS = 0.3
_ENDINGS = 0.9
_EDGE_TTL = 8


class Examiner:
    """Has clouds of its own for scenarios and histories, deployed when first needed."""

    def __init__(self, stack: ExitStack, seed: int) -> None:
        """Begin without any: `stack` takes them away. The first history of a fault has this seed, others the next."""
        self._stack = stack
        self._seed = seed
        self._vectors = {vector.id: vector for vector in vectors.load(home.VECTORS)}

    @cached_property
    def _store(self) -> Store:
        return self._stack.enter_context(deployed(ROOT))

    @cached_property
    def _stage(self) -> Stage:
        return self._stack.enter_context(staged(ROOT))

    def noticing(self, fault: Fault, kind: Kind) -> dict[str, str]:
        """Plant a fault and return which of those of one kind notice it that must, with more about it if there is more.

        Raises:
            FaultError: It does not fit the code, or breaks the SDK so that it says nothing about what must notice it.
        """
        with mutant(f"{fault.sdk}-sdk") as root:
            (copy,) = sdk.chosen(sdk.find(root), [fault.sdk])
            for path, source in fault.changed(copy.folder).items():
                path.write_text(source, encoding="utf-8")
            if kind == "histories":
                return self._shown(copy, fault)
            wanted = fault.noticed_by(kind)
            failing = self._failing(fault, wanted, copy, is_deployed=False)
            # What lies below a double is not seen in it. That an SDK without a fault passes in a deployed store is what
            # the session `conformance` shows.
            if kind == "scenarios" and fault.changes and failing != wanted:
                others = [id_ for id_ in wanted if id_ not in failing]
                failing += self._failing(fault, others, copy, is_deployed=True)
        return dict.fromkeys(failing, "")

    def _failing(self, fault: Fault, ids: list[str], copy: Sdk, *, is_deployed: bool) -> list[str]:
        """Return those that fail, scenarios in the SDK's own double or in a deployed store."""
        with Driver(copy, self._store.environment if is_deployed else {}) as driver:
            if not driver.started:
                raise FaultError("the driver does not start with it, which any vector would notice")
            has_scenarios = any(self._vectors[id_].kind is vectors.Kind.STORE for id_ in ids)
            store: Store | None = self._store if is_deployed else None
            if profile.FEATURE in driver.features and has_scenarios:
                return self._failing_reader(fault, ids, driver) if is_deployed else []
            if has_scenarios and not is_deployed:
                store = DoubleStore(driver)
            return [id_ for id_ in ids if self._fails(fault, self._vectors[id_], driver, store)]

    def _failing_reader(self, fault: Fault, ids: list[str], reader: Driver) -> list[str]:
        """Return those that fail with a reader that puts nothing: another SDK does that."""
        (other,) = sdk.chosen(sdk.find(ROOT), ["python"])
        with Driver(other, self._store.environment) as writer:
            return [id_ for id_ in ids if self._fails(fault, self._vectors[id_], reader, self._store, writer)]

    def _fails(
        self, fault: Fault, vector: Vector, driver: Driver, store: Store | None, writer: Driver | None = None
    ) -> bool:
        rsa_key = driver.sdk.folder / "key.pem"
        rsa_key.write_text(keys.pem("rsa"), encoding="utf-8")
        try:
            if vector.kind is vectors.Kind.STORE and store is not None:
                Scenario(vector, writer or driver, driver, store, rsa_key).run()
                return False
            check = checks.of(vector, driver, rsa_key)
            driver.forget_stderr()
            answers = driver.ask(check.requests)
            checks.check_absent(vector.absent, answers, driver.stderr())
            check.judge(answers)
        except FailureError as failure:
            if failure.code == "crashed" and not fault.crashes:
                raise FaultError(
                    f"the driver crashes at {vector.id}, which any vector would notice"
                ) from failure
            return True
        except (SkippedError, NotImplementedError):  # a double cannot do it
            return False
        return False

    def _shown(self, copy: Sdk, fault: Fault) -> dict[str, str]:
        rules = fault.noticed_by("histories")
        operations = 0
        hangs = _HANGS if "history/late answer" in rules else 0.0
        ends = "history/miss by an expired copy" in rules
        tags = any(id_.startswith("store/tags/") for id_ in fault.caught_by)
        endings, edge_ttl = (_ENDINGS, _EDGE_TTL) if ends else (Setting.endings, Setting.edge_ttl)
        for seed in range(self._seed, self._seed + _HISTORIES):
            try:
                pauses = _PAUSES[seed % 2]
                setting = Setting(
                    seed, _OPERATIONS, 3, edge_ttl, hangs=hangs, pauses=pauses, endings=endings, tags=tags
                )
                history = self._stage.history([copy], setting)
            except BrokenError as error:
                raise FaultError(f"no history can be made with it: {error}") from error
            operations += len(history.operations)
            for violation in judge(history.operations):
                if (rule := f"history/{violation.rule}") in rules:
                    return {rule: f" after {operations:,} operations, seed {seed}: {violation}"}
        return {}
