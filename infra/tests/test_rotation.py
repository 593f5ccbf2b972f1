"""The function that replaces the signing key, deployed and with the rights of its role only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from local_cloud import LocalCloud

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STACK = "memory"
PARAMETER = f"/memory-service/{STACK}/signing-key"
PROPAGATION = 900
LONGEST_SIGNATURE = 600
OVERLAP = 3600 + LONGEST_SIGNATURE + 300  # SDKs keep a key for an hour; clocks differ
SETTINGS = {"Demos": "false", "RotationDays": "90", "LongestSignature": str(LONGEST_SIGNATURE)}


class Stack:
    """A stack whose functions are as far ahead of the machine's time as a file says."""

    def __init__(self, cloud: LocalCloud, template: dict[str, Any], shift: Path) -> None:
        self.cloud = cloud
        self._template = template
        self._shift = shift
        self.reset()
        self.outputs = self.deploy(**SETTINGS)

    def reset(self) -> None:
        """Go back to the machine's time: CloudFront's API stamps its changes with that."""
        self._ahead = 0
        self.wait(0)

    def deploy(self, **parameters: str) -> dict[str, str]:
        return dict(self.cloud.deploy(self._template, stack_name=STACK, parameters=parameters).outputs)

    def wait(self, seconds: int) -> None:
        self._ahead += seconds
        self._shift.write_text(str(self._ahead))

    def rotate(self, event: dict[str, str] | None = None) -> dict[str, Any]:
        answer = self.cloud.client("lambda").invoke(
            FunctionName=self.outputs["RotateKeys"], Payload=json.dumps(event)
        )
        report: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise RuntimeError(report["errorMessage"])
        return report

    def signer(self) -> str:
        parameter = self.cloud.client("ssm").get_parameter(Name=PARAMETER, WithDecryption=True)["Parameter"]
        assert parameter["Type"] == "SecureString"
        return str(json.loads(parameter["Value"])["public_key_id"])


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("time") / "shift"
    path.write_text("0")
    return path


@pytest.fixture(scope="module")
def cloud(lambda_modules: dict[str, str], infra: Path, shift: Path) -> Iterator[LocalCloud]:
    preload = {
        "NODE_OPTIONS": f"--require {infra / 'tests' / 'shifted-time.js'}",
        "TIME_SHIFT_FILE": str(shift),
    }
    with LocalCloud.start(auth=True, variables={**lambda_modules, **preload}) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def deployed(cloud: LocalCloud, deployable: Callable[[LocalCloud], dict[str, Any]]) -> dict[str, Any]:
    return deployable(cloud)


@pytest.fixture(scope="module")
def shared(cloud: LocalCloud, deployed: dict[str, Any], shift: Path) -> Iterator[Stack]:
    yield Stack(cloud, deployed, shift)
    cloud.delete(STACK)


@pytest.fixture
def stack(shared: Stack) -> Stack:
    """The stack without a rotation under way."""
    if shared.rotate()["phase"] != "idle":
        shared.wait(PROPAGATION + 60)
        assert shared.rotate({"action": "revoke"})["phase"] == "done"
    shared.reset()
    return shared


def key_parts(cloud: LocalCloud) -> dict[str, list[str]]:
    cloudfront = cloud.client("cloudfront")
    groups = cloudfront.list_key_groups()["KeyGroupList"].get("Items", [])
    return {
        "public keys": [
            item["Id"] for item in cloudfront.list_public_keys()["PublicKeyList"].get("Items", [])
        ],
        "grouped": [key for group in groups for key in group["KeyGroup"]["KeyGroupConfig"]["Items"]],
        "parameters": [item["Name"] for item in cloud.client("ssm").describe_parameters()["Parameters"]],
    }


def test_a_rotation_needs_no_more_than_its_role(cloud: LocalCloud, stack: Stack) -> None:
    old = stack.signer()
    assert stack.rotate()["phase"] == "idle"
    assert stack.rotate({"action": "start"})["phase"] == "propagating"
    stack.wait(PROPAGATION + 60)
    assert stack.rotate({"action": "continue"})["phase"] == "overlapping"
    new = stack.signer()
    assert key_parts(cloud) == {
        "public keys": [old, new],
        "grouped": [old, new],
        "parameters": [PARAMETER, f"{PARAMETER}-next"],
    }
    stack.wait(OVERLAP)
    assert stack.rotate() == {"phase": "done", "publicKeyId": new}
    assert key_parts(cloud) == {"public keys": [new], "grouped": [new], "parameters": [PARAMETER]}
    assert stack.rotate()["phase"] == "idle"
    stack.wait(90 * 86_400 - OVERLAP)
    assert stack.rotate()["phase"] != "idle"  # it is due again


