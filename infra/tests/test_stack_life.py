from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from local_cloud import DeploymentError, LocalCloud

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STACK = "memory"
Template = dict[str, Any]


@pytest.fixture(scope="module")
def cloud(lambda_modules: dict[str, str]) -> Iterator[LocalCloud]:
    with LocalCloud.start(variables=lambda_modules) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def deployed(cloud: LocalCloud, deployable: Callable[[LocalCloud], Template]) -> Template:
    return deployable(cloud)


@pytest.fixture
def stack(cloud: LocalCloud, deployed: Template) -> Iterator[dict[str, str]]:
    """The outputs of a stack with the default parameters."""
    yield dict(cloud.deploy(deployed, stack_name=STACK).outputs)
    cloud.delete(STACK)


@pytest.fixture
def own_key_group(cloud: LocalCloud) -> Iterator[str]:
    """A key group that somebody made in the console."""
    cloudfront = cloud.client("cloudfront")
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    config = {"CallerReference": "mine", "Name": "mine", "EncodedKey": pem}
    key = cloudfront.create_public_key(PublicKeyConfig=config)
    items = [key["PublicKey"]["Id"]]
    group = cloudfront.create_key_group(KeyGroupConfig={"Name": "mine", "Items": items})
    yield group["KeyGroup"]["Id"]
    cloudfront.delete_key_group(Id=group["KeyGroup"]["Id"], IfMatch=group["ETag"])
    cloudfront.delete_public_key(Id=key["PublicKey"]["Id"], IfMatch=key["ETag"])


def edge_parts(cloud: LocalCloud) -> dict[str, list[str]]:
    """The names of what CloudFormation did not make itself."""
    cloudfront = cloud.client("cloudfront")
    controls = cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
    keys = cloudfront.list_public_keys()["PublicKeyList"].get("Items", [])
    groups = cloudfront.list_key_groups()["KeyGroupList"].get("Items", [])
    parameters = cloud.client("ssm").describe_parameters()["Parameters"]
    return {
        "access controls": [control["Name"] for control in controls],
        "public keys": [key["Name"] for key in keys],
        "key groups": [group["KeyGroup"]["KeyGroupConfig"]["Name"] for group in groups],
        "parameters": [parameter["Name"] for parameter in parameters],
    }


def everything(cloud: LocalCloud) -> dict[str, list[str]]:
    cloudfront = cloud.client("cloudfront")
    awslambda = cloud.client("lambda")
    custom = {"Type": "custom"}
    return {
        **edge_parts(cloud),
        "distributions": [
            item["Id"] for item in cloudfront.list_distributions()["DistributionList"].get("Items", [])
        ],
        "cache policies": [
            item["CachePolicy"]["Id"]
            for item in cloudfront.list_cache_policies(**custom)["CachePolicyList"].get("Items", [])
        ],
        "headers policies": [
            item["ResponseHeadersPolicy"]["Id"]
            for item in cloudfront.list_response_headers_policies(**custom)["ResponseHeadersPolicyList"].get(
                "Items", []
            )
        ],
        "functions": [item["FunctionName"] for item in awslambda.list_functions()["Functions"]],
        "layers": [item["LayerName"] for item in awslambda.list_layers()["Layers"]],
        "roles": [item["RoleName"] for item in cloud.client("iam").list_roles()["Roles"]],
        "buckets": [item["Name"] for item in cloud.client("s3").list_buckets()["Buckets"]],
    }


def signing_key(cloud: LocalCloud) -> dict[str, str]:
    name = f"/memory-service/{STACK}/signing-key"
    parameter = cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
    assert parameter["Type"] == "SecureString"
    secret: dict[str, str] = json.loads(parameter["Value"])
    return secret


def distribution(cloud: LocalCloud, domain: str) -> dict[str, Any]:
    cloudfront = cloud.client("cloudfront")
    [found] = [
        item
        for item in cloudfront.list_distributions()["DistributionList"]["Items"]
        if item["DomainName"] == domain
    ]
    config: dict[str, Any] = cloudfront.get_distribution_config(Id=found["Id"])["DistributionConfig"]
    return config


