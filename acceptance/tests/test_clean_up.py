"""Whatever happens in the middle of a run: nothing of it is left, and nothing of anybody else's is touched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from acceptance.__main__ import main
from acceptance.environment import ROOT
from acceptance.errors import AcceptanceError
from acceptance.estimate import Plan
from acceptance.latency import Probe
from acceptance.leftovers import Leftovers
from acceptance.run import AcceptanceRun, Scope
from acceptance.stack import TAG, TEMPLATE, Stack, new_name
from botocore.exceptions import WaiterError
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from acceptance import run as acceptance_run
from acceptance import stack as stack_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from acceptance.account import Account
    from demos.published import Demo

SCOPE = Scope(Plan(scenarios=1, edge_ttl=1, rounds=1, reads=1, cold_starts=1))
PATIENCE = 120  # seconds


@pytest.fixture
def others(account: Account) -> Iterator[Callable[[], bool]]:
    """Make what belongs to somebody else, of names that resemble a run's; return what tells whether all is there."""
    name = "memory-acceptance-0000000g"
    s3, ssm, logs = account.client("s3"), account.client("ssm"), account.client("logs")
    cloudfront = account.client("cloudfront")
    s3.create_bucket(Bucket=f"{name}-code")
    s3.put_object(Bucket=f"{name}-code", Key="theirs", Body=b"")
    ssm.put_parameter(
        Name=f"/memory-service/{name}/signing-key", Type="SecureString", Value="theirs", Overwrite=True
    )
    logs.create_log_group(logGroupName=f"/aws/lambda/{name}-python-demo")
    config = {
        "Name": name,
        "SigningProtocol": "sigv4",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    }
    made = cloudfront.create_origin_access_control(OriginAccessControlConfig=config)["OriginAccessControl"]

    def are_there() -> bool:
        s3.head_object(Bucket=f"{name}-code", Key="theirs")
        ssm.get_parameter(Name=f"/memory-service/{name}/signing-key")
        cloudfront.get_origin_access_control(Id=made["Id"])
        found = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
        return len(found) == 1

    yield are_there
    s3.delete_object(Bucket=f"{name}-code", Key="theirs")
    s3.delete_bucket(Bucket=f"{name}-code")
    ssm.delete_parameter(Name=f"/memory-service/{name}/signing-key")
    logs.delete_log_group(logGroupName=f"/aws/lambda/{name}-python-demo")
    tag = cloudfront.get_origin_access_control(Id=made["Id"])["ETag"]
    cloudfront.delete_origin_access_control(Id=made["Id"], IfMatch=tag)


def left_of(account: Account, name: str) -> list[str]:
    """Return what there is of a run, the stack itself included."""
    stack = Stack(account, name)
    stacks = account.client("cloudformation").describe_stacks()["Stacks"]
    alive = [item["StackName"] for item in stacks if item["StackStatus"] != "DELETE_COMPLETE"]
    return [each.name for each in Leftovers(account, stack).find()] + [one for one in alive if one == name]


@pytest.mark.parametrize(
    ("failure", "says"),
    [(RuntimeError("it is broken"), "it is broken"), (KeyboardInterrupt(), "it was stopped")],
)
def test_a_step_that_breaks_in_the_middle_leaves_nothing(
    account: Account,
    others: Callable[[], bool],
    monkeypatch: pytest.MonkeyPatch,
    failure: BaseException,
    says: str,
) -> None:
    made: list[str] = []

    def break_beside_a_function(_: object, __: object, demo: Demo, ___: object) -> None:
        Probe(account, demo, {TAG: run.report.stack})
        made.extend(left_of(account, run.report.stack))
        raise failure

    monkeypatch.setattr(acceptance_run, "run_demo", break_beside_a_function)
    run = AcceptanceRun(account, SCOPE)
    report = run.run()
    assert any(name.startswith("probe-of-") for name in made)
    assert says in report.error
    assert list(report.steps) == ["deploy", "delete"]
    assert not report.accepted
    assert report.remains == []
    assert left_of(account, report.stack) == []
    assert others()


