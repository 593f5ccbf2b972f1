"""The model of the change record finds nothing, and finds each part of the rule that is left out."""

from __future__ import annotations

import os
import secrets

import pytest
from model.__main__ import main, noticed
from model.rule import LEFT_OUT, RULE
from model.trial import trial

SEED = int(os.environ.get("MEMORY_MODEL_SEED") or secrets.randbelow(2**32))
MOST = 600  # trials


def test_no_get_is_older_than_its_bound(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--seed", str(SEED), "--trials", "30", "--most", "30", "--left-out", "no quiet time"])
    assert status == 0, capsys.readouterr().out  # which has the seed


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", LEFT_OUT)
def test_a_part_of_the_rule_that_is_left_out_is_noticed(part: str) -> None:
    assert noticed(part, 7000, MOST), "one of these trials breaks the bound"


@pytest.mark.parametrize(
    "part", ["write before announcement", "bucket ignored", "all ignored", "no distrust"]
)
def test_what_is_left_out_is_soon_noticed(part: str) -> None:
    assert noticed(part, 7000, 60)


def test_the_same_seed_makes_the_same_trial() -> None:
    assert trial(7, RULE) == trial(7, RULE)
