"""What makes a run accepted, how it ends for programs, and what the report says of times."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from acceptance.consistency import Finding
from acceptance.environment import ROOT
from acceptance.latency import Spread
from acceptance.report import STEPS, Report, times

from acceptance import __main__ as command
from acceptance import walkthrough

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.account import Account

BAD: list[dict[str, Any]] = [
    {"steps": dict.fromkeys(STEPS[:-1], 1.0)},
    {"steps": dict.fromkeys((step for step in STEPS if step != "latency"), 1.0)},
    {"findings": [Finding("p", holds=False, measured="m")]},
    {"failures": ["store/x"]},
    {"check": ["fault: bucket: it is public"]},
    {"error": "broken"},
    {"remains": ["the stack"]},
]


def report(**changes: Any) -> Report:
    began = datetime(2026, 11, 23, tzinfo=timezone.utc)
    good: dict[str, Any] = {
        "steps": dict.fromkeys(STEPS, 1.0),
        "findings": [Finding("p", holds=True, measured="m")],
        "check": ["warning: lifecycle: none"],
    }
    return Report(
        began, "AWS, account 111111111111, eu-central-1", is_local=False, stack="s", **{**good, **changes}
    )


def test_a_run_that_did_everything_is_accepted() -> None:
    assert report().accepted
    assert "**Accepted.**" in report().markdown()
    assert "Nothing here was verified" not in report().markdown()


@pytest.mark.parametrize("changes", BAD)
def test_anything_amiss_makes_a_run_not_accepted(changes: dict[str, Any]) -> None:
    assert not report(**changes).accepted
    assert "**NOT accepted.**" in report(**changes).markdown()


@pytest.mark.parametrize("changes", BAD)
def test_a_run_that_is_not_accepted_does_not_exit_with_zero(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changes: dict[str, Any]
) -> None:
    class AcceptanceRun:
        def __init__(self, *_: object) -> None:
            assert account.is_local

        def run(self) -> Report:
            return report(**changes)

    monkeypatch.setattr(command, "AcceptanceRun", AcceptanceRun)
    assert command.main(["--out", str(tmp_path)]) == 1


def test_what_is_not_deleted_is_said_with_what_deletes_it() -> None:
    text = report(remains=["bucket s-code: AccessDenied"]).markdown()
    assert "- bucket s-code: AccessDenied" in text
    assert "python3 noxfile.py -s acceptance -- --delete s" in text


def test_a_spread_has_the_median_and_what_nine_in_ten_do_not_exceed() -> None:
    assert Spread.of([float(number) for number in range(10, 0, -1)]) == Spread(10, 5.5, 9.0, 10.0)
    assert Spread.of([2.0]) == Spread(1, 2.0, 2.0, 2.0)


def test_the_walkthrough_leaves_a_person_ten_minutes_and_says_that_it_was_not_measured() -> None:
    timed = walkthrough.by_script({"deploy": 300.4, "demos": 4.0, "check": 60.0})
    assert walkthrough.person(timed) <= walkthrough.A_PERSON_HAS
    text = times(timed)
    assert "| deploy | 90 | 300 |" in text
    assert "allowed for, not measured" in text
    assert "it is within ten minutes" in text


def test_a_person_who_follows_the_walkthrough_is_timed_apart_from_the_waiting() -> None:
    moments = iter([0.0, 100.0, 100.0, 160.0, 460.0, 460.0, 600.0, 610.0, 610.0, 640.0, 700.0])
    asked: list[str] = []
    timed = walkthrough.by_hand(asked.append, lambda: next(moments))
    assert [(step.name, step.person, step.waiting) for step in timed] == [
        ("find", 100.0, 0.0),
        ("deploy", 60.0, 300.0),
        ("demos", 140.0, 10.0),
        ("check", 30.0, 60.0),
    ]
    assert len(asked) == 1 + 4 + 3
    assert "A person's time is measured; it is within ten minutes." in times(timed)


def test_a_person_who_needs_longer_than_ten_minutes_is_no_success() -> None:
    timed = [walkthrough.Timed("deploy", 601.0, 1.0, is_measured=True)]
    assert "NOT within ten minutes" in times(timed)


def test_the_steps_are_those_of_the_page_on_deploying() -> None:
    page = (ROOT / "infra" / "DEPLOY.md").read_text(encoding="utf-8")
    section = page.partition("## From SAR to a running demo\n")[2].partition("\n## ")[0]
    steps = [line.split("**")[1] for line in section.splitlines() if line[:1].isdigit()]
    assert steps == [step.name for step in walkthrough.STEPS]
