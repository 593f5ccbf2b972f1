"""The faults that histories must show still fit the code; that they are found is for `noxfile.py -s history`."""

from __future__ import annotations

from typing import get_args

import pytest
from history.planted import SDKS, Fault, faults_of
from history.violation import Rule
from mutants.mutant import ROOT


@pytest.mark.parametrize(("sdk", "fault"), [(sdk, fault) for sdk in SDKS for fault in faults_of(sdk)])
def test_a_fault_fits_the_code_once(sdk: str, fault: Fault) -> None:
    for file, text, instead in fault.changes:
        assert (ROOT / f"{sdk}-sdk" / file).read_text(encoding="utf-8").count(text) == 1
        assert text != instead


def test_both_sdks_have_the_same_guarantees_switched_off() -> None:
    python, nodejs = ([(fault.name, fault.found_as) for fault in faults_of(sdk)] for sdk in SDKS)
    assert python == nodejs


@pytest.mark.parametrize("sdk", SDKS)
def test_faults_are_found_by_rules_that_exist(sdk: str) -> None:
    named = {rule for fault in faults_of(sdk) for rule in fault.found_as}
    assert named <= set(get_args(Rule))
