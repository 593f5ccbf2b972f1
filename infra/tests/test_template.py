from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from infra.scan.translations import unpackaged

from infra import translate

if TYPE_CHECKING:
    from pathlib import Path

DISTRIBUTIONS = {"PublicDistribution": "/public", "PrivateDistribution": "/private"}
DEMOS = {
    "PythonDemo": "${FunctionPrefix}-python-demo",
    "NodejsDemo": "${FunctionPrefix}-nodejs-demo",
    "NodejsAuthDemo": "${FunctionPrefix}-nodejs-auth-demo",
    "PythonAuthDemo": "${FunctionPrefix}-python-auth-demo",
    "BrowserDemoFunction": "${FunctionPrefix}-browser-demo",
}
FORMS = {"AllowedMethods": ["POST"], "ExposedHeaders": ["ETag", "Date"]}


def lint(path: Path, **options: list[str]) -> list[str]:
    """Ask cfn-lint, which takes seconds to import: those who collect these tests need not wait for it."""
    from cfnlint import ManualArgs  # type: ignore[import-untyped] # it ships no types
    from cfnlint.api import lint_file  # type: ignore[import-untyped] # it ships no types

    return [str(match) for match in lint_file(path, ManualArgs(**options))]


@pytest.mark.parametrize("name", ["template", pytest.param("consumer", marks=pytest.mark.slow)])
@pytest.mark.parametrize("region", ["us-east-1", pytest.param("eu-central-1", marks=pytest.mark.slow)])
def test_cfn_lint_finds_nothing(infra: Path, name: str, region: str) -> None:
    assert lint(infra / f"{name}.yaml", regions=[region], include_checks=["I"]) == []