def logs(cloud: LocalCloud) -> str:
    client = cloud.client("logs")
    groups = [group["logGroupName"] for group in client.describe_log_groups()["logGroups"]]
    events = [event for group in groups for event in client.filter_log_events(logGroupName=group)["events"]]
    return "\n".join(event["message"] for event in events)


@pytest.mark.smoke
def test_a_stack_has_what_its_outputs_name(cloud: LocalCloud, stack: dict[str, str]) -> None:
    assert set(stack) == {
        "Distribution",
        "DistributionId",
        "PrivateDistribution",
        "PrivateDistributionId",
        "StorageBucket",
        "CryptographyLayer",
        "PythonLayer",
        "NodejsLayer",
        "PublicKeyId",
        "PrivateKeyArn",
        "RotateKeys",
    }
    assert stack["PrivateKeyArn"].endswith(f":parameter/memory-service/{STACK}/signing-key")
    cloud.client("s3").head_bucket(Bucket=stack["StorageBucket"])
    for layer in ("PythonLayer", "NodejsLayer"):
        cloud.client("lambda").get_layer_version_by_arn(Arn=stack[layer])


def test_the_private_half_of_the_public_key_is_in_the_parameter(
    cloud: LocalCloud, stack: dict[str, str]
) -> None:
    secret = signing_key(cloud)
    assert secret["public_key_id"] == stack["PublicKeyId"]
    public = cloud.client("cloudfront").get_public_key(Id=stack["PublicKeyId"])["PublicKey"]
    uploaded = load_pem_public_key(public["PublicKeyConfig"]["EncodedKey"].encode())
    private = load_pem_private_key(secret["private_key"].encode(), password=None)
    halves = [
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for key in (uploaded, private.public_key())
    ]
    assert halves[0] == halves[1]


def test_distributions_use_what_was_made(cloud: LocalCloud, stack: dict[str, str]) -> None:
    public = distribution(cloud, stack["Distribution"])
    private = distribution(cloud, stack["PrivateDistribution"])
    cloudfront = cloud.client("cloudfront")
    for config, path in ((public, "/public"), (private, "/private")):
        [origin] = config["Origins"]["Items"]
        assert origin["OriginPath"] == path
        control = cloudfront.get_origin_access_control(Id=origin["OriginAccessControlId"])[
            "OriginAccessControl"
        ]
        assert control["OriginAccessControlConfig"]["SigningBehavior"] == "always"
        policy = cloudfront.get_cache_policy(Id=config["DefaultCacheBehavior"]["CachePolicyId"])[
            "CachePolicy"
        ]
        assert policy["CachePolicyConfig"]["MaxTTL"] == 86_400
    assert public["DefaultCacheBehavior"].get("TrustedKeyGroups", {"Enabled": False})["Enabled"] is False
    [group] = private["DefaultCacheBehavior"]["TrustedKeyGroups"]["Items"]
    assert cloudfront.get_key_group(Id=group)["KeyGroup"]["KeyGroupConfig"]["Items"] == [stack["PublicKeyId"]]


def test_demos_run_and_know_the_key_by_its_arn(cloud: LocalCloud, stack: dict[str, str]) -> None:
    awslambda = cloud.client("lambda")
    for name in ("python", "nodejs", "nodejs-auth", "python-auth"):
        answer = awslambda.invoke(FunctionName=f"lambda-cache-{name}-demo")
        assert json.loads(answer["Payload"].read()) == name
    config = awslambda.get_function_configuration(FunctionName="lambda-cache-nodejs-auth-demo")
    variables = config["Environment"]["Variables"]
    assert variables["PK_PATH"] == stack["PrivateKeyArn"]
    assert variables["PUBLIC_KEY_ID"] == stack["PublicKeyId"]
    assert variables["DISTRIBUTION"] == stack["PrivateDistribution"]


