"""The conformance scenarios that a store on AWS can take part in: in real time, without faults, at one place."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance import home, log, sdk, vectors
from conformance.known_failures import KnownFailures
from conformance.run import Run
from conformance.scenarios import roles
from conformance.selection import Selection
from conformance.store import Store

from acceptance.environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.vectors import Vector

    from acceptance.account import Account

# Those whose layers the stack has: each more of them multiplies what a run costs, and asks AWS nothing new.
_SDKS = ["nodejs", "python"]
_ACTIONS: Mapping[str, str] = {
    "wait": "moves the clock",
    "fault": "lets the edge or S3 fail",
    "heal": "lets the edge or S3 fail",
    "requests": "counts requests",
    "meanwhile": "acts between two requests",
    "meet": "acts between two requests",
    "random": "sets the SDK's chance",
    "pause": "sets the order of what happens at once",
}
_MEMBERS: Mapping[str, str] = {
    "pop": "moves between points of presence",
    "takes": "moves the clock",
    "ROLE_ARN": "assumes a role that the template does not make",
    "age": "knows the time to the second",
    "stored_ago": "knows the time to the second",
}
# What a service may be told of that AWS has for everybody: a bucket of any name may be a stranger's.
_NAMED = ("BUCKET_NAME", "DISTRIBUTION", "DISTRIBUTION_ID", "PK_PATH")
_STRANGE = "names what is not the stack's"


def needs(vector: Vector) -> str:
    """Return what a scenario needs that a store on AWS has not, empty if it can be done there."""
    for step in _steps(vector):
        if step["do"] in _ACTIONS:
            return _ACTIONS[step["do"]]
        conf = step.get("conf", {})
        if not all((conf.get(key) or "$").startswith("$") for key in _NAMED):
            return _STRANGE
        entry = step["entry"] if isinstance(step.get("entry"), dict) else {}
        for members in (step, conf, entry):
            for member, why in _MEMBERS.items():
                if members.get(member):
                    return why
    return ""


def run(
    account: Account, outputs: Mapping[str, str], only: Sequence[str] = ()
) -> tuple[log.Log, dict[str, int]]:
    """Let every pair of SDKs do every scenario that can be done; return the log, and how many were left out and why.

    Args:
        account: where.
        outputs: the stack's.
        only: patterns of the scenarios' ids; none means all.
    """
    selection, sdks = Selection(tuple(only)), _sdks()
    chosen = _chosen(sdks, selection)
    possible = [vector for vector in chosen if not needs(vector)]
    known = {each.name: KnownFailures(each.known_failures) for each in sdks}
    recorder = log.Recorder({"runner": "acceptance", "local": account.is_local, "vectors": len(possible)})
    store = Store(account.client, account.environment(), outputs, lambda *asked: account.fetch(*asked).status)
    Run(possible, sdks, selection, known, recorder).scenarios(store)
    return recorder.finish(), dict(Counter(why for vector in chosen if (why := needs(vector))))


def count(only: Sequence[str] = ()) -> int:
    """Return how many checks a run makes, each pair of SDKs counted for itself."""
    sdks = _sdks()
    possible = [vector for vector in _chosen(sdks, Selection(tuple(only))) if not needs(vector)]
    return sum(len(sdks) ** len(roles(vector)) for vector in possible)


def _sdks() -> list[sdk.Sdk]:
    return sdk.chosen(sdk.find(ROOT), _SDKS)


def _chosen(sdks: Sequence[sdk.Sdk], selection: Selection) -> list[Vector]:
    names = [each.name for each in sdks]
    return [vector for vector in everything() if selection.may_take(vector.id, names)]


def everything() -> list[Vector]:
    """Return all scenarios."""
    return [vector for vector in vectors.load(home.VECTORS) if vector.kind is vectors.Kind.STORE]


def _steps(vector: Vector) -> Iterator[Mapping[str, Any]]:
    for step in vector.members["steps"]:
        yield step
        for lane in step.get("lanes", ()):
            yield from lane
