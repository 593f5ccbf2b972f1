"""What happens before anything is made: the account, the bill, the question; and which scenarios are possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from acceptance.account import Account
from acceptance.environment import ROOT
from acceptance.errors import AcceptanceError
from acceptance.estimate import Plan
from conformance.actions import ACTIONS
from memory_console.cost.bill import total
from memory_console.cost.prices import load

from acceptance import __main__ as command
from acceptance import scenarios

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.vectors import Vector

AWS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Be somebody without credentials."""
    for name in (*AWS, "AWS_REGION", "AWS_DEFAULT_REGION", "MEMORY_EDGE_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


class SomeAccount:
    is_local = False

    def __init__(self, _: str | None) -> None:
        pass

    def policy(self, name: str) -> str:
        return f"arn:aws:iam::111111111111:policy/{name}" if name else ""

    def describe(self) -> str:
        return "AWS, account 111111111111, eu-central-1"


def test_the_bill_grows_with_what_is_done_and_names_each_item() -> None:
    small, large = Plan(10, 1, 1, 1, 1), Plan(1000, 5, 10, 100, 10)
    assert 0 < total(small.items()) < total(large.items()) < 1
    assert small.minutes < large.minutes
    assert all(item.title in large.text() for item in large.items())


def test_the_bill_has_the_calculators_prices() -> None:
    plan = Plan(500, 5, 10, 50, 5)
    put = next(item for item in plan.items() if item.key == "s3_puts")
    assert put.usd == pytest.approx(2 * plan.puts / 1000 * load().usd("s3", "STANDARD", "put"))
    assert f"{load().dated:%Y-%m-%d}" in plan.text()


def test_the_bill_has_the_dearest_edge_s_prices_as_nobody_knows_which_will_answer() -> None:
    regions = load().at("cloudfront", "regions")
    edge = next(item for item in Plan(500, 5, 10, 50, 5).items() if item.key == "cloudfront")
    transfer = next(item for item in Plan(500, 5, 10, 50, 5).items() if item.key == "transfer")
    for region in regions.values():
        assert edge.usd >= edge.quantity / 10_000 * region["https_requests"]["usd"]
        assert transfer.usd >= transfer.quantity * region["transfer"]["tiers"][0]["usd"]


@pytest.mark.parametrize(("answer", "begins"), [("y", True), ("yes", True), ("", False), ("n", False)])
def test_a_run_begins_only_after_a_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, *, begins: bool
) -> None:
    class BegunError(Exception):
        pass

    def begin(*_: object) -> None:
        raise BegunError

    monkeypatch.setattr(command, "Account", SomeAccount)
    monkeypatch.setattr(command, "AcceptanceRun", begin)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    if begins:
        with pytest.raises(BegunError):
            command.main([])
    else:
        assert command.main([]) == 2
        assert "Nothing was made." in capsys.readouterr().out


def test_without_anybody_to_ask_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "Account", SomeAccount)
    monkeypatch.setattr(command, "AcceptanceRun", lambda *_: pytest.fail("it began"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert command.main([]) == 2
    said = capsys.readouterr().out
    assert "AWS, account 111111111111, eu-central-1" in said
    assert "at most, if nothing is free" in said
    assert "--yes says yes" in said
    assert "NO BOUNDARY holds the roles" in said
    assert "an account of its own" in said


def test_with_a_boundary_the_question_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "Account", SomeAccount)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert command.main(["--boundary", "memory-acceptance-boundary"]) == 2
    said = capsys.readouterr().out
    assert (
        "No role that it makes may do more than arn:aws:iam::111111111111:policy/memory-acceptance-b" in said
    )
    assert "NO BOUNDARY" not in said


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1"])
def test_a_region_of_a_partition_without_this_cloudfront_is_refused(
    monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    monkeypatch.setattr(Account, "client", lambda *_: pytest.fail("it asked somebody"))
    with pytest.raises(AcceptanceError, match="GovCloud has none"):
        Account(region)


@pytest.mark.usefixtures("nobody")
def test_no_credentials_are_a_message_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--region", "eu-central-1"]) == 2
    assert "aws sso login" in capsys.readouterr().out


@pytest.mark.usefixtures("nobody")
def test_no_region_is_a_message() -> None:
    with pytest.raises(AcceptanceError, match="--region"):
        Account()


@pytest.mark.usefixtures("nobody")
def test_an_endpoint_that_is_neither_aws_nor_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://aws.example.com")
    with pytest.raises(AcceptanceError, match="neither AWS nor this machine"):
        Account("eu-central-1")


@pytest.mark.usefixtures("nobody")
def test_half_of_a_local_cloud_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMORY_EDGE_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(AcceptanceError, match="belong together"):
        Account("eu-central-1")


def test_two_fifths_of_the_scenarios_can_be_done_on_aws_and_none_of_them_needs_more() -> None:
    everything, possible = scenarios.everything(), _possible()
    assert len(possible) > 0.4 * len(everything)
    allowed = {"object", "store", "fill", "invalidations", "fetch", "log", "record", "store_record", "delete"}
    allowed |= {"tag", "store_tag", "post"}
    for vector in possible:
        actions = {step["do"] for step in vector.members["steps"]}
        assert actions & ACTIONS.keys() <= allowed, vector.id


def test_no_scenario_reads_or_writes_what_is_a_strangers() -> None:
    conf = [step.get("conf", {}) for vector in _possible() for step in vector.members["steps"]]
    for key in ("BUCKET_NAME", "DISTRIBUTION", "DISTRIBUTION_ID", "PK_PATH"):
        assert {str(one[key])[:1] for one in conf if one.get(key)} <= {"$"}
    assert scenarios.needs(next(v for v in scenarios.everything() if v.id == "store/failures/no-bucket"))


def test_the_readme_says_what_it_costs() -> None:
    text = (ROOT / "acceptance" / "README.md").read_text(encoding="utf-8")
    plan = Plan(
        scenarios.count(), edge_ttl=5, rounds=10, reads=50, cold_starts=5
    )  # the command's own amounts
    assert f"At most {total(plan.items()):.2f} USD" in text


def test_each_reason_to_leave_out_is_one_that_occurs() -> None:
    reasons = {scenarios.needs(vector) for vector in scenarios.everything()} - {""}
    assert "moves between points of presence" in reasons
    assert "lets the edge or S3 fail" in reasons


def _possible() -> list[Vector]:
    return [vector for vector in scenarios.everything() if not scenarios.needs(vector)]
