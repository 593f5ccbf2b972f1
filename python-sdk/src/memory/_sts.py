"""Credentials of roles: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from memory._aws import Aws, AwsRequest
from memory._credentials import Credentials
from memory._dates import iso_time
from memory._endpoints import role_endpoint
from memory._errors import ConfigurationError, UnavailableError
from memory._exchange import Failure, Request
from memory._refusals import error_code, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memory._exchange import Response
    from memory._wire import Wire

_VERSION = "2011-06-15"
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_OK = 200
_FIRST_OF_SERVER = 500
_ATTEMPTS = 2


def assume_role(  # noqa: PLR0913, PLR0917 - what a role is assumed with
    wire: Wire,
    source: Credentials,
    role_arn: str,
    session_name: str,
    region: str | None,
    deadline: float,
    external_id: str | None = None,
) -> Credentials:
    """Return credentials of a role.

    Args:
        wire: Carries the request.
        source: Whose request it is.
        role_arn: The role.
        session_name: What its calls are logged as.
        region: Where STS is asked if the platform names no Region.
        deadline: When to have ended, by `time.monotonic`.
        external_id: What the role's owner wants to be told.

    Raises:
        AccessDeniedError: The role may not be assumed.
        UnavailableError: STS did not answer in time.
    """
    form = {"Action": "AssumeRole", "Version": _VERSION, "RoleArn": role_arn, "RoleSessionName": session_name}
    if external_id:
        form["ExternalId"] = external_id
    endpoint = role_endpoint(region)
    aws = Aws(wire, lambda _deadline: source)
    request = AwsRequest(endpoint, "sts", "POST", "/", headers=_FORM, body=urlencode(form).encode())
    return _given(aws.send(request, deadline).answer, role_arn)


def assume_role_with_web_identity(  # noqa: PLR0913, PLR0917 - what a role is assumed with
    wire: Wire, token_file: str, role_arn: str, session_name: str, region: str | None, deadline: float
) -> Credentials:
    """Return credentials of a role for a token that somebody else gave, such as Kubernetes.

    Raises:
        ConfigurationError: The token cannot be read.
        AccessDeniedError: The role may not be assumed.
        UnavailableError: STS did not answer in time.
    """
    try:
        with open(token_file, encoding="utf-8") as file:  # noqa: PTH123 - pathlib takes as long to load as the rest
            token = file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"AWS_WEB_IDENTITY_TOKEN_FILE {token_file!r} cannot be read: {type(error).__name__}"
        ) from None
    form = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": _VERSION,
        "RoleArn": role_arn,
        "RoleSessionName": session_name,
        "WebIdentityToken": token,
    }
    endpoint = role_endpoint(region)
    answer: Response | Failure = Failure("nobody was asked", "not sent")
    # It needs no signature: the token is what it is believed for.
    headers = {"Host": endpoint.host, **_FORM}
    request = Request("POST", endpoint.origin, f"{endpoint.path}/", headers, urlencode(form).encode())
    for _ in range(_ATTEMPTS):
        answer = wire.send(request, deadline)
        if not isinstance(answer, Failure) and answer.status < _FIRST_OF_SERVER:
            break
    return _given(answer, role_arn)


def _given(answer: Response | Failure, role_arn: str) -> Credentials:
    what = f"assume {role_arn}"
    if isinstance(answer, Failure):
        raise UnavailableError(f"{what}: STS: {answer.reason}")
    if answer.status != _OK:
        code = error_code(answer.body) or str(answer.status)
        raise refusal(code, what, "STS", status=answer.status)
    found = {
        name: _text(answer.body, name)
        for name in ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
    }
    if not found["AccessKeyId"] or not found["SecretAccessKey"]:
        raise UnavailableError(f"{what}: STS answered without credentials")
    return _credentials(found)


def _credentials(found: Mapping[str, str]) -> Credentials:
    return Credentials(
        found["AccessKeyId"],
        found["SecretAccessKey"],
        found["SessionToken"] or None,
        iso_time(found["Expiration"]),
    )


def _text(document: bytes, name: str) -> str:
    match = re.search(rb"<%s>([^<]*)</%s>" % (name.encode(), name.encode()), document)
    return unescape(match[1].decode("utf-8", "replace")) if match else ""
