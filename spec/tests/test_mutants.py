"""The planted faults still fit the code; that they are caught is for `noxfile.py -s mutants`."""

from typing import get_args

import pytest
from conformance import home, vectors
from history.violation import Rule
from mutants.fault import SDKS, Change, Fault, FaultError, faults_of
from mutants.mutant import ROOT


@pytest.mark.parametrize("sdk", SDKS)
def test_every_text_that_a_fault_replaces_occurs_once(sdk: str) -> None:
    unfit = []
    for fault in faults_of(sdk):
        try:
            fault.changed(ROOT / f"{sdk}-sdk")
        except FaultError as error:
            unfit.append(f"{fault.name}: {error}")
    assert unfit == []


def test_a_text_that_does_not_occur_is_a_complaint_that_names_text_and_file() -> None:
    fault = Fault(
        "nodejs", "it moved", [Change("lib/core/names.js", "what was here", "")], ["history/lost update"]
    )
    with pytest.raises(FaultError, match="'what was here' occurs 0 times in lib/core/names.js, not once"):
        fault.changed(ROOT / "nodejs-sdk")


@pytest.mark.parametrize("sdk", ["nodejs", "python"])  # most of the browser's are for its tests in Chromium
@pytest.mark.parametrize("group", ["GET", "FAIL", "MEM", "SES", "STALE", "EXP", "COND", "COMP"])
def test_each_group_of_clauses_about_reading_has_three_faults(sdk: str, group: str) -> None:
    clauses = {vector.id: vector.clause for vector in vectors.load(home.VECTORS)}
    told = [
        {clauses[id_].partition("-")[0] for id_ in fault.caught_by if id_ in clauses}
        for fault in faults_of(sdk)
    ]
    assert len([groups for groups in told if group in groups]) >= 3


@pytest.mark.parametrize("sdk", SDKS)
def test_faults_have_names_of_their_own_and_are_caught_by_what_exists(sdk: str) -> None:
    faults = faults_of(sdk)
    assert len({fault.name for fault in faults}) == len(faults)
    rules = {f"history/{rule}" for rule in get_args(Rule)}
    known = rules | {vector.id for vector in vectors.load(home.VECTORS)}
    assert [fault.name for fault in faults if not fault.caught_by or set(fault.caught_by) - known] == []


def test_each_rule_of_the_judge_finds_a_fault_of_some_sdk() -> None:
    found = {id_ for sdk in SDKS for fault in faults_of(sdk) for id_ in fault.caught_by}
    assert {f"history/{rule}" for rule in get_args(Rule)} <= found
