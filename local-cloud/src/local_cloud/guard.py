"""Who may use the engine: callers with credentials of this run, and no web page.

The engine takes any credentials and answers every page. So each request is looked at before it, and what is refused
gets AWS's own words and no header that would let a page read them.
"""

from __future__ import annotations

import asyncio
import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import web
from botocore.exceptions import ClientError

from local_cloud.edge.bucket_policy import BucketPolicy, S3Request
from local_cloud.expect_continue import body_of
from local_cloud.s3_call import S3Call
from local_cloud.s3_errors import s3_error
from local_cloud.web_page import REFUSED, is_sent_by_a_page, names_this_machine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from multidict import CIMultiDict

    from local_cloud.run_keys import RunKeys

_CORS = web.RequestKey("cors", dict[str, str])  # on requests of pages that a bucket's CORS rules name
_HEALTH = "/_ministack/health"
_ACCOUNT = re.compile(r"\d{12}")
_ENGINES_ROOT = frozenset(
    {"", "test"}
)  # besides account numbers: whom the engine takes for the root, unchecked
_SIGNED = re.compile(r"(?:Credential=|AWS )(?P<key>[^/,:\s]*)")
_POLICY_FIELD = re.compile(
    rb'name="(?:x-amz-credential|AWSAccessKeyId)"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n([^/\r\n]*)', re.IGNORECASE
)
_FILE_FIELD = re.compile(rb'name="file"', re.IGNORECASE)
# Services that answer in XML besides S3, those of this name among them.
_XML_SERVICES = re.compile(
    r"Credential=[^/,]+/\d{8}/[^/,]+/(?:iam|sts|cloudformation|cloudfront|sns|ec2|route53|monitoring)/aws4_request"
)
_ISSUED = re.compile(rb'<AccessKeyId>([A-Z0-9]+)</AccessKeyId>|"AccessKeyId": ?"([A-Z0-9]+)"')
_ISSUERS = re.compile(r"Credential=[^/,]+/\d{8}/[^/,]+/(?:iam|sts)/aws4_request")


class Guard:
    """Looks at requests before the engine."""

    def __init__(self, keys: RunKeys, s3: Any, port: int, *, auth: bool, forms_only: bool = False) -> None:
        """Guard one port.

        Args:
            keys: The secrets of this run.
            s3: A boto3 client of the engine's S3, for the buckets' policies and CORS rules.
            port: The port that callers connect to.
            auth: Whether the engine checks signatures and permissions of all but the root.
            forms_only: Whether the port is for upload forms, and refuses whatever else comes.
        """
        self._keys = keys
        self._s3 = s3
        self._port = port
        self._auth = auth
        self._forms_only = forms_only
        self._issued = {keys.access_key}

    async def refusal(self, request: web.BaseRequest) -> web.Response | None:
        """Return the answer to a request that is not for the engine, or None."""
        headers, path = request.headers, request.raw_path.partition("?")[0]
        if not names_this_machine(headers.get("Host"), self._port):
            return _refused(request, "AccessDenied", REFUSED)
        if self._forms_only and not _is_upload(request):
            return _refused(
                request, "AccessDenied", "This port takes upload forms to a bucket, and nothing else."
            )
        if is_sent_by_a_page(
            headers.get("Origin"), headers.get("Sec-Fetch-Site")
        ) and not await self._is_welcome_upload(request):
            return _refused(request, "AccessDenied", REFUSED)
        if path == _HEALTH and request.method == "GET":
            return None
        if path.startswith(("/_ministack", "/_localstack")):  # the engine's own, which know no permissions
            return _refused(request, "AccessDenied", REFUSED)
        query = parse_qsl(request.raw_path.partition("?")[2], keep_blank_values=True)
        signers = [match["key"] for match in _SIGNED.finditer(headers.get("Authorization", ""))]
        signers += [
            value.partition("/")[0]
            for name, value in query
            if name.lower() in {"x-amz-credential", "awsaccesskeyid"}
        ]
        if not signers and _is_form(request):
            fields = _FILE_FIELD.split(await body_of(request), maxsplit=1)[0]
            signers = [found.decode(errors="replace") for found in _POLICY_FIELD.findall(fields)]
        if not signers:
            if await self._may_everybody(request):
                return None
            return _refused(request, "AccessDenied", "Access Denied")
        tokens = {headers.get("X-Amz-Security-Token")} | {
            value for name, value in query if name.lower() == "x-amz-security-token"
        }
        if all(self._knows(signer, tokens) for signer in signers):
            return None
        return _refused(
            request,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records: it is not one of this local cloud.",
        )

    def learn(self, request: web.BaseRequest, answer: bytes) -> None:
        """Take the keys that IAM or STS has issued for this run's."""
        if _ISSUERS.search(request.headers.get("Authorization", "")):
            self._issued.update((xml or text).decode() for xml, text in _ISSUED.findall(answer))

    def _knows(self, signer: str, tokens: set[str | None]) -> bool:
        if signer in self._issued:
            return True
        if _ACCOUNT.fullmatch(signer):
            return self._keys.account_token in tokens
        # Signatures of users and roles, and that they exist, are the engine's to check.
        return self._auth and signer not in _ENGINES_ROOT

    async def _may_everybody(self, request: web.BaseRequest) -> bool:
        call = S3Call.parse(request.method, request.raw_path, request.headers)
        if call is None or not call.reads or not call.bucket:
            return False
        if self._auth:
            return True  # the engine asks the policy itself
        try:
            policy = (await asyncio.to_thread(self._s3.get_bucket_policy, Bucket=call.bucket))["Policy"]
        except ClientError:
            return False
        resource = f"arn:aws:s3:::{call.bucket}/{call.key}"
        return BucketPolicy(policy).allows(S3Request("s3:GetObject", resource, None, {}))

    async def _is_welcome_upload(self, request: web.BaseRequest) -> bool:
        """Return whether it is a form for a bucket that takes such from the page's origin."""
        call = S3Call.parse(request.method, request.raw_path, request.headers)
        origin = request.headers.get("Origin")
        if call is None or origin is None or not _is_upload(request):
            return False
        try:
            rules = (await asyncio.to_thread(self._s3.get_bucket_cors, Bucket=call.bucket))["CORSRules"]
        except ClientError:
            return False
        for rule in rules:
            if "POST" in rule["AllowedMethods"] and any(
                _covers(one, origin) for one in rule["AllowedOrigins"]
            ):
                exposed = ", ".join(rule.get("ExposeHeaders", []))
                more = {"Access-Control-Expose-Headers": exposed} if exposed else {}
                request[_CORS] = {"Access-Control-Allow-Origin": origin, "Vary": "Origin", **more}
                return True
        return False


