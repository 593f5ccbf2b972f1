"""The two policies, held against what CloudFormation's handlers call, and what the template's roles may.

Each handler's permissions are in the schemas of resource types that CloudFormation publishes and cfn-lint brings along.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest
from acceptance.environment import ROOT
from acceptance.stack import BOUNDARY, TAG, TEMPLATE, new_name
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # it ships no types

from infra import package, translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STACK = new_name()
ACCOUNT = "aws:{}:us-east-1:111122223333"
#: What a run leaves at the template's defaults, or sets: which conditions hold.
CONDITIONS = {
    "WithBrowserDemo": False,
    "RotateBySchedule": False,
    "OnX86": False,
    "OwnKeyStored": False,
    "GuardChanges": False,
}
#: What handlers call only for what a property asks for, which no resource of a run has.
FOR_A_PROPERTY = {
    "ec2:*": "VpcConfig",
    "elasticfilesystem:*": "FileSystemConfigs",
    "s3files:*": "FileSystemConfigs",
    "kms:*": "KmsKeyArn",
    "lambda:GetCodeSigningConfig": "CodeSigningConfigArn",
    "lambda:PassCapacityProvider": "CapacityProviderConfig",
    "lambda:PutFunctionConcurrency": "ReservedConcurrentExecutions",
    "lambda:PutFunctionRecursionConfig": "RecursiveLoop",
    "lambda:PutFunctionScalingConfig": "FunctionScalingConfig",
    "lambda:PutRuntimeManagementConfig": "RuntimeManagementConfig",
    "cloudfront:CreateConnectionGroup": "ConnectionMode",
    "iam:PassRole": "ReplicationConfiguration",  # of a bucket; a function's is granted
    "s3:*MetadataTableConfiguration": "MetadataTableConfiguration",
    "s3tables:*": "MetadataTableConfiguration",
    "s3:PutAccelerateConfiguration": "AccelerateConfiguration",
    "s3:PutAnalyticsConfiguration": "AnalyticsConfigurations",
    "s3:PutBucketAbac": "AbacStatus",
    "s3:PutBucketCORS": "CorsConfiguration",
    "s3:PutBucketLogging": "LoggingConfiguration",
    "s3:PutBucketNotification": "NotificationConfiguration",
    "s3:Put*ObjectLockConfiguration": "ObjectLockConfiguration",
    "s3:Put*ReplicationConfiguration": "ReplicationConfiguration",
    "s3:PutBucketReplication": "ReplicationConfiguration",
    "s3:PutBucketVersioning": "VersioningConfiguration",
    "s3:PutBucketWebsite": "WebsiteConfiguration",
    "s3:PutIntelligentTieringConfiguration": "IntelligentTieringConfigurations",
    "s3:PutInventoryConfiguration": "InventoryConfigurations",
    "s3:PutMetricsConfiguration": "MetricsConfigurations",
    "s3:PutObjectAcl": "AccessControl",
}


def policy(name: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / "acceptance" / f"{name}.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    """Return what a run's template makes, with the branches taken that a run takes."""

    def stand_in(path: Any) -> Any:
        return path if path.exists() else ROOT / "LICENSE"  # a layer that nobody has built

    template = translate(
        package(TEMPLATE, lambda key, _: f"s3://code/{key}", locate=stand_in), "us-east-1", {}
    )
    made = {
        name: one
        for name, one in template["Resources"].items()
        if CONDITIONS.get(one.get("Condition", ""), True)
    }
    return {name: chosen(one) for name, one in made.items()}


def chosen(value: Any) -> Any:
    """Return a value of the template with each `Fn::If` decided."""
    if isinstance(value, list):
        items = [chosen(item) for item in value]
        return [item for item in items if item != {"Ref": "AWS::NoValue"}]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        holds = CONDITIONS.get(condition, condition in {"MakeKeys", "DeleteBucket", "WithBoundary"})
        return chosen(then if holds else otherwise)
    found = {key: chosen(item) for key, item in value.items()}
    return {key: item for key, item in found.items() if item != {"Ref": "AWS::NoValue"}}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allows(
    document: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str] | None = None
) -> bool:
    """Whether a policy without denials allows an action; of conditions it knows those on strings and ARNs."""
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        named = any(fnmatchcase(action, pattern) for pattern in as_list(statement["Action"]))
        there = any(fnmatchcase(resource, pattern) for pattern in as_list(statement["Resource"]))
        if named and there and _holds(statement.get("Condition", {}), context or {}):
            return True
    return False