def test_nothing_that_people_see_holds_the_key(cloud: LocalCloud, stack: dict[str, str]) -> None:
    body = signing_key(cloud)["private_key"].splitlines()[1:-1]
    cloudformation = cloud.client("cloudformation")
    awslambda = cloud.client("lambda")
    functions = [item["FunctionName"] for item in awslambda.list_functions()["Functions"]]
    seen = json.dumps(
        [
            stack,
            cloudformation.describe_stacks(StackName=STACK),
            cloudformation.describe_stack_events(StackName=STACK),
            cloudformation.describe_stack_resources(StackName=STACK),
            cloudformation.get_template(StackName=STACK),
            [awslambda.get_function_configuration(FunctionName=name) for name in functions],
            logs(cloud),
        ],
        default=str,
    )
    assert "Create SigningKeys: done" in seen  # the function's log is among it
    assert "PRIVATE KEY" not in seen
    assert [line for line in body if line in seen] == []
    assert "cfn-response" not in logs(cloud)  # nor the address at which anybody could answer for the function


def test_an_update_of_the_custom_resources_keeps_what_they_made(
    cloud: LocalCloud, stack: dict[str, str], deployed: Template
) -> None:
    before, secret = edge_parts(cloud), signing_key(cloud)
    changed = copy.deepcopy(deployed)
    for name in ("AccessControl", "SigningKeys"):
        changed["Resources"][name]["Properties"]["Nonce"] = "2"
    changed["Parameters"]["KeyType"]["Default"] = "ECDSA-P256"  # for the next rotation
    assert cloud.deploy(changed, stack_name=STACK).outputs == stack
    assert "Update SigningKeys: done" in logs(cloud)
    assert (edge_parts(cloud), signing_key(cloud)) == (before, secret)


def test_an_update_of_something_else_leaves_them_alone(
    cloud: LocalCloud, stack: dict[str, str], deployed: Template
) -> None:
    before, secret = edge_parts(cloud), signing_key(cloud)
    assert cloud.deploy(deployed, stack_name=STACK, parameters={"Demos": "false"}).outputs == stack
    assert (edge_parts(cloud), signing_key(cloud)) == (before, secret)
    functions = cloud.client("lambda").list_functions()["Functions"]
    assert [name["FunctionName"] for name in functions if "demo" in name["FunctionName"]] == []


def copied_anew(cloud: LocalCloud, deployed: Template) -> Template:
    """Return the template as another deployment from the repository has it: each layer is a new resource there."""
    text = json.dumps(deployed)
    for name, item in deployed["Resources"].items():
        if item["Type"] == "AWS::Lambda::LayerVersion":
            place = item["Properties"]["Content"]
            key = f"again/{place['S3Key']}"
            source = {"Bucket": place["S3Bucket"], "Key": place["S3Key"]}
            cloud.client("s3").copy_object(Bucket=place["S3Bucket"], Key=key, CopySource=source)
            text = text.replace(f'"{place["S3Key"]}"', f'"{key}"').replace(f'"{name}"', f'"{name}0"')
    template: Template = json.loads(text)
    return template


def test_layer_versions_of_earlier_deployments_stay(cloud: LocalCloud, deployed: Template) -> None:
    layers = ("PythonLayer", "NodejsLayer", "CryptographyLayer")
    first = cloud.deploy(deployed, stack_name=STACK).outputs
    second = cloud.deploy(copied_anew(cloud, deployed), stack_name=STACK, parameters={"EdgeTtl": "7"}).outputs
    client = cloud.client("lambda")
    for layer in layers:
        assert second[layer] != first[layer]
        assert client.get_layer_version_by_arn(Arn=first[layer])["LayerVersionArn"] == first[layer]
    cloud.delete(STACK)
    assert client.get_layer_version_by_arn(Arn=first["PythonLayer"])


def test_a_stack_with_its_own_key_group_has_no_key_made(
    cloud: LocalCloud, deployed: Template, own_key_group: str
) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:mine-AbCdEf"
    parameters = {"KeyGroupId": own_key_group, "PublicKeyId": "KMINE", "PrivateKeyArn": arn}
    outputs = cloud.deploy(deployed, stack_name=STACK, parameters=parameters).outputs
    parts = edge_parts(cloud)
    assert len(parts["access controls"]) == 1
    assert (parts["public keys"], parts["key groups"], parts["parameters"]) == (["mine"], ["mine"], [])
    assert (outputs["PublicKeyId"], outputs["PrivateKeyArn"]) == ("KMINE", arn)
    private = distribution(cloud, outputs["PrivateDistribution"])
    assert private["DefaultCacheBehavior"]["TrustedKeyGroups"]["Items"] == [own_key_group]
    function = cloud.client("lambda").get_function_configuration(FunctionName="lambda-cache-nodejs-auth-demo")
    assert function["Environment"]["Variables"]["PK_PATH"] == arn
    cloud.delete(STACK)