@pytest.mark.slow
def test_cfn_lint_finds_nothing_in_the_translation(translated: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "translated.json"
    path.write_text(json.dumps(translated))
    # The transform resolves parameters but leaves the Fn::Sub around them.
    assert lint(path, regions=["eu-central-1"], ignore_checks=["W1020"]) == []


@pytest.mark.parametrize("stage", ["sam", "translated"])
def test_the_application_repository_accepts_each_resource_type(
    stage: str, request: pytest.FixtureRequest, infra: Path
) -> None:
    accepted = json.loads((infra / "sar-resource-types.json").read_text(encoding="utf-8"))["types"]
    used = {resource["Type"] for resource in request.getfixturevalue(stage)["Resources"].values()}
    assert used - set(accepted) == set()


@pytest.mark.parametrize("name", ["template", "consumer"])
def test_the_readme_has_every_parameter(infra: Path, name: str) -> None:
    parameters = unpackaged(infra / f"{name}.yaml")["Parameters"]
    readme = (infra / "README.md").read_text(encoding="utf-8")
    documented = {
        parameter
        for line in readme.splitlines()
        if line.startswith("| `")
        for parameter in re.findall(r"`(\w+)`", line.split(" | ")[0])
    }
    assert set(parameters) - documented == set()


def test_it_fits_into_one_request_to_cloudformation(translated: dict[str, Any]) -> None:
    assert len(json.dumps(translated)) < 51_200  # "CloudFormation quotas" in its user guide


def test_the_layers_and_functions_have_the_published_names(sam: dict[str, Any]) -> None:
    assert sam["Parameters"]["FunctionPrefix"]["Default"] == "lambda-cache"
    names = {name: sam["Resources"][name]["Properties"]["FunctionName"]["Fn::Sub"] for name in DEMOS}
    assert names == DEMOS
    assert {name for name, resource in sam["Resources"].items() if "Layer" in resource["Type"]} == {
        "PythonLayer",
        "NodejsLayer",
        "CryptographyLayer",
        "CryptographyLayerX86",
    }


def test_the_demo_that_signs_in_python_has_the_layer_of_its_processor(sam: dict[str, Any]) -> None:
    layers = {name: sam["Resources"][name] for name in ("CryptographyLayer", "CryptographyLayerX86")}
    of = {
        name: (one["Condition"], one["Properties"]["CompatibleArchitectures"]) for name, one in layers.items()
    }
    assert of == {"CryptographyLayer": ("OnArm", ["arm64"]), "CryptographyLayerX86": ("OnX86", ["x86_64"])}
    chosen = {"Fn::If": ["OnArm", {"Ref": "CryptographyLayer"}, {"Ref": "CryptographyLayerX86"}]}
    assert sam["Resources"]["PythonAuthDemo"]["Properties"]["Layers"][1] == chosen


# How a write is signed, how old its signature is in milliseconds, and who signs: may it change what has a record?
@pytest.mark.parametrize(
    ("signed", "age", "who", "may"),
    [
        ("REST-QUERY-STRING", 0, "writer", True),
        ("REST-QUERY-STRING", 20_000, "writer", True),
        ("REST-QUERY-STRING", 20_001, "writer", False),
        ("REST-HEADER", 0, "writer", False),
        ("POST", 0, "writer", True),
        ("POST", 900_000, "writer", True),
        ("POST", 900_001, "writer", False),
        ("REST-HEADER", 30_000, "BucketRemovalFunctionRole", True),
    ],
)
def test_guard_of_change_records_lets_only_writes_in_that_are_signed_for_20_s(
    translated: dict[str, Any],
    signed: str,
    age: int,
    who: str,
    may: bool,  # noqa: FBT001
) -> None:
    told = translated["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    guards = [one["Fn::If"][1] for one in told if "Fn::If" in one]
    is_denied = False
    for guard in guards:
        conditions = copy.deepcopy(guard["Condition"])
        spared = conditions.pop("ArnNotEquals", None)
        holds = spared is None or who != spared["aws:PrincipalArn"]["Fn::GetAtt"][0]
        if "StringNotEquals" in conditions:
            holds &= signed not in conditions.pop("StringNotEquals")["s3:authType"]
        if "StringEquals" in conditions:
            holds &= signed == conditions.pop("StringEquals")["s3:authType"]
        if "NumericGreaterThan" in conditions:
            holds &= age > int(conditions.pop("NumericGreaterThan")["s3:signatureAge"])
        assert conditions == {}
        is_denied = is_denied or holds
    assert is_denied != may


def test_guard_of_change_records_is_for_places_alone_and_off_by_default(translated: dict[str, Any]) -> None:
    told = translated["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    guards = [one["Fn::If"] for one in told if "Fn::If" in one]
    assert [(condition, without) for condition, _, without in guards] == [
        ("GuardChanges", {"Ref": "AWS::NoValue"})
    ] * 3
    for _, guard, _ in guards:
        assert (guard["Effect"], guard["Principal"]) == ("Deny", "*")
        assert guard["Action"] == ["s3:PutObject", "s3:DeleteObject"]
        assert guard["Resource"] == {"Fn::Sub": "${Bucket.Arn}/*/*.changes/*"}
    assert translated["Parameters"]["GuardChangeRecords"]["Default"] == "false"


@pytest.mark.parametrize(("name", "origin_path"), DISTRIBUTIONS.items())
def test_distributions_read_their_part_of_the_bucket(
    translated: dict[str, Any], name: str, origin_path: str
) -> None:
    config = translated["Resources"][name]["Properties"]["DistributionConfig"]
    [origin] = config["Origins"]
    assert origin["OriginPath"] == origin_path
    assert origin["S3OriginConfig"]["OriginAccessIdentity"] == ""
    assert origin["OriginAccessControlId"] == {"Fn::GetAtt": ["AccessControl", "OacId"]}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distributions_take_reads_over_https_only(translated: dict[str, Any], name: str) -> None:
    config = translated["Resources"][name]["Properties"]["DistributionConfig"]
    behavior = config["DefaultCacheBehavior"]
    assert behavior["ViewerProtocolPolicy"] == "https-only"
    assert behavior["AllowedMethods"] == ["GET", "HEAD"]
    assert behavior["Compress"] is False
    assert config["HttpVersion"] == "http2and3"


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_tls_1_2_is_the_least_with_a_certificate_and_cloudfronts_own_is_left_as_it_is(
    translated: dict[str, Any], name: str
) -> None:
    config = translated["Resources"][name]["Properties"]["DistributionConfig"]
    own = {
        "AcmCertificateArn": {"Ref": "CertificateArn"},
        "SslSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    }
    assert config["ViewerCertificate"] == {
        "Fn::If": ["OwnCertificate", own, {"CloudFrontDefaultCertificate": True}]
    }


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distributions_are_gone_before_the_bucket_is_deleted(translated: dict[str, Any], name: str) -> None:
    depends = translated["Resources"][name]["DependsOn"]
    assert "BucketRemoval" in ([depends] if isinstance(depends, str) else depends)
    bucket = translated["Resources"]["Bucket"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("name", ["template", "consumer"])
def test_every_role_has_the_boundary_that_is_given(infra: Path, name: str) -> None:
    document = translate(unpackaged(infra / f"{name}.yaml"), "us-east-1")
    roles = [item for item in document["Resources"].values() if item["Type"] == "AWS::IAM::Role"]
    assert roles
    given = {"Fn::If": ["WithBoundary", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}
    assert all(role["Properties"]["PermissionsBoundary"] == given for role in roles)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_an_edge_gives_s3_up_before_its_reader_does(translated: dict[str, Any], name: str) -> None:
    silence = 2  # seconds that an SDK waits for a sign of life (TIME-2)
    [origin] = translated["Resources"][name]["Properties"]["DistributionConfig"]["Origins"]
    connecting = origin["ConnectionAttempts"] * origin["ConnectionTimeout"]
    assert connecting + origin["S3OriginConfig"]["OriginReadTimeout"] <= silence


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distributions_write_no_log_that_holds_query_strings(translated: dict[str, Any], name: str) -> None:
    """CloudFront's legacy logs cannot leave them out, and they hold the signatures of private reads."""
    assert "Logging" not in translated["Resources"][name]["Properties"]["DistributionConfig"]


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distributions_remember_no_error(translated: dict[str, Any], name: str) -> None:
    responses = translated["Resources"][name]["Properties"]["DistributionConfig"]["CustomErrorResponses"]
    assert {response["ErrorCode"] for response in responses} == {403, 404, 500, 501, 502, 503, 504}
    assert all(
        response == {"ErrorCode": response["ErrorCode"], "ErrorCachingMinTTL": 0} for response in responses
    )


def test_only_the_private_distribution_asks_for_signatures(translated: dict[str, Any]) -> None:
    groups = {
        name: translated["Resources"][name]["Properties"]["DistributionConfig"]["DefaultCacheBehavior"].get(
            "TrustedKeyGroups"
        )
        for name in DISTRIBUTIONS
    }
    own_or_made = {
        "Fn::If": ["MakeKeys", {"Fn::GetAtt": ["SigningKeys", "KeyGroupId"]}, {"Ref": "KeyGroupId"}]
    }
    assert groups == {"PublicDistribution": None, "PrivateDistribution": [own_or_made]}


def test_the_path_alone_is_the_cache_key(translated: dict[str, Any]) -> None:
    config = translated["Resources"]["CachePolicy"]["Properties"]["CachePolicyConfig"]
    key = config["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key == {
        "EnableAcceptEncodingGzip": False,
        "EnableAcceptEncodingBrotli": False,
        "CookiesConfig": {"CookieBehavior": "none"},
        "HeadersConfig": {"HeaderBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    }
    assert (config["MinTTL"], config["MaxTTL"]) == (0, 86_400)


def test_the_bucket_is_closed_encrypted_and_owned_by_its_account(translated: dict[str, Any]) -> None:
    bucket = translated["Resources"]["Bucket"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_the_bucket_sweeps_up_what_has_a_ttl(translated: dict[str, Any]) -> None:
    """The local engine drops lifecycle rules: what it deploys proves nothing about them."""
    rules = translated["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    expected = [
        {
            "Id": f"ttl-days-{days}",
            "Status": "Enabled",
            "TagFilters": [{"Key": "ttl-days", "Value": str(days)}],
            "ExpirationInDays": days,
        }
        for days in (1, 7, 30, 365)
    ]
    *expiration, uploads = rules
    assert expiration == expected
    assert uploads == {
        "Id": "abandoned-uploads",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }


def test_the_bucket_logs_where_a_parameter_says(translated: dict[str, Any]) -> None:
    """The local engine drops this as well."""
    logging = {
        "DestinationBucketName": {"Ref": "AccessLogBucket"},
        "LogFilePrefix": {"Fn::Sub": "${AWS::StackName}/s3/"},
    }
    configuration = translated["Resources"]["Bucket"]["Properties"]["LoggingConfiguration"]
    assert configuration == {"Fn::If": ["WithAccessLogs", logging, {"Ref": "AWS::NoValue"}]}


def test_answers_carry_security_headers_whatever_the_origin_says(translated: dict[str, Any]) -> None:
    config = translated["Resources"]["HeadersPolicy"]["Properties"]["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    assert set(security) == {
        "ContentTypeOptions",
        "StrictTransportSecurity",
        "ContentSecurityPolicy",
        "FrameOptions",
        "ReferrerPolicy",
    }
    assert all(header["Override"] is True for header in security.values())
    assert config["CorsConfig"]["OriginOverride"] is True


def test_pages_post_forms_only_from_origins_that_a_parameter_names_and_from_the_demo(
    translated: dict[str, Any],
) -> None:
    nothing = {"Ref": "AWS::NoValue"}
    rules = [
        {"Fn::If": [condition, {**FORMS, "AllowedOrigins": origins}, nothing]}
        for condition, origins in (
            ("NameUploadOrigins", {"Ref": "UploadOrigins"}),
            ("WithBrowserDemo", [{"Fn::GetAtt": ["BrowserDemoApi", "ApiEndpoint"]}]),
        )
    ]
    configuration = translated["Resources"]["Bucket"]["Properties"]["CorsConfiguration"]
    assert configuration == {"Fn::If": ["TakeUploads", {"CorsRules": rules}, nothing]}
    assert translated["Parameters"]["UploadOrigins"]["Default"] == ""


def test_nothing_of_the_browser_demo_is_there_unless_it_is_asked_for(translated: dict[str, Any]) -> None:
    assert translated["Parameters"]["BrowserDemo"]["Default"] == "false"
    assert translated["Conditions"]["WithBrowserDemo"] == {"Fn::Equals": [{"Ref": "BrowserDemo"}, "true"]}
    parts = {name: item for name, item in translated["Resources"].items() if name.startswith("BrowserDemo")}
    kinds = {name.removeprefix("BrowserDemo"): item["Type"] for name, item in parts.items()}
    assert kinds == {
        "Function": "AWS::Lambda::Function",
        "FunctionRole": "AWS::IAM::Role",
        "Permission": "AWS::Lambda::Permission",
        **{part: f"AWS::ApiGatewayV2::{part}" for part in ("Api", "Integration", "Route", "Stage")},
    }
    assert {item["Condition"] for item in parts.values()} == {"WithBrowserDemo"}
    assert translated["Outputs"]["BrowserDemo"]["Condition"] == "WithBrowserDemo"


def test_what_anybody_may_ask_of_the_browser_demo_is_bounded(translated: dict[str, Any]) -> None:
    resources = translated["Resources"]
    limits = resources["BrowserDemoStage"]["Properties"]["DefaultRouteSettings"]
    assert limits == {"ThrottlingBurstLimit": 20, "ThrottlingRateLimit": 10}
    permission = resources["BrowserDemoPermission"]["Properties"]
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${BrowserDemoApi}/*")


def test_the_api_of_the_browser_demo_knows_nothing_of_the_function_that_knows_the_bucket(
    translated: dict[str, Any],
) -> None:
    """Else the bucket, whose rules name the API, would wait for itself."""
    assert set(translated["Resources"]["BrowserDemoApi"]["Properties"]) <= {"Name", "ProtocolType", "Tags"}


def test_pages_see_how_old_an_answer_is(translated: dict[str, Any]) -> None:
    config = translated["Resources"]["HeadersPolicy"]["Properties"]["ResponseHeadersPolicyConfig"]
    exposed = config["CorsConfig"]["AccessControlExposeHeaders"]["Items"]
    assert sorted(exposed) == ["Age", "Date", "ETag", "Last-Modified", "X-Cache"]


def test_every_custom_resource_has_a_time_limit(translated: dict[str, Any]) -> None:
    """Without one CloudFormation waits an hour for an answer that may never come."""
    resources = translated["Resources"]
    custom = [item["Properties"] for item in resources.values() if item["Type"].endswith("::CustomResource")]
    assert len(custom) == 3
    for properties in custom:
        [function, _] = properties["ServiceToken"]["Fn::GetAtt"]
        assert properties["ServiceTimeout"] > resources[function]["Properties"]["Timeout"]


@pytest.mark.parametrize(
    ("name", "visibility"),
    [
        ("PythonDemo", "Public"),
        ("NodejsDemo", "Public"),
        ("NodejsAuthDemo", "Private"),
        ("PythonAuthDemo", "Private"),
    ],
)
def test_demos_are_told_where_to_read_and_write(
    translated: dict[str, Any], name: str, visibility: str
) -> None:
    variables = translated["Resources"][name]["Properties"]["Environment"]["Variables"]
    private = {key: variables.pop(key) for key in ("PK_PATH", "PUBLIC_KEY_ID") if key in variables}
    assert variables == {
        "DISTRIBUTION": {
            "Fn::If": [
                f"Own{visibility}Alias",
                {"Ref": f"{visibility}Alias"},
                {"Fn::GetAtt": [f"{visibility}Distribution", "DomainName"]},
            ]
        },
        "STORAGE_BUCKET": {"Ref": "Bucket"},
        "REGION": {"Ref": "AWS::Region"},
        "MEMORY_EDGE_TTL": {"Ref": "EdgeTtl"},
        "MEMORY_STORAGE_CLASS": {"Ref": "StorageClass"},
        "MEMORY_LOG_LEVEL": "debug",
    }
    assert bool(private) == (visibility == "Private")


def test_what_is_named_after_the_stack_fits_however_long_the_stack_s_name_is(
    sam: dict[str, Any], infra: Path
) -> None:
    """CloudFormation takes 128 characters, as CloudFront does for a policy's name and a distribution's comment."""
    program = """
    const { orderOf } = require('./route');
    const stack = 'arn:aws:cloudformation:ap-southeast-1:1:stack/' + 's'.repeat(128) + '/' + 'u'.repeat(36);
    console.log(JSON.stringify(orderOf({ StackId: stack, ResourceProperties: {} })));
    """
    node = shutil.which("node")
    assert node
    run = subprocess.run(
        [node, "-e", program], cwd=infra / "edge-setup" / "src", capture_output=True, check=True
    )
    attributes = {"Name": json.loads(run.stdout)["name"], "Title": json.loads(run.stdout)["title"]}
    assert len(attributes["Name"]) <= 64  # an access control's
    resources = sam["Resources"]
    for policy, config in (
        ("CachePolicy", "CachePolicyConfig"),
        ("HeadersPolicy", "ResponseHeadersPolicyConfig"),
    ):
        named = resources[policy]["Properties"][config]["Name"]
        assert named == {"Fn::GetAtt": ["AccessControl", "Name"]}
    for kind in ("Public", "Private"):
        comment = resources[f"{kind}Distribution"]["Properties"]["DistributionConfig"]["Comment"]["Fn::Sub"]
        assert len(comment.replace("${AccessControl.Title}", attributes["Title"])) <= 128
        assert "AWS::StackName" not in comment