def _holds(condition: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    assert condition.keys() <= {"StringEquals", "StringLike", "ArnLike"}
    return all(
        any(fnmatchcase(context.get(key, ""), pattern) for pattern in as_list(patterns))
        for test in condition.values()
        for key, patterns in test.items()
    )


def arns(kind: str, name: str) -> list[str]:
    """Return the ARNs of a resource of a run that its handlers' calls may be held against."""
    account = f"111122223333:{{}}{STACK}-{name}-1A2B3C4D5E6F"
    return {
        "AWS::S3::Bucket": [f"arn:aws:s3:::{STACK}-{name.lower()}-1a2b3c"],
        "AWS::S3::BucketPolicy": [f"arn:aws:s3:::{STACK}-bucket-1a2b3c"],
        "AWS::IAM::Role": [f"arn:aws:iam::{account.format('role/')}"],
        "AWS::Lambda::Function": [f"arn:aws:lambda:eu-west-1:{account.format('function:')}"],
        "AWS::Lambda::LayerVersion": [
            f"arn:aws:lambda:eu-west-1:{account.format('layer:')}{version}" for version in ("", ":1")
        ],
        "AWS::CloudFront::Distribution": ["arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"],
    }.get(kind, ["arn:aws:cloudfront::111122223333:some/id"])


#: What is held against something else than the resource that is made.
ELSEWHERE = {
    ("AWS::Lambda::Function", "iam:PassRole"): [f"arn:aws:iam::111122223333:role/{STACK}-ARole-1"],
    ("AWS::Lambda::Function", "lambda:GetLayerVersion"): [
        f"arn:aws:lambda:eu-west-1:111122223333:layer:{STACK}-python-sdk:1"
    ],
    **{
        (kind, action): [f"arn:aws:s3:::{STACK}-code/0123abcd.zip"]
        for kind in ("AWS::Lambda::Function", "AWS::Lambda::LayerVersion")
        for action in ("s3:GetObject", "s3:GetObjectVersion")
    },
    ("AWS::S3::Bucket", "s3:DeleteObject"): [f"arn:aws:s3:::{STACK}-bucket-1a2b3c/any"],
}
CONTEXT = {
    "iam:PermissionsBoundary": f"arn:aws:iam::111122223333:policy/{BOUNDARY}",
    "iam:PolicyARN": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "iam:PassedToService": "lambda.amazonaws.com",
    f"aws:ResourceTag/{TAG}": STACK,
}


def called(kind: str) -> Iterator[str]:
    """Yield the permissions of the handlers that make, read and delete a kind of resource."""
    handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema["handlers"]
    for handler in ("create", "read", "delete"):
        yield from handlers[handler]["permissions"]


def has_property(value: Any, name: str) -> bool:
    if isinstance(value, list):
        return any(has_property(item, name) for item in value)
    return isinstance(value, dict) and (name in value or any(has_property(v, name) for v in value.values()))


def test_the_person_may_do_whatever_the_handlers_of_the_templates_resources_call(
    resources: dict[str, Any],
) -> None:
    granted, lacking = policy("permissions"), set()
    checked = 0
    for name, resource in resources.items():
        kind = resource["Type"]
        if kind == "AWS::CloudFormation::CustomResource":
            continue  # its handler invokes a function
        for action in called(kind):
            checked += 1
            places = ELSEWHERE.get((kind, action), arns(kind, name))
            if all(allows(granted, action, place, CONTEXT) for place in places):
                continue
            needs = [item for pattern, item in FOR_A_PROPERTY.items() if fnmatchcase(action, pattern)]
            if not needs or any(has_property(resource["Properties"], item) for item in needs):
                lacking.add((kind, action))
    assert checked > 300
    assert lacking == set()


def test_each_exception_is_for_a_property_that_such_a_resource_can_have(resources: dict[str, Any]) -> None:
    kinds = {one["Type"] for one in resources.values()} - {"AWS::CloudFormation::CustomResource"}
    schemas = [PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema for kind in kinds]
    known = json.dumps(schemas)
    for pattern, needed in FOR_A_PROPERTY.items():
        assert f'"{needed}"' in known, needed
        assert any(fnmatchcase(action, pattern) for kind in kinds for action in called(kind)), pattern


def test_no_action_that_can_be_confined_to_a_run_is_granted_on_anything() -> None:
    (anything,) = (one for one in policy("permissions")["Statement"] if one["Resource"] == "*")
    confinable = re.compile(r"(iam|lambda|s3|logs|ssm|cloudformation):(?!List|Describe)")
    assert [action for action in anything["Action"] if confinable.match(action)] == []


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"])
def test_no_role_comes_about_without_the_boundary(action: str) -> None:
    role = f"arn:aws:iam::111122223333:role/{STACK}-EdgeSetupRole-1"
    assert allows(policy("permissions"), action, role, CONTEXT)
    for other in ("", "arn:aws:iam::aws:policy/AdministratorAccess"):
        assert not allows(policy("permissions"), action, role, {**CONTEXT, "iam:PermissionsBoundary": other})
    for removing in ("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"):
        assert not allows(policy("permissions"), removing, role, CONTEXT)
    boundary = CONTEXT["iam:PermissionsBoundary"]
    for changing in ("CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicy"):
        assert not allows(policy("permissions"), f"iam:{changing}", boundary, CONTEXT)


def test_roles_are_passed_to_lambda_and_have_no_managed_policy_but_that_of_logs() -> None:
    role, granted = f"arn:aws:iam::111122223333:role/{STACK}-EdgeSetupRole-1", policy("permissions")
    assert allows(granted, "iam:PassRole", role, CONTEXT)
    assert not allows(granted, "iam:PassRole", role, {**CONTEXT, "iam:PassedToService": "ec2.amazonaws.com"})
    administrator = {**CONTEXT, "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}
    assert not allows(granted, "iam:AttachRolePolicy", role, administrator)


def test_no_distribution_without_the_tag_is_changed_or_deleted() -> None:
    distribution = arns("AWS::CloudFront::Distribution", "")[0]
    for action in ("DeleteDistribution", "UpdateDistribution", "CreateInvalidation"):
        assert allows(policy("permissions"), f"cloudfront:{action}", distribution, CONTEXT)
        assert not allows(policy("permissions"), f"cloudfront:{action}", distribution, {})


def test_the_boundary_takes_nothing_from_the_template_s_roles(resources: dict[str, Any]) -> None:
    boundary, checked = policy("boundary"), 0
    for role in (one for one in resources.values() if one["Type"] == "AWS::IAM::Role"):
        for own in role["Properties"].get("Policies", []):
            for statement in own["PolicyDocument"]["Statement"]:
                for resource in as_list(statement["Resource"]):
                    for action in as_list(statement["Action"]):
                        checked += 1
                        assert allows(boundary, action, filled_in(resource)), (action, resource)
    assert checked > 40
    log = f"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/{STACK}-EdgeSetup-1:log-stream:2026"
    for action in ("CreateLogGroup", "CreateLogStream", "PutLogEvents"):
        assert allows(boundary, f"logs:{action}", log)


def filled_in(resource: Any) -> str:
    """Return an ARN of the template as it is in a run."""
    known = {
        "Bucket.Arn": f"arn:aws:s3:::{STACK}-bucket-1a2b3c",
        "SigningKeys.KeyArn": f"arn:aws:ssm:eu-west-1:111122223333:parameter/memory-service/{STACK}/signing-key",
        "AWS::StackId": f"arn:aws:cloudformation:eu-west-1:111122223333:stack/{STACK}/0123",
        "AWS::Partition": "aws",
        "AWS::Region": "eu-west-1",
        "AWS::AccountId": "111122223333",
        "AWS::StackName": STACK,
        "PrivateDistribution": "E1EXAMPLE",
    }
    if isinstance(resource, str):
        return resource
    ((function, value),) = resource.items()
    if function == "Fn::Sub":
        return re.sub(r"\$\{([^}]+)\}", lambda found: known[found[1]], value)
    return known[".".join(as_list(value))]


def test_the_boundary_opens_nothing_that_has_another_name() -> None:
    boundary = policy("boundary")
    for action, resource in (
        ("s3:GetObject", "arn:aws:s3:::somebodys-bucket/key"),
        (
            "ssm:GetParameter",
            "arn:aws:ssm:eu-west-1:111122223333:parameter/memory-service/production/signing-key",
        ),
        ("iam:CreateRole", "arn:aws:iam::111122223333:role/any"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:111122223333:function:{STACK}-x"),
        ("cloudfront:DeleteDistribution", "arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/any"),
    ):
        assert not allows(boundary, action, resource)


@pytest.mark.parametrize("name", ["permissions", "boundary"])
def test_a_policy_fits_into_a_managed_policy(name: str) -> None:
    assert len(re.sub(r"\s", "", json.dumps(policy(name)))) <= 6144  # characters, white space not counted
