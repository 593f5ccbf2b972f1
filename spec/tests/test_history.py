"""Random histories of both SDKs at three points of presence, with faults; `noxfile.py -s history` makes long ones."""

from __future__ import annotations

import os
import secrets
import sys
from typing import TYPE_CHECKING

import pytest
from conformance.home import REPOSITORY
from conformance.sdk import storing
from history.__main__ import DECISIONS, OF_THE_RECORD, summary
from history.judge import judge
from history.operation import written
from history.run import Setting

if TYPE_CHECKING:
    from history.run import History, Stage

SEED = int(os.environ.get("MEMORY_HISTORY_SEED") or secrets.randbelow(2**32))
KEPT = REPOSITORY / "build" / "history"


def make(stage: Stage, setting: Setting, capsys: pytest.CaptureFixture[str]) -> History:
    history = stage.history(storing(REPOSITORY), setting)
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{setting.seed}-{setting.operations}.jsonl"
    path.write_text("".join(f"{line}\n" for line in written(history.operations)), encoding="utf-8")
    with capsys.disabled():  # the seed belongs into every log
        sys.stdout.write(f"\nseed {setting.seed}: {summary(history)}; kept in {path}\n")
    return history


@pytest.mark.slow
def test_a_short_history_with_faults_keeps_every_guarantee(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    history = make(stage, Setting(SEED, 400), capsys)

    assert [str(violation) for violation in judge(history.operations)] == []


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_history_in_which_values_expire_under_load_keeps_every_guarantee(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    history = make(stage, Setting(SEED, 3000, clients=3, endings=0.9), capsys)

    ended = [one for one in history.operations if one.verb == "put" and one.ttl is not None]
    assert len(ended) > len(history.operations) // 20
    assert [str(violation) for violation in judge(history.operations)] == []


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_history_with_faults_and_time_that_jumps_keeps_every_guarantee(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    history = make(stage, Setting(SEED, 5000), capsys)

    assert [str(violation) for violation in judge(history.operations)] == []
    assert {name: history.stats[name] > 0 for name in DECISIONS} == dict.fromkeys(DECISIONS, True)


@pytest.mark.slow
def test_a_history_in_real_time_keeps_every_guarantee(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    history = make(stage, Setting(SEED, 600, edge_ttl=1, jumps=False), capsys)

    assert [str(violation) for violation in judge(history.operations)] == []


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("skew", [0, 25])
def test_a_history_with_a_change_record_keeps_every_guarantee(
    stage: Stage, capsys: pytest.CaptureFixture[str], skew: float
) -> None:
    setting = Setting(SEED, 2000, clients=3, endings=0.0 if skew else 0.3, changes=True, skew=skew)
    history = make(stage, setting, capsys)

    assert [str(violation) for violation in judge(history.operations)] == []
    assert {name: history.stats[name] > 0 for name in OF_THE_RECORD} == dict.fromkeys(OF_THE_RECORD, True)
    assert any(one.verb == "remove" for one in history.operations)
    # Processes have been killed: their successors have other names.
    assert any(one.service.rpartition(".")[2].isdecimal() for one in history.operations)


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("changes", [False, True], ids=["alone", "with a change record"])
def test_a_history_with_tags_keeps_every_guarantee(
    stage: Stage, capsys: pytest.CaptureFixture[str], *, changes: bool
) -> None:
    history = make(stage, Setting(SEED, 3000, tags=True, changes=changes), capsys)

    assert [str(violation) for violation in judge(history.operations)] == []
    assert history.stats["tag_reads"] > 0
    invalidated = [one for one in history.operations if one.verb == "invalidate" or one.invalidates]
    assert len(invalidated) > len(history.operations) // 50