def test_a_stack_that_fails_half_way_leaves_nothing_and_says_what_failed(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "infra").mkdir()
    for name in ("build", "demos", "infra/edge-setup", "infra/bucket-removal"):
        (tmp_path / name).symlink_to(ROOT / name)
    broken = TEMPLATE.read_text().replace("                - cloudfront:CreateKeyGroup\n", "")
    (tmp_path / "infra" / "template.yaml").write_text(broken)
    monkeypatch.setattr(stack_module, "TEMPLATE", tmp_path / "infra" / "template.yaml")
    report = AcceptanceRun(account, SCOPE).run()
    assert "SigningKeys" in report.error
    assert "cloudfront:CreateKeyGroup" in report.error
    assert list(report.steps) == ["delete"]
    assert report.remains == []
    assert left_of(account, report.stack) == []


def test_a_stack_that_is_only_planned_is_deleted(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses: list[str] = []

    def stop(stack: Stack, *_: object, **__: object) -> None:
        wait_until(lambda: status_of(account, stack.name) == "REVIEW_IN_PROGRESS")
        statuses.append(status_of(account, stack.name))
        raise KeyboardInterrupt

    monkeypatch.setattr(Stack, "_wait", stop)
    report = AcceptanceRun(account, SCOPE).run()
    assert statuses == ["REVIEW_IN_PROGRESS"]
    assert report.remains == []
    assert left_of(account, report.stack) == []


def test_ctrl_c_while_the_stack_is_made_leaves_nothing_however_often_it_is_pressed(
    account: Account, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "acceptance", "--out", str(tmp_path)]
    environment = {**os.environ, **account.environment()}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        name = (
            next(line for line in process.stdout if line.startswith("The stack is ")).split()[-1].rstrip(".")
        )
        wait_until(lambda: "CREATE_IN_PROGRESS" in status_of(account, name))
        process.send_signal(signal.SIGINT)
        next(line for line in process.stdout if line.startswith("── delete"))
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGHUP)
        said = process.stdout.read()
        assert process.wait(PATIENCE) == 1
    assert "Still deleting" in said
    (written,) = tmp_path.glob("*.json")
    report = json.loads(written.read_text())
    assert report["error"] == "it was stopped"
    assert report["remains"] == []
    assert left_of(account, name) == []