def test_without_a_stored_key_the_demo_reads_the_file_beside_its_code(
    cloud: LocalCloud, deployed: Template, own_key_group: str
) -> None:
    cloud.deploy(deployed, stack_name=STACK, parameters={"KeyGroupId": own_key_group, "PublicKeyId": "KMINE"})
    function = cloud.client("lambda").get_function_configuration(FunctionName="lambda-cache-nodejs-auth-demo")
    variables = function["Environment"]["Variables"]
    assert (variables["PK_PATH"], variables["PUBLIC_KEY_ID"]) == ("private_key.pem", "KMINE")
    cloud.delete(STACK)


def test_a_stack_that_moves_to_its_own_key_group_drops_its_keys_and_keeps_its_access_control(
    cloud: LocalCloud, stack: dict[str, str], deployed: Template, own_key_group: str
) -> None:
    before = edge_parts(cloud)
    parameters = {"KeyGroupId": own_key_group, "PublicKeyId": "KMINE"}
    outputs = cloud.deploy(deployed, stack_name=STACK, parameters=parameters).outputs
    after = edge_parts(cloud)
    assert after["access controls"] == before["access controls"]
    assert (after["public keys"], after["key groups"], after["parameters"]) == (["mine"], ["mine"], [])
    assert outputs["PrivateDistribution"] == stack["PrivateDistribution"]
    private = distribution(cloud, outputs["PrivateDistribution"])
    assert private["DefaultCacheBehavior"]["TrustedKeyGroups"]["Items"] == [own_key_group]
    cloud.delete(STACK)


def test_managed_policies_replace_the_own_ones(cloud: LocalCloud, deployed: Template) -> None:
    before = everything(cloud)
    caching = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    headers = "eaab4381-ed33-4a86-88ca-d9558dc6cd63"
    parameters = {"CachePolicyId": caching, "ResponseHeadersPolicyId": headers}
    outputs = cloud.deploy(deployed, stack_name=STACK, parameters=parameters).outputs
    for domain in (outputs["Distribution"], outputs["PrivateDistribution"]):
        behavior = distribution(cloud, domain)["DefaultCacheBehavior"]
        assert (behavior["CachePolicyId"], behavior["ResponseHeadersPolicyId"]) == (caching, headers)
    after = everything(cloud)
    assert after["cache policies"] == before["cache policies"]
    assert after["headers policies"] == before["headers policies"]
    cloud.delete(STACK)


def delete_layers(cloud: LocalCloud) -> None:
    """Delete all versions of all layers: no stack does, since functions may have pinned them."""
    client = cloud.client("lambda")
    for layer in client.list_layers()["Layers"]:
        name = layer["LayerName"]
        for version in client.list_layer_versions(LayerName=name)["LayerVersions"]:
            client.delete_layer_version(LayerName=name, VersionNumber=version["Version"])


def test_deleting_a_stack_leaves_nothing_but_its_layers(cloud: LocalCloud, deployed: Template) -> None:
    delete_layers(cloud)
    before = everything(cloud)
    cloud.deploy(deployed, stack_name=STACK, parameters={"BucketRemovalPolicy": "Delete"})
    during = everything(cloud)
    assert [
        kind for kind in before if during[kind] == before[kind]
    ] == []  # each kind is looked at for good reason
    cloud.delete(STACK)
    assert everything(cloud)["layers"] == during["layers"]
    delete_layers(cloud)
    assert everything(cloud) == before


def names_in(cloud: LocalCloud, bucket: str) -> list[str] | None:
    """The keys of the objects in a bucket; None if there is no such bucket."""
    s3 = cloud.client("s3")
    if bucket not in [found["Name"] for found in s3.list_buckets()["Buckets"]]:
        return None
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def bucket_with_a_value(cloud: LocalCloud, deployed: Template, policy: str) -> str:
    parameters = {"BucketRemovalPolicy": policy, "Demos": "false"}
    bucket = cloud.deploy(deployed, stack_name=STACK, parameters=parameters).outputs["StorageBucket"]
    cloud.client("s3").put_object(Bucket=bucket, Key="public/shop/a.json", Body=b"{}")
    return bucket


