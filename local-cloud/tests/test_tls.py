"""With permissions enforced the engine speaks TLS, and who trusts its certificate gets an answer."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import boto3
import pytest
from local_cloud import LocalCloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Shop


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud.start(auth=True) as started:
        yield started


def test_a_bucket_that_demands_tls_is_read_through_edge_and_front(tls_shop: Shop, path: str) -> None:
    s3 = tls_shop.cloud.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=tls_shop.bucket)["Policy"])
    demand = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    policy["Statement"].append({**demand, "Condition": {"Bool": {"aws:SecureTransport": "false"}}})
    s3.delete_public_access_block(Bucket=tls_shop.bucket)  # the shop is open to everybody
    s3.put_bucket_policy(Bucket=tls_shop.bucket, Policy=json.dumps(policy))
    tls_shop.cloud.refresh()

    tls_shop.put(path, "body")

    assert tls_shop.get(path).body == b"body"


def deploy_function(cloud: LocalCloud, code: str) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    properties = {"FunctionName": "who", "Runtime": "python3.13", "Handler": "index.run"}
    function = {**properties, "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Code": {"ZipFile": code}}
    template: dict[str, Any] = {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        }
    }
    cloud.deploy(template, stack_name="who")


def test_functions_call_aws_over_tls(cloud: LocalCloud) -> None:
    deploy_function(
        cloud,
        "import boto3\ndef run(event, context): return boto3.client('sts').get_caller_identity()['Arn']",
    )
    answer = cloud.client("lambda").invoke(FunctionName="who")["Payload"].read()
    assert ":assumed-role/" in json.loads(answer)


def test_functions_that_are_sent_to_a_front_still_trust_the_engine() -> None:
    code = "from urllib.request import urlopen\ndef run(event, context): return urlopen(event).status"
    with LocalCloud.start(auth=True, faults=True) as cloud:
        deploy_function(cloud, code)
        health = json.dumps(f"{cloud._engine.endpoint}/_ministack/health")
        answer = cloud.client("lambda").invoke(FunctionName="who", Payload=health)["Payload"].read()
    assert health.startswith('"https://')
    assert json.loads(answer) == 200


def test_a_template_too_long_for_one_request_is_deployed(cloud: LocalCloud) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Metadata": {"Comment": "x" * 60_000}}
    long = {"Resources": {"Bucket": bucket}}

    assert cloud.deploy(long, stack_name="long").name == "long"


def test_the_certificate_is_trusted_by_whom_it_is_given_to_only(cloud: LocalCloud) -> None:
    health = f"{cloud.endpoint}/_ministack/health"
    assert health.startswith("https://127.0.0.1:")
    with pytest.raises(URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urlopen(health)

    with urlopen(health, context=ssl.create_default_context(cafile=cloud.certificate)) as answer:
        assert answer.status == 200


def test_the_environment_names_the_certificate(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in cloud.environment().items():
        monkeypatch.setenv(variable, value)

    assert boto3.Session().client("s3").list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert cloud.environment()["NODE_EXTRA_CA_CERTS"] == str(cloud.certificate)


def test_without_permissions_to_check_there_is_no_certificate_to_trust() -> None:
    with LocalCloud.start() as cloud:
        assert (cloud.endpoint[:7], cloud.certificate) == ("http://", None)
        assert "AWS_CA_BUNDLE" not in cloud.environment()