def test_what_cannot_be_deleted_is_listed_and_can_be_deleted_later(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: Stack) -> None:
        raise AcceptanceError("PublicKeyInUse")

    def stop(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(Stack, "delete", refuse)
        patched.setattr(acceptance_run, "run_demo", stop)
        assert main(["--out", str(tmp_path)]) == 1
    (written,) = tmp_path.glob("*.json")
    report = json.loads(written.read_text())
    (line,) = report["remains"]
    assert line.startswith(f"stack {report['stack']}: PublicKeyInUse")
    assert f"-s acceptance -- --delete {report['stack']}" in capsys.readouterr().out
    assert left_of(account, report["stack"])
    assert main(["--delete", report["stack"]]) == 0
    assert f"Nothing of {report['stack']} is left" in capsys.readouterr().out
    assert left_of(account, report["stack"]) == []


def test_one_thing_that_cannot_be_deleted_keeps_no_other(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack(account, new_name())
    logs, s3 = account.client("logs"), account.client("s3")
    logs.create_log_group(logGroupName=f"/aws/lambda/{stack.name}-x")
    s3.create_bucket(Bucket=stack.code_bucket)
    s3.put_bucket_tagging(Bucket=stack.code_bucket, Tagging={"TagSet": [stack.tag]})

    def refuse(*_: object) -> None:
        raise AcceptanceError("you may not")

    leftovers = Leftovers(account, stack)
    with monkeypatch.context() as patched:
        patched.setattr(Leftovers, "_delete_bucket", refuse)
        assert leftovers.delete() == [f"bucket {stack.code_bucket}: you may not"]
    assert [each.kind for each in leftovers.find()] == ["bucket"]
    assert leftovers.delete() == []


@pytest.mark.parametrize(
    "name", ["production", "memory-acceptance-", "memory-acceptance-0123456789", "memory-service"]
)
def test_no_stack_of_another_name_is_deleted(
    account: Account, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(AcceptanceError, match="not the name"):
        Stack(account, name)
    assert main(["--delete", name]) == 2
    assert "not the name" in capsys.readouterr().out


def status_of(account: Account, name: str) -> str:
    try:
        found = account.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except account.client("cloudformation").exceptions.ClientError:
        return ""
    return str(found[0]["StackStatus"]) if found else ""


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_public_key_that_a_stack_left_behind_is_deleted_and_a_stranger_s_stays(account: Account) -> None:
    stack = Stack(account, new_name())
    cloudfront = account.client("cloudfront")
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    text = pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for name in (f"{stack.name}-key", "a-stranger-s-key"):
        config = {"CallerReference": name, "Name": name, "EncodedKey": text}
        cloudfront.create_public_key(PublicKeyConfig=config)
    leftovers = Leftovers(account, stack)
    assert [each.kind for each in leftovers.find()] == ["public key"]
    assert leftovers.delete() == []
    kept = [item["Name"] for item in cloudfront.list_public_keys()["PublicKeyList"].get("Items", [])]
    assert "a-stranger-s-key" in kept
    assert f"{stack.name}-key" not in kept


def test_what_has_a_run_s_name_and_lacks_its_tag_is_named_and_left_alone(account: Account) -> None:
    stack, another = Stack(account, new_name()), Stack(account, new_name())
    s3, formation = account.client("s3"), account.client("cloudformation")
    s3.create_bucket(Bucket=stack.code_bucket)
    s3.put_bucket_tagging(Bucket=stack.code_bucket, Tagging={"TagSet": [another.tag]})
    template = {
        "Resources": {
            "Theirs": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}
        }
    }
    formation.create_stack(StackName=stack.name, TemplateBody=json.dumps(template))
    formation.get_waiter("stack_create_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 0.1})

    (theirs,) = Leftovers(account, stack).delete()
    assert theirs.startswith(f"stack {stack.name}: it lacks the tag {TAG}")
    assert status_of(account, stack.name) == "CREATE_COMPLETE"
    formation.delete_stack(StackName=stack.name)
    wait_until(lambda: not status_of(account, stack.name))

    (left,) = Leftovers(account, stack).delete()
    assert left.startswith(f"bucket {stack.code_bucket}: it lacks the tag {TAG}")
    s3.delete_bucket(Bucket=stack.code_bucket)  # which fails, were it gone


def test_all_that_a_stack_makes_and_that_can_carry_a_tag_carries_the_run_s(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[str, set[str]] = {}

    def look(*_: object) -> None:
        tagging = account.client("resourcegroupstaggingapi")
        pages = tagging.get_paginator("get_resources").paginate(
            TagFilters=[{"Key": TAG, "Values": [run.report.stack]}]
        )
        for arn in (item["ResourceARN"] for page in pages for item in page["ResourceTagMappingList"]):
            found.setdefault(arn.split(":")[2], set()).add(arn)
        raise RuntimeError

    monkeypatch.setattr(acceptance_run, "run_demo", look)
    run = AcceptanceRun(account, SCOPE)
    assert run.run().remains == []
    assert found.keys() >= {"lambda", "s3", "cloudfront"}
    assert len(found["s3"]) >= 1  # the code's; the local engine hands no tag of a stack on to a bucket
    assert len(found["cloudfront"]) == 2
    assert len(found["lambda"]) == 7


def test_an_account_that_cloudfront_has_not_verified_is_told_what_to_do(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = (
        "PublicDistribution: Resource handler returned message: Access denied for operation"
        " 'AWS::CloudFront::Distribution: Your account must be verified before you can add new CloudFront resources."
        " To verify your account, please contact AWS Support'"
    )

    def refuse(**_: object) -> None:
        raise WaiterError("StackCreateComplete", "failed", {"StatusReason": ""})

    stack = Stack(account, new_name())
    monkeypatch.setattr(stack, "_failures", lambda: refusal)
    monkeypatch.setattr(stack._formation, "get_waiter", lambda _: SimpleNamespace(wait=refuse))
    with pytest.raises(AcceptanceError, match="Open a case with AWS Support"):
        stack._wait("stack_create_complete")
