"""Use from other accounts: who may assume the role of a service, and what it may do."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import boto3
import memory
import pytest
from botocore.exceptions import ClientError
from infra.scan.translations import unpackaged
from local_cloud import DeploymentError, LocalCloud
from memory._credential_source import forget_credentials

from infra import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

REGION = "us-east-1"
CONSUMER, STRANGER = "111111111111", "222222222222"  # accounts; the engine knows the root of each by its id
BUCKET = "values"
ORDERS = "public/orders/a.json"
PLACES = (ORDERS, "public/orders.changes/a.json", "public/orders.changes/.changes.json")
FOREIGN = (
    "public/orders-2.changes/a.json",
    "public/orders-2/a.json",
    "private/orders/a.json",
    "public/a.json",
    "orders/a.json",
)


class Account:
    """An account on the engine, and one of its roles."""

    def __init__(self, cloud: LocalCloud, account: str) -> None:
        self._cloud = cloud
        self.root = cloud.other_account(account)
        self.id = account

    def function(self, name: str, path: str = "/") -> boto3.Session:
        """Return a session as a role of this account that may assume any role."""
        iam = self.client(self.root, "iam")
        trust = {"Effect": "Allow", "Principal": {"AWS": self.id}, "Action": "sts:AssumeRole"}
        may = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        role = iam.create_role(
            RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(document(trust))
        )["Role"]
        iam.put_role_policy(RoleName=name, PolicyName="assume", PolicyDocument=json.dumps(document(may)))
        return self.assume(self.root, role["Arn"])

    def assume(self, session: boto3.Session, role: str) -> boto3.Session:
        sts = self.client(session, "sts")
        given = sts.assume_role(RoleArn=role, RoleSessionName="function")["Credentials"]
        keys = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return boto3.Session(*keys, region_name=REGION)

    def organization(self) -> str:
        """Return the id of the organization that the account is in; the engine makes it one."""
        description = self.client(self.root, "organizations").describe_organization()
        return str(description["Organization"]["Id"])

    def client(self, session: boto3.Session, service: str) -> Any:
        # The type of a client depends on the name of its service, which is not known here.
        return session.client(  # type: ignore[call-overload]
            service, endpoint_url=self._cloud.endpoint, verify=str(self._cloud.certificate)
        )


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def denied(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        if not error.response["Error"]["Code"].startswith("AccessDenied"):
            raise
        return True
    return False


@pytest.fixture(scope="module")
def published(infra: Path) -> dict[str, Any]:
    return translate(unpackaged(infra / "consumer.yaml"), REGION)


@pytest.fixture(scope="module")
def template(published: dict[str, Any]) -> dict[str, Any]:
    """The template for an engine that takes a session's ARN for `aws:PrincipalArn`, where AWS takes its role's.

    ("AWS global condition context keys" in the IAM user guide.)
    """
    template = copy.deepcopy(published)
    [trust] = template["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    pattern = trust["Condition"]["ArnLike"]["aws:PrincipalArn"]["Fn::Sub"]
    assert pattern[0] == "arn:${AWS::Partition}:iam::${Account}:role/${ConsumerRole}"
    pattern[0] = "arn:${AWS::Partition}:sts::${Account}:assumed-role/${ConsumerRole}/*"
    return template


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud.start(auth=True) as cloud:
        cloud.client("s3").create_bucket(Bucket=BUCKET)
        yield cloud


def publish(cloud: LocalCloud, name: str) -> str:
    """Publish a layer of the cache's account and return the ARN of its version."""
    content = {"ZipFile": b"PK\x05\x06" + bytes(18)}  # a zip file without files
    return str(
        cloud.client("lambda").publish_layer_version(LayerName=name, Content=content)["LayerVersionArn"]
    )


@pytest.fixture(scope="module")
def layer(cloud: LocalCloud) -> str:
    return publish(cloud, "for-an-account")


@pytest.fixture(scope="module")
def role(cloud: LocalCloud, template: dict[str, Any], layer: str) -> str:
    """The role of the public service `orders` for the functions `orders-…` of the consumer's account."""
    parameters = {
        "Consumer": CONSUMER,
        "ConsumerRole": "orders-*",
        "StorageBucket": BUCKET,
        "Service": "orders",
        "Visibility": "public",
        "PythonLayer": layer,
    }
    return cloud.deploy(template, stack_name="orders", parameters=parameters).outputs["RoleArn"]


@pytest.fixture(scope="module")
def s3(cloud: LocalCloud, role: str) -> Any:
    """S3 as a function of the consumer sees it that has assumed the role."""
    account = Account(cloud, CONSUMER)
    return account.client(account.assume(account.function("orders-writer"), role), "s3")


@pytest.mark.parametrize("key", PLACES)
def test_a_function_of_the_consumer_uses_its_service(s3: Any, key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"{}", Tagging="ttl-days=1")
    assert s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"{}"
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{key.rpartition('/')[0]}/")["Contents"]
    assert [item["Key"] for item in listed] == [key]
    s3.delete_object(Bucket=BUCKET, Key=key)


@pytest.mark.parametrize("key", FOREIGN)
def test_it_does_nothing_elsewhere_in_the_bucket(s3: Any, key: str) -> None:
    assert denied(s3.put_object, Bucket=BUCKET, Key=key, Body=b"{}")
    assert denied(s3.get_object, Bucket=BUCKET, Key=key)
    assert denied(s3.delete_object, Bucket=BUCKET, Key=key)
    assert denied(s3.list_objects_v2, Bucket=BUCKET, Prefix=key.rpartition("/")[0] + "/")


