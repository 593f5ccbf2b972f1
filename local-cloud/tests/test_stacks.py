"""Deploying: success, updates, failures and what their errors say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from local_cloud import DeploymentError

if TYPE_CHECKING:
    from local_cloud import LocalCloud


def bucket_template(**outputs: Any) -> dict[str, Any]:
    return {
        "Parameters": {"Word": {"Type": "String", "Default": "none"}},
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }


BROKEN = {
    "Resources": {
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:missing:1"]},
        }
    }
}


def test_lifecycle_rules_of_the_template_are_kept_and_go_with_it(cloud: LocalCloud) -> None:
    template = bucket_template(Name={"Ref": "Bucket"})
    rules = [
        {
            "Id": "a",
            "Status": "Enabled",
            "ExpirationInDays": 7,
            "TagFilters": [{"Key": "ttl-days", "Value": "7"}],
        },
        {"Id": "b", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
        {
            "Id": "c",
            "Status": "Disabled",
            "ExpirationInDays": 1,
            "Prefix": "logs/",
            "TagFilters": [{"Key": "x", "Value": "y"}],
        },
    ]
    template["Resources"]["Bucket"]["Properties"] = {"LifecycleConfiguration": {"Rules": rules}}
    name = cloud.deploy(template, stack_name="lifecycle").outputs["Name"]
    s3 = cloud.client("s3")

    kept = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    del template["Resources"]["Bucket"]["Properties"]
    template["Outputs"]["More"] = {"Value": "changed"}
    cloud.deploy(template, stack_name="lifecycle")

    assert kept[0] == {
        "ID": "a",
        "Status": "Enabled",
        "Expiration": {"Days": 7},
        "Filter": {"Tag": {"Key": "ttl-days", "Value": "7"}},
    }
    assert kept[1]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    both = kept[2]["Filter"]["And"]
    assert (both["Prefix"], both["Tags"]) == ("logs/", [{"Key": "x", "Value": "y"}])
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=name)


def test_deployed_stack_has_its_outputs(cloud: LocalCloud) -> None:
    stack = cloud.deploy(
        bucket_template(Name={"Ref": "Bucket"}, Word={"Ref": "Word"}),
        stack_name="outputs",
        parameters={"Word": "given"},
    )

    assert stack.outputs["Word"] == "given"
    cloud.client("s3").head_bucket(Bucket=stack.outputs["Name"])


def test_template_may_be_text(cloud: LocalCloud) -> None:
    text = "Resources:\n  B:\n    Type: AWS::S3::Bucket\nOutputs:\n  Said:\n    Value: yaml\n"

    assert cloud.deploy(text, stack_name="text").outputs == {"Said": "yaml"}


def test_deploying_again_updates_and_without_a_change_is_no_error(cloud: LocalCloud) -> None:
    first = cloud.deploy(bucket_template(Name={"Ref": "Bucket"}), stack_name="again")

    assert cloud.deploy(bucket_template(Name={"Ref": "Bucket"}), stack_name="again") == first
    changed = cloud.deploy(bucket_template(Name={"Ref": "Bucket"}, More="x"), stack_name="again")
    assert changed.outputs == {**first.outputs, "More": "x"}


def test_template_too_long_for_a_request_travels_through_a_bucket(cloud: LocalCloud) -> None:
    template = {**bucket_template(Said="long"), "Metadata": {"filling": "x" * 60_000}}

    assert cloud.deploy(template, stack_name="long").outputs == {"Said": "long"}


def test_failed_resource_is_named_with_its_reason(cloud: LocalCloud) -> None:
    with pytest.raises(DeploymentError, match=r"(?s)failing.*Function \(AWS::Lambda::Function\).*missing:1"):
        cloud.deploy(BROKEN, stack_name="failing")


def test_stack_whose_creation_failed_can_be_deployed_again(cloud: LocalCloud) -> None:
    with pytest.raises(DeploymentError):
        cloud.deploy(BROKEN, stack_name="repaired")

    assert cloud.deploy(bucket_template(Said="fine"), stack_name="repaired").outputs == {"Said": "fine"}


def test_refused_template_is_reported_with_the_reason(cloud: LocalCloud) -> None:
    with pytest.raises(DeploymentError, match=r"unknown was refused.*AWS::Nothing::Here"):
        cloud.deploy({"Resources": {"It": {"Type": "AWS::Nothing::Here"}}}, stack_name="unknown")


def test_deleted_stack_takes_its_resources_along_and_deleting_again_is_no_error(cloud: LocalCloud) -> None:
    stack = cloud.deploy(bucket_template(Name={"Ref": "Bucket"}), stack_name="gone")

    cloud.delete("gone")
    cloud.delete("gone")

    names = [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]]
    assert stack.outputs["Name"] not in names
