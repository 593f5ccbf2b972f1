"""Publishing to the Serverless Application Repository, end to end: real code, S3, and a server that knows the rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml
from release.__main__ import main
from tagged_source import URL

if TYPE_CHECKING:
    from application_repository import ApplicationRepository
    from local_cloud import LocalCloud
    from tagged_source import Source

REGIONS = ["eu-central-1", "us-east-1"]
NAME = "lambda-cache"


def settings(source: Source, share_with: Any = "nobody", regions: list[str] = REGIONS) -> None:
    path = source.root / "release" / "publish.yaml"
    given = yaml.safe_load(path.read_text())
    bucket = f"{source.root.parent.name[:30].replace('_', '-')}-{{account}}-{{region}}"
    given["application"] = {"regions": regions, "share_with": share_with, "artifacts_bucket": bucket.lower()}
    path.write_text(yaml.safe_dump(given))
    source.commit("Settings")
    source.git("tag", "--force", "v1.0.0")


def publish(source: Source, *more: str) -> int:
    return main(["publish", "--only", "application", *more], source.root)


def test_it_creates_the_application_in_each_region_with_its_page_licence_and_source(
    built: Source, applications: ApplicationRepository
) -> None:
    settings(built)
    assert publish(built, "--for-real") == 0
    assert sorted(applications.applications) == REGIONS
    for region in REGIONS:
        app = applications.applications[region][NAME]
        assert app["ReadmeBody"].startswith("# Memory Service\n")
        assert "| `FunctionPrefix` | `lambda-cache` |" in app["ReadmeBody"]
        assert app["LicenseBody"].startswith("MIT License")
        assert (app["SpdxLicenseId"], app["HomePageUrl"]) == ("MIT", URL)
        assert list(app["versions"]) == ["1.0.0"]
        version = app["versions"]["1.0.0"]
        assert version["SourceCodeUrl"] == f"{URL}/tree/v1.0.0"
        assert len(version["code"]) >= 8
        assert app["policy"] == []


def test_a_second_version_is_added_and_the_page_follows(
    built: Source, applications: ApplicationRepository
) -> None:
    settings(built)
    assert publish(built, "--for-real") == 0
    readme = built.root / "build" / "release" / "application" / "README.md"
    readme.write_text("# Memory Service 1.1\n")
    built.set_version("1.0.0", "1.1.0")
    assert publish(built, "--for-real") == 0
    app = applications.applications["us-east-1"][NAME]
    assert list(app["versions"]) == ["1.0.0", "1.1.0"]
    assert app["versions"]["1.1.0"]["SourceCodeUrl"] == f"{URL}/tree/v1.1.0"
    assert app["ReadmeBody"] == "# Memory Service 1.1\n"


@pytest.mark.parametrize("more", [[], ["--resume"]])
def test_the_same_version_again_fails_loudly_and_sends_nothing(
    built: Source, applications: ApplicationRepository, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    settings(built)
    assert publish(built, "--for-real") == 0
    changes = list(applications.changes)
    assert publish(built, "--for-real", *more) == 1
    assert "refused: 1.0.0 is published already, everywhere and completely" in capsys.readouterr().err
    assert applications.changes == changes


def test_an_application_that_somebody_makes_meanwhile_is_a_conflict_and_the_next_run_adds_a_version_to_it(
    built: Source, applications: ApplicationRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(built, regions=["us-east-1"])
    assert publish(built, "--for-real") == 0
    app = applications.applications["us-east-1"][NAME]
    built.set_version("1.0.0", "1.1.0")
    before = dict(app)
    applications.late = {"applications"}
    assert publish(built, "--for-real") == 1
    message = capsys.readouterr().err
    assert (
        "serverlessrepo create_application in us-east-1 failed: An error occurred (ConflictException)"
        in message
    )
    assert f"Application with id {app['id']} already exists" in message
    assert "somebody else is publishing" in message
    assert app == before
    applications.late = set()
    assert publish(built, "--for-real") == 0
    assert list(app["versions"]) == ["1.0.0", "1.1.0"]


def test_a_version_that_somebody_publishes_meanwhile_fails_loudly_and_stays_theirs(
    built: Source, applications: ApplicationRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(built, regions=["us-east-1"])
    assert publish(built, "--for-real") == 0
    app = applications.applications["us-east-1"][NAME]
    theirs = dict(app["versions"])
    changes = list(applications.changes)
    (built.root / "build" / "release" / "application" / "README.md").write_text("# Another page\n")
    applications.late = {"versions"}
    assert publish(built, "--for-real") == 1
    message = capsys.readouterr().err
    assert "create_application_version in us-east-1 failed: An error occurred (ConflictException)" in message
    assert "somebody else is publishing. Nothing of theirs was replaced" in message
    assert app["versions"] == theirs
    assert applications.changes == changes  # not the page either


def test_the_repository_answers_a_conflict_as_its_model_says(
    built: Source, applications: ApplicationRepository
) -> None:
    """The server of these tests, held against botocore: what it refuses arrives as the API's own exception, 409."""
    settings(built, regions=["us-east-1"])
    assert publish(built, "--for-real") == 0
    client = boto3.client("serverlessrepo", region_name="us-east-1")
    app = applications.applications["us-east-1"][NAME]
    page = {"Author": "me", "Description": "mine"}
    with pytest.raises(client.exceptions.ConflictException) as made:
        client.create_application(Name=NAME, **page)
    template = app["versions"]["1.0.0"]["TemplateBody"]
    with pytest.raises(client.exceptions.ConflictException) as versioned:
        client.create_application_version(
            ApplicationId=app["id"], SemanticVersion="1.0.0", TemplateBody=template
        )
    for conflict in (made, versioned):
        assert conflict.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_a_rehearsal_shows_each_call_and_sends_none(
    built: Source, applications: ApplicationRepository, capsys: pytest.CaptureFixture[str], aws: LocalCloud
) -> None:
    settings(built, "everybody", ["eu-central-1"])
    before = aws.client("s3").list_buckets()["Buckets"]
    assert publish(built) == 0
    out = capsys.readouterr().out
    calls = [
        line for line in out.splitlines() if line.endswith(" in eu-central-1") and not line.startswith("---")
    ]
    operations = [call.split()[1] for call in calls]
    code = operations.count("put_object")
    assert code >= 8
    assert operations == [
        "create_bucket", "put_bucket_policy", *["put_object"] * code, "create_application", "put_application_policy",
    ]  # fmt: skip
    assert '"SemanticVersion": "1.0.0"' in out
    assert '"aws:SourceAccount": \\"000000000000\\"' in out.replace('\\"aws', '"aws').replace(
        'Account\\"', 'Account"'
    )
    assert out.endswith("nothing was sent: add --for-real to send this\n")
    assert applications.changes == []
    assert aws.client("s3").list_buckets()["Buckets"] == before


