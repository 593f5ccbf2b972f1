"""Publishing the application to the Serverless Application Repository of one Region.

The repository copies the code from a bucket in the same Region, so each Region has one of its own.
https://docs.aws.amazon.com/serverlessrepo/latest/devguide/serverlessrepo-how-to-publish.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra import package

from .errors import ReleaseError
from .target import Found
from .version import LISTING

if TYPE_CHECKING:
    from .sender import Sender
    from .target import Release

_SERVICE = "serverlessrepo"
_NOT_FOUND = 404
_SID = "ServerlessRepositoryReadsCode"
#: The members of the template's metadata that the API takes under the same name, when it creates and when it updates.
_UPDATABLE = ("Author", "Description", "HomePageUrl", "Labels")


class Application:
    """The application in one Region.

    Args:
        sender: the way out.
        region: the AWS Region.
        release: what is published.
    """

    def __init__(self, sender: Sender, region: str, release: Release) -> None:
        self._sender = sender
        self._region = region
        self._release = release
        template = json.loads(release.artifacts.template.read_text(encoding="utf-8"))
        self._listing = template["Metadata"][LISTING]
        # What `look` finds. Until somebody could be asked, nothing is there.
        self._account = "<account>"
        self._bucket_is_there = False
        self._bucket_policy: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
        self._id: str | None = None
        self._has_version = False
        self._policy: list[dict[str, Any]] = []
        self.name = f"application in {region}"

    def obstacles(self) -> list[str]:
        """Return what the repository demands of a public application and this one lacks."""
        if self._release.settings.application.everybody and not self._release.repository:
            why = "the repository shows no application to everybody without the URL of its source"
            return [
                f"application: {why}: set `repository` in nodejs-sdk/package.json, or share_with in publish.yaml"
            ]
        return []

    def look(self) -> Found:
        """Ask whether the application is there, with this version and shared, and about the bucket for its code."""
        self._account = self._sender.account()
        self._look_at_bucket()
        name = self._listing["Name"]
        applications = self._sender.pages(_SERVICE, self._region, "list_applications", "Applications")
        for there in applications:
            if there["Name"] == name:
                self._look_at(there["ApplicationId"])
        stated = f"{name} {self._release.version}"
        if not self._has_version:
            return Found((), (stated,))
        return Found((stated,), () if self._policy == self._wanted() else (f"the policy of {name}",))

    def publish(self) -> None:
        """Create the application or its new version, then share it."""
        if not self._has_version:
            self._prepare_bucket()
            source = {"TemplateBody": self._template(), **self._source()}
            if self._id is None:
                self._id = self._create(source)
            else:
                self._add_version(self._id, source)
        if self._id is not None and self._policy != self._wanted():
            self._share(self._id)

    def _look_at_bucket(self) -> None:
        try:
            self._sender.read("s3", self._region, "head_bucket", Bucket=self._bucket)
            self._bucket_is_there = True
            policy = self._sender.read("s3", self._region, "get_bucket_policy", Bucket=self._bucket)["Policy"]
            self._bucket_policy = json.loads(policy)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status != _NOT_FOUND:
                raise ReleaseError(f"the bucket {self._bucket} cannot be used: {error}") from error

    def _look_at(self, application: str) -> None:
        self._id = application
        versions = self._sender.pages(
            _SERVICE, self._region, "list_application_versions", "Versions", ApplicationId=application
        )
        self._has_version = any(item["SemanticVersion"] == self._release.version for item in versions)
        policy = self._sender.read(
            _SERVICE, self._region, "get_application_policy", ApplicationId=application
        )
        kept = ("Principals", "PrincipalOrgIDs", "Actions")
        self._policy = [{key: item[key] for key in kept if item.get(key)} for item in policy["Statements"]]

    @property
    def _bucket(self) -> str:
        return self._release.settings.artifacts_bucket.format(account=self._account, region=self._region)

    def _create(self, source: dict[str, str]) -> str:
        answer = self._sender.send(
            _SERVICE,
            self._region,
            "create_application",
            {
                "ApplicationId": f"arn:aws:serverlessrepo:{self._region}:<account>:applications/{self._listing['Name']}"
            },
            Name=self._listing["Name"],
            SemanticVersion=self._release.version,
            SpdxLicenseId=self._listing["SpdxLicenseId"],
            LicenseBody=self._release.artifacts.licence,
            ReadmeBody=self._release.artifacts.readme,
            **self._shown(),
            **source,
        )
        return str(answer["ApplicationId"])

    def _add_version(self, application: str, source: dict[str, str]) -> None:
        """Add a version and show the page as it is now. The version comes first: it is what can be refused."""
        self._sender.send(
            _SERVICE,
            self._region,
            "create_application_version",
            {},
            ApplicationId=application,
            SemanticVersion=self._release.version,
            **source,
        )
        self._sender.send(
            _SERVICE,
            self._region,
            "update_application",
            {},
            ApplicationId=application,
            ReadmeBody=self._release.artifacts.readme,
            **self._shown(),
        )

    def _shown(self) -> dict[str, Any]:
        home = {"HomePageUrl": self._release.repository} if self._release.repository else {}
        return {**home, **{key: self._listing[key] for key in _UPDATABLE if key in self._listing}}

    def _source(self) -> dict[str, str]:
        return (
            {"SourceCodeUrl": f"{self._release.repository}/tree/v{self._release.version}"}
            if self._release.repository
            else {}
        )

    def _share(self, application: str) -> None:
        self._sender.send(
            _SERVICE,
            self._region,
            "put_application_policy",
            {},
            ApplicationId=application,
            Statements=self._wanted(),
        )

    def _wanted(self) -> list[dict[str, Any]]:
        if organization := self._release.settings.application.organization:
            actions = ["Deploy", "UnshareApplication"]
            return [{"Principals": ["*"], "PrincipalOrgIDs": [organization], "Actions": actions}]
        if self._release.settings.application.accounts:
            return [{"Principals": list(self._release.settings.application.accounts), "Actions": ["Deploy"]}]
        return []

    def _template(self) -> str:
        """Upload the code and return the template that names it, without the metadata that the API takes apart.

        A key is made of the content, so that sending it again changes nothing. The template is written down, too,
        for those who want to see what is sent.
        """

        def upload(key: str, content: bytes) -> str:
            self._sender.send(
                "s3", self._region, "put_object", {}, Bucket=self._bucket, Key=key, Body=content
            )
            return f"s3://{self._bucket}/{key}"

        template = package(self._release.artifacts.template, upload)
        del template["Metadata"][LISTING]
        text = json.dumps(template)
        (self._release.artifacts.folder / f"template-{self._region}.json").write_text(text, encoding="utf-8")
        return text

    def _prepare_bucket(self) -> None:
        """Make sure that the bucket exists and that the repository may read it, whatever else its policy says."""
        if not self._bucket_is_there:
            place = {"CreateBucketConfiguration": {"LocationConstraint": self._region}}
            elsewhere = (
                place if self._region != "us-east-1" else {}
            )  # which is S3's default, and refused as a constraint
            self._sender.send("s3", self._region, "create_bucket", {}, Bucket=self._bucket, **elsewhere)
        statement = {
            "Sid": _SID,
            "Effect": "Allow",
            "Principal": {"Service": "serverlessrepo.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{self._bucket}/*",
            "Condition": {"StringEquals": {"aws:SourceAccount": self._account}},
        }
        statements = self._bucket_policy["Statement"]
        if statement not in statements:
            others = [item for item in statements if item.get("Sid") != _SID]
            policy = json.dumps({**self._bucket_policy, "Statement": [*others, statement]})
            self._sender.send("s3", self._region, "put_bucket_policy", {}, Bucket=self._bucket, Policy=policy)