@pytest.mark.parametrize(
    ("policy", "left"), [("Retain", ["public/shop/a.json"]), ("Delete", None)], ids=["Retain", "Delete"]
)
def test_deleting_a_stack_does_with_its_values_what_the_parameter_says(
    cloud: LocalCloud, deployed: Template, policy: str, left: list[str] | None
) -> None:
    bucket = bucket_with_a_value(cloud, deployed, policy)
    cloud.delete(STACK)
    assert names_in(cloud, bucket) == left
    assert f"{bucket} is {'kept' if left else 'deleted, with 1 values'}" in logs(cloud)


@pytest.mark.parametrize(
    ("first", "then", "left"),
    [("Delete", "Retain", ["public/shop/a.json"]), ("Retain", "Delete", None)],
    ids=["to Retain", "to Delete"],
)
def test_the_removal_policy_changes_in_place(
    cloud: LocalCloud, deployed: Template, first: str, then: str, left: list[str] | None
) -> None:
    bucket = bucket_with_a_value(cloud, deployed, first)
    assert bucket_with_a_value(cloud, deployed, then) == bucket
    assert names_in(cloud, bucket) == ["public/shop/a.json"]
    cloud.delete(STACK)
    assert names_in(cloud, bucket) == left


def test_a_removal_that_leaves_the_stack_by_an_update_costs_no_values(
    cloud: LocalCloud, deployed: Template
) -> None:
    bucket = bucket_with_a_value(cloud, deployed, "Delete")
    without = copy.deepcopy(deployed)
    del without["Resources"]["BucketRemoval"]
    for name in ("PublicDistribution", "PrivateDistribution"):
        del without["Resources"][name]["DependsOn"]
    cloud.deploy(without, stack_name=STACK, parameters={"BucketRemovalPolicy": "Delete", "Demos": "false"})
    assert f"{bucket} is kept, because the stack is not being deleted" in logs(cloud)
    assert names_in(cloud, bucket) == ["public/shop/a.json"]
    cloud.delete(STACK)
    assert names_in(cloud, bucket) == ["public/shop/a.json"]


