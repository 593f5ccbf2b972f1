"""The roles as an engine sees them that enforces them: what they may do works, and nothing else does."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from local_cloud import DeploymentError, LocalCloud

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STACK = "memory"
PARAMETER = f"/memory-service/{STACK}/signing-key"
OWN = {
    "PythonDemoRole": "public/memory-service-python-demo/",
    "NodejsDemoRole": "public/memory-service-nodejs-demo/",
    "NodejsAuthDemoRole": "private/memory-service-nodejs-auth-demo/",
    "PythonAuthDemoRole": "private/memory-service-python-auth-demo/",
}
#: Another service's, another visibility's, or one that only looks like the own to a careless comparison.
FOREIGN = (
    "public/memory-service/",
    "private/memory-service/",
    "private/memory-service-python-demo/",
    "public/memory-service-nodejs-auth-demo/",
    "public/memory-service-python-auth-demo/",
    "public/memory-service-python-demo-2/",
    "",
)


@pytest.fixture(scope="module")
def cloud(lambda_modules: dict[str, str]) -> Iterator[LocalCloud]:
    with LocalCloud.start(auth=True, variables=lambda_modules) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def deployed(cloud: LocalCloud, deployable: Callable[[LocalCloud], dict[str, Any]]) -> dict[str, Any]:
    return deployable(cloud)


@pytest.fixture(scope="module")
def bucket(cloud: LocalCloud, deployed: dict[str, Any]) -> str:
    return cloud.deploy(deployed, stack_name=STACK).outputs["StorageBucket"]


def client_of(cloud: LocalCloud, role: str, service: str, stack: str = STACK) -> Any:
    """Return a client with the credentials of a role of the stack."""
    resource = cloud.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=role)
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    arn = cloud.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    given = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    session = boto3.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], "us-east-1"
    )
    # The type of a client depends on the name of its service, which is not known here.
    return session.client(  # type: ignore[call-overload]
        service, endpoint_url=cloud.endpoint, verify=str(cloud.certificate)
    )


def denied(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        if not error.response["Error"]["Code"].startswith("AccessDenied"):
            raise
        return True
    return False


@pytest.mark.parametrize(("role", "prefix"), OWN.items())
def test_a_demo_puts_gets_lists_and_deletes_below_its_prefix(
    cloud: LocalCloud, bucket: str, role: str, prefix: str
) -> None:
    s3 = client_of(cloud, role, "s3")
    place = {"Bucket": bucket, "Key": f"{prefix}var1.json"}
    s3.put_object(**place, Body=b"{}", Tagging="ttl-days=1")
    assert s3.get_object(**place)["Body"].read() == b"{}"
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]] == [
        place["Key"]
    ]
    s3.delete_object(**place)
    with pytest.raises(ClientError, match="NoSuchKey"):  # a miss, which is told from a refusal
        s3.get_object(**place)


@pytest.mark.parametrize(("role", "prefix"), OWN.items())
def test_a_demo_does_nothing_elsewhere_in_the_bucket(
    cloud: LocalCloud, bucket: str, role: str, prefix: str
) -> None:
    s3 = client_of(cloud, role, "s3")
    for other in {*OWN.values(), *FOREIGN} - {prefix}:
        place = {"Bucket": bucket, "Key": f"{other}var1.json"}
        assert denied(s3.put_object, **place, Body=b"{}"), other
        assert denied(s3.list_objects_v2, Bucket=bucket, Prefix=other), other
        assert denied(s3.get_object, **place), other
        assert denied(s3.delete_object, **place), other


@pytest.mark.parametrize(("role", "prefix"), OWN.items())
def test_a_demo_does_nothing_else_with_the_bucket(
    cloud: LocalCloud, bucket: str, role: str, prefix: str
) -> None:
    s3 = client_of(cloud, role, "s3")
    place = {"Bucket": bucket, "Key": f"{prefix}var1.json"}
    assert denied(s3.list_objects_v2, Bucket=bucket)
    assert denied(s3.list_objects_v2, Bucket=bucket, Prefix=prefix.removesuffix("/"))
    assert denied(s3.list_objects_v2, Bucket=bucket, Prefix=prefix.partition("/")[0])
    assert denied(s3.list_object_versions, Bucket=bucket, Prefix=prefix)
    assert denied(s3.get_object_tagging, **place)
    assert denied(s3.put_bucket_policy, Bucket=bucket, Policy="{}")
    assert denied(s3.delete_bucket, Bucket=bucket)


def test_only_who_signs_or_makes_keys_reads_the_signing_key(cloud: LocalCloud, bucket: str) -> None:
    assert bucket
    readers = [
        role
        for role in (*OWN, "EdgeSetupRole", "RotateKeysRole")
        if not denied(client_of(cloud, role, "ssm").get_parameter, Name=PARAMETER, WithDecryption=True)
    ]
    assert readers == ["NodejsAuthDemoRole", "PythonAuthDemoRole", "EdgeSetupRole", "RotateKeysRole"]


def test_the_auth_demo_reads_no_other_parameter_and_writes_none(cloud: LocalCloud, bucket: str) -> None:
    assert bucket
    cloud.client("ssm").put_parameter(Name=f"{PARAMETER}-2", Value="other", Type="SecureString")
    ssm = client_of(cloud, "NodejsAuthDemoRole", "ssm")
    assert denied(ssm.get_parameter, Name=f"{PARAMETER}-2", WithDecryption=True)
    assert denied(ssm.put_parameter, Name=PARAMETER, Value="mine", Type="SecureString", Overwrite=True)
    assert denied(ssm.delete_parameter, Name=PARAMETER)


def test_the_edge_setup_writes_no_other_parameter_and_touches_no_distribution(
    cloud: LocalCloud, bucket: str
) -> None:
    ssm = client_of(cloud, "EdgeSetupRole", "ssm")
    assert denied(ssm.put_parameter, Name="/somebody/else", Value="mine", Type="SecureString")
    cloudfront = client_of(cloud, "EdgeSetupRole", "cloudfront")
    assert not denied(cloudfront.list_key_groups)
    assert denied(cloudfront.list_distributions)
    assert denied(client_of(cloud, "EdgeSetupRole", "s3").list_objects_v2, Bucket=bucket)


def test_without_tls_the_bucket_refuses_even_what_a_role_allows(cloud: LocalCloud, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "public/memory-service-python-demo/var1.json"}
    s3 = client_of(cloud, "PythonDemoRole", "s3")
    assert not denied(s3.put_object, **place, Body=b"{}")

    def say_that_it_came_over_http(request: Any, **_: Any) -> None:  # as a proxy before the engine does
        request.headers["X-Forwarded-Proto"] = "http"

    s3.meta.events.register("before-send.s3", say_that_it_came_over_http)
    assert denied(s3.put_object, **place, Body=b"{}")


def test_the_removal_of_a_bucket_to_retain_may_not_touch_it(cloud: LocalCloud, bucket: str) -> None:
    s3 = client_of(cloud, "BucketRemovalFunctionRole", "s3")
    place = {"Bucket": bucket, "Key": "public/memory-service-python-demo/var1.json"}
    assert denied(s3.list_object_versions, Bucket=bucket)
    assert denied(s3.delete_object, **place)
    assert denied(s3.delete_bucket, Bucket=bucket)


def test_the_removal_of_a_bucket_to_delete_may_do_that_and_not_read_it(
    cloud: LocalCloud, deployed: dict[str, Any]
) -> None:
    """Under its own role: the deletion of a stack with values in it."""
    parameters = {"BucketRemovalPolicy": "Delete", "Demos": "false", "FunctionPrefix": "second"}
    stack = cloud.deploy(deployed, stack_name="second", parameters=parameters)
    place = {"Bucket": stack.outputs["StorageBucket"], "Key": "public/shop/a.json"}
    cloud.client("s3").put_object(**place, Body=b"{}")
    s3 = client_of(cloud, "BucketRemovalFunctionRole", "s3", stack="second")
    assert denied(s3.get_object, **place)
    assert denied(s3.put_object, **place, Body=b"{}")
    cloud.delete("second")
    buckets = [found["Name"] for found in cloud.client("s3").list_buckets()["Buckets"]]
    assert stack.outputs["StorageBucket"] not in buckets


@pytest.mark.parametrize(
    "action", ["cloudfront:CreatePublicKey", "ssm:PutParameter", "cloudfront:CreateKeyGroup"]
)
def test_a_create_that_is_refused_half_way_leaves_nothing(
    cloud: LocalCloud, deployed: dict[str, Any], action: str
) -> None:
    """The engine sends no Delete to a resource whose Create failed: the function itself has to tidy up."""
    template = copy.deepcopy(deployed)
    [policy] = template["Resources"]["EdgeSetupRole"]["Properties"]["Policies"]
    for statement in policy["PolicyDocument"]["Statement"]:
        if action in statement["Action"]:
            statement["Action"].remove(action)
    cloudfront = cloud.client("cloudfront")

    def left() -> list[int]:
        groups = cloudfront.list_key_groups()["KeyGroupList"].get("Items", [])
        keys = cloudfront.list_public_keys()["PublicKeyList"].get("Items", [])
        controls = cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
        parameters = cloud.client("ssm").describe_parameters()["Parameters"]
        return [len(items) for items in (groups, keys, controls, parameters)]

    before = left()
    with pytest.raises(DeploymentError, match="AccessDenied"):
        cloud.deploy(template, stack_name="refused", parameters={"Demos": "false"})
    assert left() == before
    cloud.delete("refused")
