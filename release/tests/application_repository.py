"""The Serverless Application Repository on one machine: a server that holds each request against botocore's own model.

What the model does not say is from the repository's developer guide, pages "Publishing applications", "Sharing
applications" and "List of supported AWS resources".
"""

from __future__ import annotations

import json
import re
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session
from botocore.exceptions import ParamValidationError
from botocore.validate import validate_parameters
from typing_extensions import Self

from infra import translate

if TYPE_CHECKING:
    from collections.abc import Callable

_MODEL = botocore.session.get_session().get_service_model("serverlessrepo")
_REGION = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/serverlessrepo/aws4_request")
_VERSION = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?")
#: "AWS SAM template properties" in the developer guide.
_FORMS = {
    "Name": re.compile(r"[a-zA-Z0-9-]{1,140}"),
    "Description": re.compile(r"(?s).{1,256}"),
    "Author": re.compile(r"[a-z0-9](([a-z0-9]|-(?!-)){0,125}[a-z0-9])?"),
    "SemanticVersion": _VERSION,
}
_LABEL = re.compile(r"[a-zA-Z0-9+\-_:/@]{1,127}")
ACCOUNT = "000000000000"


class RefusalError(Exception):
    """An answer that is no success."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.status = _MODEL.shape_for(name).metadata["error"]["httpStatusCode"]


class ApplicationRepository:
    """The repository, in a `with` statement; `url` is its endpoint.

    Args:
        accepted: the resource types that it accepts.
        read_code: returns the policy of a bucket and the bytes of an object in it, which it copies.
    """

    def __init__(
        self, accepted: set[str], read_code: Callable[[str, str], tuple[dict[str, Any], bytes]]
    ) -> None:
        self._accepted = accepted
        self._read_code = read_code
        #: By Region and name.
        self.applications: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        #: The operations that changed something, with their Region, in order.
        self.changes: list[tuple[str, str]] = []
        #: What is refused from now on, as by a service that is down: pairs of operation and Region.
        self.broken: set[tuple[str, str]] = set()
        #: Which lists come from before the last change, `applications` or `versions`: somebody else is just publishing.
        self.late: set[str] = set()
        repository = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                status, kind, body = repository.handle(
                    self.command, self.path, self.headers.get("Authorization", ""), self.rfile.read(length)
                )
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                if kind:
                    self.send_header("x-amzn-ErrorType", kind)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the standard library's names

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def handle(
        self, method: str, target: str, authorization: str, body: bytes
    ) -> tuple[int, str, dict[str, Any]]:
        """Return the status, the kind of error if it is one, and the body of an answer."""
        try:
            region = _signed_for(authorization)
            operation, given = _parsed(method, target, body)
            self._check_health(operation, region)
            answer = getattr(self, f"_{operation}")(region, given)
        except RefusalError as error:
            return error.status, error.name, {"message": str(error), "errorCode": error.name}
        if method != "GET":
            self.changes.append((operation, region))
        return _MODEL.operation_model(operation).http.get("responseCode", 200), "", answer

    def _check_health(self, operation: str, region: str) -> None:
        if (operation, region) in self.broken:
            raise RefusalError("InternalServerErrorException", "the service is down")

    def _ListApplications(self, region: str, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the API's name
        listed = {} if "applications" in self.late else self.applications[region]
        return {"applications": [_summary(app) for app in listed.values()]}

    def _ListApplicationVersions(self, region: str, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        app = self._application(region, given)
        listed = {} if "versions" in self.late else app["versions"]
        return {
            "versions": [
                {
                    "applicationId": app["id"],
                    "creationTime": "2026-11-23T00:00:00Z",
                    "semanticVersion": version,
                }
                for version in listed
            ]
        }

    def _GetApplicationPolicy(self, region: str, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"statements": self._application(region, given)["policy"]}

    def _CreateApplication(self, region: str, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        application_id = f"arn:aws:serverlessrepo:{region}:{ACCOUNT}:applications/{given['Name']}"
        if given["Name"] in self.applications[region]:
            raise RefusalError("ConflictException", f"Application with id {application_id} already exists")
        app = {"id": application_id, "versions": {}, "policy": [], **given}
        if "SemanticVersion" in given:
            app["versions"][given["SemanticVersion"]] = self._version(region, given)
        self.applications[region][given["Name"]] = app
        return _summary(app)

    def _UpdateApplication(self, region: str, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        app = self._application(region, given)
        app.update({key: value for key, value in given.items() if key != "ApplicationId"})
        return _summary(app)

    def _CreateApplicationVersion(self, region: str, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        app, version = self._application(region, given), given["SemanticVersion"]
        if version in app["versions"]:
            raise RefusalError("ConflictException", f"version {version} of {app['id']} already exists")
        app["versions"][version] = self._version(region, given)
        return {"applicationId": app["id"], "semanticVersion": version}

    def _PutApplicationPolicy(self, region: str, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        app = self._application(region, given)
        for statement in given["Statements"]:
            if statement.get("PrincipalOrgIDs") and "UnshareApplication" not in statement["Actions"]:
                raise RefusalError("BadRequestException", "an organization must be allowed to unshare")
            if statement["Principals"] == ["*"] and not statement.get("PrincipalOrgIDs"):
                self._may_be_public(app)
        app["policy"] = [
            {key[0].lower() + key[1:]: value for key, value in item.items()} for item in given["Statements"]
        ]
        return {"statements": app["policy"]}

    def _may_be_public(self, app: dict[str, Any]) -> None:
        last = list(app["versions"].values())[-1:]
        if (
            not app.get("LicenseBody")
            or not app.get("SpdxLicenseId")
            or not last
            or not last[0]["SourceCodeUrl"]
        ):
            raise RefusalError(
                "BadRequestException", "a public application has a licence, a version and a source code URL"
            )

    def _application(self, region: str, given: dict[str, Any]) -> dict[str, Any]:
        for app in self.applications[region].values():
            if app["id"] == given["ApplicationId"]:
                return app
        raise RefusalError("NotFoundException", f"No application with id {given['ApplicationId']}")

    def _version(self, region: str, given: dict[str, Any]) -> dict[str, Any]:
        template = json.loads(given["TemplateBody"])
        if "AWS::ServerlessRepo::Application" in template.get("Metadata", {}):
            raise RefusalError(
                "BadRequestException", "the template still has the metadata of the application"
            )
        code = self._copied(region, template)
        everything = {**template["Resources"], **translate(template, region)["Resources"]}
        refused = sorted({resource["Type"] for resource in everything.values()} - self._accepted)
        if refused:
            listed = ", ".join(refused)
            raise RefusalError(
                "BadRequestException", f"The template contains unsupported resource types. [{listed}]"
            )
        return {
            "TemplateBody": given["TemplateBody"],
            "SourceCodeUrl": given.get("SourceCodeUrl"),
            "code": code,
        }

    def _copied(self, region: str, template: dict[str, Any]) -> dict[str, bytes]:
        """Return the code that a template names, which the repository must be allowed to read."""
        code = {}
        for name, resource in template["Resources"].items():
            properties = resource.get("Properties", {})
            uri = properties.get("CodeUri") or properties.get("ContentUri")
            if uri is None:
                continue
            bucket, _, key = uri.removeprefix("s3://").partition("/")
            policy, content = self._read_code(bucket, key)
            wanted = {
                "Effect": "Allow",
                "Principal": {"Service": "serverlessrepo.amazonaws.com"},
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{bucket}/*",
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            }
            found = [
                {key: value for key, value in item.items() if key != "Sid"} for item in policy["Statement"]
            ]
            if not bucket.endswith(region) or wanted not in found:
                raise RefusalError("BadRequestException", f"{name}: no access to {uri}")
            code[uri] = content
        return code


def _summary(app: dict[str, Any]) -> dict[str, Any]:
    shown = ("Name", "Author", "Description", "SpdxLicenseId", "HomePageUrl", "Labels")
    return {"applicationId": app["id"], **{key[0].lower() + key[1:]: app[key] for key in shown if key in app}}


def _signed_for(authorization: str) -> str:
    signed = _REGION.search(authorization)
    if signed is None:
        raise RefusalError("ForbiddenException", "the request is not signed for this service")
    return signed[1]


def _parsed(method: str, target: str, body: bytes) -> tuple[str, dict[str, Any]]:
    """Return the operation that a request is for, and its parameters by botocore's names, checked.

    Raises:
        RefusalError: there is no such operation, or the model does not allow the parameters.
    """
    parts = urlsplit(target)
    for name in _MODEL.operation_names:
        model = _MODEL.operation_model(name)
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(model.http["requestUri"]))
        match = re.fullmatch(pattern, parts.path) if model.http["method"] == method else None
        if match:
            members = dict(model.input_shape.members) if model.input_shape else {}
            sources: dict[str | None, dict[str, Any]] = {
                "uri": {key: unquote(value) for key, value in match.groupdict().items()},
                "querystring": {key: values[0] for key, values in parse_qs(parts.query).items()},
                None: json.loads(body or b"{}"),
            }
            given = {
                member: _renamed(shape, source[shape.serialization["name"]])
                for member, shape in members.items()
                if shape.serialization["name"] in (source := sources[shape.serialization.get("location")])
            }
            _check(name, given, known=len(given) == sum(len(source) for source in sources.values()))
            return name, given
    raise RefusalError("BadRequestException", f"no operation {method} {parts.path}")


def _renamed(shape: Any, value: Any) -> Any:
    """Return a value with botocore's names for the members of structures."""
    if shape.type_name == "structure":
        return {name: _renamed(member, value[member.serialization["name"]]) for name, member in shape.members.items()
                if member.serialization["name"] in value}  # fmt: skip
    if shape.type_name == "list":
        return [_renamed(shape.member, item) for item in value]
    return value


def _check(operation: str, given: dict[str, Any], *, known: bool) -> None:
    if not known:
        raise RefusalError("BadRequestException", f"{operation}: a parameter is not in the model")
    shape = _MODEL.operation_model(operation).input_shape
    assert shape, f"{operation} takes parameters"
    try:
        validate_parameters(given, shape)
    except ParamValidationError as error:
        raise RefusalError("BadRequestException", str(error)) from error
    for key, form in _FORMS.items():
        if key in given and not form.fullmatch(given[key]):
            raise RefusalError("BadRequestException", f"{key} is not valid: {given[key]!r}")
    labels = given.get("Labels", [])
    if len(labels) > 10 or not all(_LABEL.fullmatch(label) for label in labels):
        raise RefusalError("BadRequestException", f"Labels are not valid: {labels}")