def without_token(headers: CIMultiDict[str], keys: RunKeys) -> None:
    """Drop a token that is the guard's matter alone: the engine knows no tokens of roots."""
    if headers.get("X-Amz-Security-Token") == keys.account_token:
        del headers["X-Amz-Security-Token"]


def without_cors(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return an answer's headers without those that would let any page read it, as the engine would."""
    return [
        (name, value) for name, value in headers.items() if not name.lower().startswith("access-control-")
    ]


def cors_of(request: web.BaseRequest) -> dict[str, str]:
    """Return the headers by which a page that a bucket's CORS rules name may read the answer; none for any other."""
    found: dict[str, str] = request.get(_CORS, {})
    return found


def _covers(allowed: str, origin: str) -> bool:
    """Return whether an origin is the allowed one, which may have one `*` (S3 User Guide, page ManageCorsUsing)."""
    return re.fullmatch(re.escape(allowed).replace(r"\*", ".*"), origin) is not None


def _is_upload(request: web.BaseRequest) -> bool:
    call = S3Call.parse(request.method, request.raw_path, request.headers)
    if call is None or not call.bucket or call.key or call.parameters or not _is_form(request):
        return False
    return "Authorization" not in request.headers and "X-Amz-Target" not in request.headers


def _is_form(request: web.BaseRequest) -> bool:
    given = request.headers.get("Content-Type", "").lower()
    return request.method == "POST" and given.startswith("multipart/form-data")


def _refused(request: web.BaseRequest, code: str, message: str) -> web.Response:
    """Return an error as S3 words it, or as services with JSON do."""
    if S3Call.parse(request.method, request.raw_path, request.headers) is not None:
        answer = web.Response(
            status=HTTPStatus.FORBIDDEN, body=s3_error(code, message), content_type="application/xml"
        )
    elif _XML_SERVICES.search(request.headers.get("Authorization", "")):
        service_code = "InvalidClientTokenId" if code == "InvalidAccessKeyId" else code
        error = f"<Type>Sender</Type><Code>{service_code}</Code><Message>{message}</Message>"
        answer = web.Response(
            status=HTTPStatus.FORBIDDEN,
            body=f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode(),
            content_type="text/xml",
        )
    else:
        service_code = {"InvalidAccessKeyId": "UnrecognizedClientException"}.get(
            code, "AccessDeniedException"
        )
        answer = web.Response(
            status=HTTPStatus.FORBIDDEN,
            headers={"x-amzn-ErrorType": service_code},
            body=json.dumps({"__type": service_code, "message": message}).encode(),
            content_type="application/json",
        )
    if request.can_read_body:
        answer.force_close()  # what is still to come on this connection is a body that nobody reads
    return answer