def test_a_release_that_broke_off_goes_on_where_it_was(
    built: Source, applications: ApplicationRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(built)
    applications.broken = {("CreateApplication", "us-east-1")}
    assert publish(built, "--for-real") == 1
    assert "serverlessrepo create_application in us-east-1 failed: " in capsys.readouterr().err
    applications.broken = set()
    assert publish(built, "--for-real") == 1
    assert "application in eu-central-1 has lambda-cache 1.0.0 already" in capsys.readouterr().err
    assert publish(built, "--for-real", "--resume") == 0
    created = [change for change in applications.changes if change[0] == "CreateApplication"]
    assert created == [("CreateApplication", region) for region in REGIONS]


def test_a_policy_that_was_not_set_any_more_is_set_on_resume(
    built: Source, applications: ApplicationRepository
) -> None:
    settings(built, ["111122223333"], ["us-east-1"])
    applications.broken = {("PutApplicationPolicy", "us-east-1")}
    assert publish(built, "--for-real") == 1
    applications.broken = set()
    assert publish(built, "--for-real", "--resume") == 0
    app = applications.applications["us-east-1"][NAME]
    assert app["policy"] == [{"principals": ["111122223333"], "actions": ["Deploy"]}]


@pytest.mark.parametrize(
    ("share_with", "statement"),
    [
        ("everybody", {"principals": ["*"], "actions": ["Deploy"]}),
        (
            "o-a1b2c3d4e5",
            {
                "principals": ["*"],
                "principalOrgIDs": ["o-a1b2c3d4e5"],
                "actions": ["Deploy", "UnshareApplication"],
            },
        ),
    ],
)
def test_it_is_shared_as_the_settings_say(
    built: Source, applications: ApplicationRepository, share_with: str, statement: dict[str, Any]
) -> None:
    settings(built, share_with, ["us-east-1"])
    assert publish(built, "--for-real") == 0
    assert applications.applications["us-east-1"][NAME]["policy"] == [statement]
    assert applications.changes[-1] == ("PutApplicationPolicy", "us-east-1")


def test_what_else_the_bucket_s_policy_says_is_kept(
    built: Source, applications: ApplicationRepository, aws: LocalCloud
) -> None:
    settings(built, regions=["us-east-1"])
    pattern = yaml.safe_load((built.root / "release" / "publish.yaml").read_text())["application"][
        "artifacts_bucket"
    ]
    bucket = pattern.format(account="000000000000", region="us-east-1")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    mine = {
        "Sid": "Mine",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [mine]}))
    assert publish(built, "--for-real") == 0
    statements = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert [statement["Sid"] for statement in statements] == ["Mine", "ServerlessRepositoryReadsCode"]
    assert list(applications.applications["us-east-1"]) == [NAME]


def test_a_resource_type_that_the_repository_refuses_is_named(
    built: Source, applications: ApplicationRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(built, regions=["us-east-1"])
    path = built.root / "build" / "release" / "application" / "template.json"
    template = json.loads(path.read_text())
    template["Resources"]["Control"] = {"Type": "AWS::CloudFront::OriginAccessControl", "Properties": {}}
    path.write_text(json.dumps(template))
    assert publish(built, "--for-real") == 1
    expected = "The template contains unsupported resource types. [AWS::CloudFront::OriginAccessControl]"
    assert expected in capsys.readouterr().err
    assert applications.applications["us-east-1"] == {}


def test_the_published_template_deploys(
    built: Source, applications: ApplicationRepository, aws: LocalCloud
) -> None:
    from infra import translate

    settings(built, regions=["us-east-1"])
    assert publish(built, "--for-real") == 0
    template = json.loads(applications.applications["us-east-1"][NAME]["versions"]["1.0.0"]["TemplateBody"])
    assert "AWS::ServerlessRepo::Application" not in template["Metadata"]
    translated = translate(template, "us-east-1", {"Demos": "false"})
    layers = [
        item for item in translated["Resources"].values() if item["Type"] == "AWS::Lambda::LayerVersion"
    ]
    assert len(layers) >= 3
    for layer in layers:
        at = layer["Properties"]["Content"]
        assert aws.client("s3").head_object(Bucket=at["S3Bucket"], Key=at["S3Key"])["ContentLength"] > 0
