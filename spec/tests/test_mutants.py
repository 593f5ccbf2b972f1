"""The planted faults still fit the code and the vectors; that they are caught is for `noxfile.py -s mutants`."""

import pytest
from conformance import home, vectors
from mutants.__main__ import SDKS, Mutant, mutants_of
from mutants.mutant import ROOT


@pytest.mark.parametrize(("sdk", "mutant"), [(sdk, mutant) for sdk in SDKS for mutant in mutants_of(sdk)])
def test_a_fault_fits_the_code_once(sdk: str, mutant: Mutant) -> None:
    assert (ROOT / f"{sdk}-sdk" / mutant.file).read_text(encoding="utf-8").count(mutant.text) == 1


@pytest.mark.parametrize("sdk", SDKS)
def test_faults_have_names_of_their_own_and_vectors_that_exist(sdk: str) -> None:
    mutants = mutants_of(sdk)
    assert len({mutant.name for mutant in mutants}) == len(mutants)
    known = {vector.id for vector in vectors.load(home.VECTORS)}
    assert [mutant.name for mutant in mutants if not mutant.caught_by or set(mutant.caught_by) - known] == []