def test_it_does_nothing_else_with_the_bucket(s3: Any) -> None:
    assert denied(s3.list_objects_v2, Bucket=BUCKET)
    assert denied(s3.delete_bucket, Bucket=BUCKET)
    assert denied(s3.get_bucket_policy, Bucket=BUCKET)


def test_an_account_that_is_not_the_consumer_is_refused(cloud: LocalCloud, role: str) -> None:
    stranger = Account(cloud, STRANGER)
    session = stranger.function("orders-writer")  # the name alone does not help
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        stranger.assume(session, role)


def test_another_role_of_the_consumer_is_refused(cloud: LocalCloud, role: str) -> None:
    consumer = Account(cloud, CONSUMER)
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        consumer.assume(consumer.function("billing-writer"), role)


def layer_statements(cloud: LocalCloud, layer: str) -> list[dict[str, Any]]:
    name, version = layer.split(":")[-2:]
    policy = cloud.client("lambda").get_layer_version_policy(LayerName=name, VersionNumber=int(version))
    statements: list[dict[str, Any]] = json.loads(policy["Policy"])["Statement"]
    return statements


def test_the_layer_may_be_used_by_the_consumer_alone(cloud: LocalCloud, layer: str, role: str) -> None:
    assert role
    [statement] = layer_statements(cloud, layer)
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == "lambda:GetLayerVersion"
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{CONSUMER}:root"}
    assert statement["Resource"] == layer


def test_every_account_of_an_organization_is_a_consumer_and_no_other(
    cloud: LocalCloud, template: dict[str, Any]
) -> None:
    layer = publish(cloud, "for-an-organization")
    member = Account(cloud, "333333333333")
    organization = member.organization()
    parameters = {
        "ConsumerType": "organization",
        "Consumer": organization,
        "StorageBucket": BUCKET,
        "Service": "orders",
        "Visibility": "public",
        "NodejsLayer": layer,
    }
    role = cloud.deploy(template, stack_name="organization", parameters=parameters).outputs["RoleArn"]
    member.assume(member.function("anybody"), role)
    stranger = Account(cloud, STRANGER)
    assert stranger.organization() != organization
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        stranger.assume(stranger.function("anybody"), role)
    [statement] = layer_statements(cloud, layer)
    assert statement["Principal"] == "*"
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": organization}}


def test_invalidations_are_allowed_on_the_named_distribution_only(
    cloud: LocalCloud, template: dict[str, Any]
) -> None:
    base = {"Consumer": CONSUMER, "StorageBucket": BUCKET, "Service": "orders", "Visibility": "public"}
    more = {**base, "DistributionId": "E1MINE"}
    permitted = cloud.deploy(template, stack_name="invalidates", parameters=more).outputs["RoleArn"]
    consumer = Account(cloud, CONSUMER)
    function = consumer.function("invalidator")
    batch = {"CallerReference": "1", "Paths": {"Quantity": 1, "Items": ["/orders/*"]}}

    def invalidate(arn: str, distribution: str) -> Callable[..., Any]:
        client = consumer.client(consumer.assume(function, arn), "cloudfront")
        return lambda: client.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)

    with pytest.raises(ClientError, match="NoSuchDistribution"):  # allowed, but there is none
        invalidate(permitted, "E1MINE")()
    assert denied(invalidate(permitted, "E1OTHER"))


def test_the_sdk_uses_the_service_with_the_role(
    cloud: LocalCloud, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    act_as(monkeypatch, cloud, Account(cloud, CONSUMER).function("orders-sdk"))
    conf = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": BUCKET, "REGION": REGION, "ROLE_ARN": role}
    with memory.MemoryService(conf, "orders") as mem:
        mem.put("sdk/a", {"n": 1}, ttl=60)
        assert mem.get("sdk/a", consistent=True) == {"n": 1}
        assert mem.get("sdk/never", consistent=True) is None
        assert list(mem.keys("sdk/")) == ["sdk/a"]
        mem.remove("sdk/a")
    with memory.MemoryService(conf, "billing") as mem, pytest.raises(memory.AccessDeniedError):
        mem.put("a", 1)


def test_the_sdk_tells_who_is_no_consumer(
    cloud: LocalCloud, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    act_as(monkeypatch, cloud, Account(cloud, STRANGER).function("orders-sdk"))
    conf = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": BUCKET, "REGION": REGION, "ROLE_ARN": role}
    with (
        memory.MemoryService(conf, "orders") as mem,
        pytest.raises(memory.AccessDeniedError, match="STS said AccessDenied"),
    ):
        mem.put("a", 1)


def act_as(monkeypatch: pytest.MonkeyPatch, cloud: LocalCloud, session: boto3.Session) -> None:
    """Let this process have the credentials of a session, as a function has those of its role."""
    given = session.get_credentials()
    assert given
    keys = {
        "AWS_ACCESS_KEY_ID": given.access_key,
        "AWS_SECRET_ACCESS_KEY": given.secret_key,
        "AWS_SESSION_TOKEN": given.token or "",
    }
    for variable, value in {**cloud.environment(), **keys}.items():
        monkeypatch.setenv(variable, value)
    forget_credentials()


@pytest.fixture(autouse=True)
def _forget_credentials() -> Iterator[None]:
    yield
    forget_credentials()


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("Consumer", "orders"), ("Service", "orders/*"), ("Service", ""), ("Visibility", "secret")],
)
def test_what_names_no_account_or_service_is_refused(
    cloud: LocalCloud, template: dict[str, Any], parameter: str, value: str
) -> None:
    parameters = {"Consumer": CONSUMER, "StorageBucket": BUCKET, "Service": "orders", "Visibility": "public"}
    with pytest.raises(DeploymentError, match=parameter):
        cloud.deploy(template, stack_name="refused", parameters={**parameters, parameter: value})