def test_an_unknown_action_is_refused_by_name(stack: Stack) -> None:
    with pytest.raises(RuntimeError, match="action must be one of continue, start, revoke, not rotate"):
        stack.rotate({"action": "rotate"})


def test_no_log_and_no_report_of_a_rotation_holds_a_key(cloud: LocalCloud, stack: Stack) -> None:
    reports = [stack.rotate({"action": "start"})]
    stack.wait(PROPAGATION + 60)
    reports.append(stack.rotate({"action": "revoke"}))
    logs = cloud.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    text = "\n".join(
        event["message"] for group in groups for event in logs.filter_log_events(logGroupName=group)["events"]
    )
    assert f"revoke: {json.dumps(reports[1], separators=(',', ':'))}" in text
    value = cloud.client("ssm").get_parameter(Name=PARAMETER, WithDecryption=True)["Parameter"]["Value"]
    lines = json.loads(value)["private_key"].splitlines()[1:-1]
    assert lines
    assert [line for line in [*lines, "PRIVATE KEY"] if line in text + json.dumps(reports)] == []


@pytest.mark.parametrize("steps", [0, 1])
def test_a_stack_that_is_deleted_during_a_rotation_leaves_nothing(
    cloud: LocalCloud, stack: Stack, steps: int
) -> None:
    stack.rotate({"action": "start"})
    for _ in range(steps):
        stack.wait(PROPAGATION + 60)
        assert stack.rotate()["phase"] == "overlapping"
    assert len(key_parts(cloud)["public keys"]) == 2
    cloud.delete(STACK)
    assert key_parts(cloud) == {"public keys": [], "grouped": [], "parameters": []}
    stack.outputs = stack.deploy(**SETTINGS)


def test_an_update_during_a_rotation_keeps_both_keys(cloud: LocalCloud, stack: Stack) -> None:
    stack.rotate({"action": "start"})
    before = key_parts(cloud)
    outputs = stack.deploy(**{**SETTINGS, "KeyType": "ECDSA-P256"})
    assert outputs == stack.outputs
    assert key_parts(cloud) == before
    assert len(before["public keys"]) == 2


def test_a_schedule_is_made_and_unmade_with_its_parameter(cloud: LocalCloud, stack: Stack) -> None:
    events = cloud.client("events")
    [rule] = events.list_rules()["Rules"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 hour)", "ENABLED")
    [target] = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    function = cloud.client("lambda").get_function(FunctionName=stack.outputs["RotateKeys"])["Configuration"]
    assert target["Arn"] == function["FunctionArn"]
    assert stack.rotate(json.loads(target["Input"]))["phase"] == "idle"
    policy = json.loads(cloud.client("lambda").get_policy(FunctionName=stack.outputs["RotateKeys"])["Policy"])
    [statement] = policy["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": rule["Arn"]}}

    stack.deploy(**{**SETTINGS, "RotationDays": "0"})
    assert events.list_rules()["Rules"] == []
    stack.deploy(**SETTINGS)


def test_the_rotation_touches_nothing_else(cloud: LocalCloud, stack: Stack) -> None:
    resources = cloud.client("cloudformation").describe_stack_resource(
        StackName=STACK, LogicalResourceId="RotateKeysRole"
    )
    name = resources["StackResourceDetail"]["PhysicalResourceId"]
    arn = cloud.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    given = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    session = boto3.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], "us-east-1"
    )
    ssm = session.client("ssm", endpoint_url=cloud.endpoint, verify=str(cloud.certificate))
    cloudfront = session.client("cloudfront", endpoint_url=cloud.endpoint, verify=str(cloud.certificate))
    s3 = session.client("s3", endpoint_url=cloud.endpoint, verify=str(cloud.certificate))
    assert ssm.get_parameter(Name=PARAMETER, WithDecryption=True)
    for denied in (
        lambda: ssm.delete_parameter(Name=PARAMETER),
        lambda: ssm.get_parameter(Name="/somebody/else", WithDecryption=True),
        lambda: ssm.put_parameter(Name="/somebody/else", Value="mine", Type="SecureString"),
        cloudfront.list_distributions,
        cloudfront.list_key_groups,
        lambda: cloudfront.delete_key_group(Id="any", IfMatch="any"),
        lambda: s3.list_objects_v2(Bucket=stack.outputs["StorageBucket"]),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            denied()