def test_changed_parameters_reach_what_they_are_for(
    cloud: LocalCloud, stack: dict[str, str], deployed: Template
) -> None:
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/0"
    parameters = {
        "PriceClass": "PriceClass_100",
        "CertificateArn": certificate,
        "PublicAlias": "values.example.com",
        "PrivateAlias": "private.example.com",
        "AllowedOrigins": "https://app.example.com,https://www.example.com",
        "UploadOrigins": "https://app.example.com",
        "EdgeTtl": "60",
        "StorageClass": "STANDARD_IA",
        "Architecture": "x86_64",
        "WebAclArn": "arn:aws:wafv2:us-east-1:000000000000:global/webacl/mine/0",
    }
    outputs = cloud.deploy(deployed, stack_name=STACK, parameters=parameters).outputs
    assert outputs["StorageBucket"] == stack["StorageBucket"]
    assert (outputs["Distribution"], outputs["PrivateDistribution"]) == (
        "values.example.com",
        "private.example.com",
    )
    cloudfront = cloud.client("cloudfront")
    for output, alias in (
        ("DistributionId", "values.example.com"),
        ("PrivateDistributionId", "private.example.com"),
    ):
        assert outputs[output] == stack[output]
        config = cloudfront.get_distribution_config(Id=outputs[output])["DistributionConfig"]
        assert config["Aliases"]["Items"] == [alias]
        assert config["PriceClass"] == "PriceClass_100"
        assert config["WebACLId"] == parameters["WebAclArn"]
        viewer = config["ViewerCertificate"]
        assert (viewer["ACMCertificateArn"], viewer["MinimumProtocolVersion"]) == (
            certificate,
            "TLSv1.2_2021",
        )
        behavior = config["DefaultCacheBehavior"]
        headers = cloudfront.get_response_headers_policy(Id=behavior["ResponseHeadersPolicyId"])
        cors = headers["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["CorsConfig"]
        assert cors["AccessControlAllowOrigins"]["Items"] == [
            "https://app.example.com",
            "https://www.example.com",
        ]
        cache = cloudfront.get_cache_policy(Id=behavior["CachePolicyId"])["CachePolicy"]["CachePolicyConfig"]
        assert cache["DefaultTTL"] == 60
    [rule] = cloud.client("s3").get_bucket_cors(Bucket=stack["StorageBucket"])["CORSRules"]
    assert (rule["AllowedMethods"], rule["AllowedOrigins"]) == (["POST"], ["https://app.example.com"])
    assert rule["ExposeHeaders"] == ["ETag", "Date"]
    function = cloud.client("lambda").get_function_configuration(FunctionName="lambda-cache-python-demo")
    variables = function["Environment"]["Variables"]
    assert function["Architectures"] == ["x86_64"]
    assert (variables["MEMORY_EDGE_TTL"], variables["MEMORY_STORAGE_CLASS"]) == ("60", "STANDARD_IA")
    assert variables["DISTRIBUTION"] == "values.example.com"


def test_a_later_resource_that_fails_rolls_back_everything_but_bucket_and_layers(
    cloud: LocalCloud, deployed: Template
) -> None:
    delete_layers(cloud)
    before = everything(cloud)
    broken = copy.deepcopy(deployed)
    broken["Resources"]["Failing"] = {
        "Type": "AWS::CloudFormation::CustomResource",
        "DependsOn": ["BucketPolicy", "NodejsAuthDemo"],
        "Properties": {**broken["Resources"]["AccessControl"]["Properties"], "Kind": "Signpost"},
    }
    with pytest.raises(DeploymentError, match="Kind must be one of AccessControl, SigningKeys, not Signpost"):
        cloud.deploy(broken, stack_name=STACK)
    delete_layers(cloud)
    left = everything(cloud)
    [bucket] = set(left["buckets"]) - set(before["buckets"])
    assert names_in(cloud, bucket) == []
    cloud.client("s3").delete_bucket(Bucket=bucket)
    assert everything(cloud) == before
    cloud.delete(STACK)


def test_the_browser_demo_comes_and_goes_with_its_parameter(cloud: LocalCloud, deployed: Template) -> None:
    def origins(bucket: str) -> set[str]:
        """Return the origins that may post forms; the engine takes a list of none for one of an empty name."""
        try:
            rules = cloud.client("s3").get_bucket_cors(Bucket=bucket)["CORSRules"]
        except ClientError:
            return set()
        return {origin for rule in rules for origin in rule["AllowedOrigins"]} - {""}

    prefix = {"FunctionPrefix": "with-page"}
    client = cloud.client("lambda")
    outputs = cloud.deploy(
        deployed, stack_name="with-page", parameters={**prefix, "BrowserDemo": "true"}
    ).outputs
    [api] = cloud.client("apigatewayv2").get_apis()["Items"]
    assert outputs["BrowserDemo"] == api["ApiEndpoint"]
    assert origins(outputs["StorageBucket"]) == {outputs["BrowserDemo"]}
    answer = client.invoke(FunctionName="with-page-browser-demo")
    assert json.loads(answer["Payload"].read()) == "browser"
    variables = client.get_function_configuration(FunctionName="with-page-browser-demo")["Environment"][
        "Variables"
    ]
    told = {
        name: variables[name]
        for name in ("DISTRIBUTION", "PRIVATE_DISTRIBUTION", "STORAGE_BUCKET", "PK_PATH")
    }
    assert told == {
        "DISTRIBUTION": outputs["Distribution"],
        "PRIVATE_DISTRIBUTION": outputs["PrivateDistribution"],
        "STORAGE_BUCKET": outputs["StorageBucket"],
        "PK_PATH": outputs["PrivateKeyArn"],
    }

    without = cloud.deploy(deployed, stack_name="with-page", parameters=prefix).outputs
    assert "BrowserDemo" not in without
    assert cloud.client("apigatewayv2").get_apis()["Items"] == []
    assert origins(outputs["StorageBucket"]) == set()
    names = [one["FunctionName"] for one in client.list_functions()["Functions"]]
    assert "with-page-browser-demo" not in names
    assert "with-page-python-demo" in names
    cloud.delete("with-page")
