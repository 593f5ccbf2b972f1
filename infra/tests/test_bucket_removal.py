"""The function that deletes the bucket with its stack: when it does, and above all when it does not."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from bucket_removal import OutOfTimeError, handler, outcome
from moto import mock_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

BUCKET = "values"


@dataclass
class Stack:
    """CloudFormation as the function asks it, and Lambda's context."""

    status: str = "DELETE_IN_PROGRESS"
    milliseconds: int = 900_000

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS names it so
        assert StackName == "arn:stack"
        return {"Stacks": [{"StackStatus": self.status}]}

    def get_remaining_time_in_millis(self) -> int:
        self.milliseconds -= 1
        return self.milliseconds


def event(request: str = "Delete", policy: str = "Delete", **more: Any) -> dict[str, Any]:
    properties = {"Bucket": BUCKET, "RemovalPolicy": policy}
    ids = {"StackId": "arn:stack", "RequestId": "1", "LogicalResourceId": "BucketRemoval"}
    return {"RequestType": request, "ResourceProperties": properties, **ids, **more}


@pytest.fixture(autouse=True)
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        client.put_object(Bucket=BUCKET, Key="public/shop/a.json", Body=b"{}")
        yield client


def buckets(s3: Any) -> list[str]:
    return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def test_a_bucket_ends_with_its_stack_if_the_policy_says_so(s3: Any) -> None:
    stack = Stack()
    assert outcome(event(), stack, s3, stack) == "values is deleted, with 1 values"
    assert buckets(s3) == []


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_a_bucket_to_retain_is_kept(s3: Any, request_type: str) -> None:
    stack = Stack()
    assert " kept" in outcome(event(request_type, "Retain"), stack, s3, stack)
    assert buckets(s3) == [BUCKET]


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_nothing_is_deleted_before_the_end(s3: Any, request_type: str) -> None:
    stack = Stack()
    assert outcome(event(request_type), stack, s3, stack) == "values will be deleted with its values"
    assert buckets(s3) == [BUCKET]


@pytest.mark.parametrize(
    "status",
    [
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    ],
)
def test_a_resource_that_only_leaves_its_stack_costs_no_values(s3: Any, status: str) -> None:
    stack = Stack(status)
    assert status in outcome(event(), stack, s3, stack)
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


@pytest.mark.slow
def test_more_values_than_one_call_deletes_are_deleted_with_all_versions(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for number in range(1001):
        s3.put_object(Bucket=BUCKET, Key=f"public/shop/{number}.json", Body=b"{}")
    s3.put_object(Bucket=BUCKET, Key="public/shop/a.json", Body=b"[]")
    s3.delete_object(Bucket=BUCKET, Key="public/shop/a.json")
    stack = Stack()
    assert outcome(event(), stack, s3, stack) == "values is deleted, with 1004 values"
    assert buckets(s3) == []


def test_a_bucket_that_is_gone_is_no_error(s3: Any) -> None:
    s3.delete_object(Bucket=BUCKET, Key="public/shop/a.json")
    s3.delete_bucket(Bucket=BUCKET)
    stack = Stack()
    assert outcome(event(), stack, s3, stack) == "values is deleted, with 0 values"


def test_a_value_put_meanwhile_is_deleted_too(s3: Any) -> None:
    def put_once_more(**_: Any) -> None:
        s3.meta.events.unregister("before-call.s3.DeleteBucket", put_once_more)
        s3.put_object(Bucket=BUCKET, Key="public/shop/late.json", Body=b"{}")

    s3.meta.events.register("before-call.s3.DeleteBucket", put_once_more)
    stack = Stack()
    assert outcome(event(), stack, s3, stack) == "values is deleted, with 2 values"
    assert buckets(s3) == []


def test_a_run_that_ends_too_early_says_how_to_go_on(s3: Any) -> None:
    stack = Stack(milliseconds=60_000)
    with pytest.raises(
        OutOfTimeError, match="0 values of values are deleted and more are left; delete the stack"
    ):
        outcome(event(), stack, s3, stack)
    assert buckets(s3) == [BUCKET]


def test_another_policy_is_refused(s3: Any) -> None:
    stack = Stack()
    with pytest.raises(ValueError, match="RemovalPolicy must be Retain or Delete, not Snapshot"):
        outcome(event("Create", "Snapshot"), stack, s3, stack)


class Answers(BaseHTTPRequestHandler):
    received: list[dict[str, Any]]

    def do_PUT(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200 if self.headers["Content-Type"] == "" else 403)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def answers() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    received: list[dict[str, Any]] = []
    with HTTPServer(("127.0.0.1", 0), type("Handler", (Answers,), {"received": received})) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/answer", received
        server.shutdown()


def test_cloudformation_gets_the_same_id_with_every_answer(answers: tuple[str, list[dict[str, Any]]]) -> None:
    url, received = answers
    handler(event("Create", "Retain", ResponseURL=url), Stack())
    first = received[0]["PhysicalResourceId"]
    handler(event("Update", "Delete", ResponseURL=url, PhysicalResourceId=first), Stack())
    assert [answer["Status"] for answer in received] == ["SUCCESS", "SUCCESS"]
    assert {answer["PhysicalResourceId"] for answer in received} == {first}
    assert received[1]["RequestId"] == "1"


def test_a_failure_is_answered_with_its_reason_and_logged(
    answers: tuple[str, list[dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    url, received = answers
    handler(event("Update", "Snapshot", ResponseURL=url, PhysicalResourceId="x"), Stack())
    assert received[0]["Status"] == "FAILED"
    assert received[0]["Reason"] == "ValueError: RemovalPolicy must be Retain or Delete, not Snapshot"
    log = capsys.readouterr().out
    assert "Update: ValueError: RemovalPolicy must be" in log
    assert url not in log
