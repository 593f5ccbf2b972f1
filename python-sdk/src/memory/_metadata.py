"""Credentials that the container or the machine gives.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from memory._credentials import Credentials
from memory._dates import iso_time
from memory._errors import ConfigurationError, UnavailableError
from memory._exchange import Failure, Request
from memory._proxy import is_loopback

if TYPE_CHECKING:
    from memory._exchange import Response
    from memory._wire import Wire

_CONTAINER = "http://169.254.170.2"
_CONTAINER_HOSTS = ("169.254.170.2", "169.254.170.23", "fd00:ec2::23")
_INSTANCE = "http://169.254.169.254"
_INSTANCE_6 = "http://[fd00:ec2::254]"
_ROLES = "/latest/meta-data/iam/security-credentials/"
_LIFETIME = "21600"
_INSTANCE_SECONDS = 1.0  # there is no instance, mostly, and then nobody answers
_ATTEMPTS = 2
_OK, _NOT_FOUND, _FIRST_OF_SERVER = 200, 404, 500


def container_url() -> str | None:
    """Return the URL that the container gives credentials at; None if it gives none.

    Raises:
        ConfigurationError: It is one that would send the token to a stranger.
    """
    relative = os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    if relative:
        return f"{_CONTAINER}{relative if relative.startswith('/') else f'/{relative}'}"
    full = os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if not full:
        return None
    try:
        parts = urlsplit(full)
        host = parts.hostname or ""
        is_valid = bool(host) and parts.port != 0 and "@" not in parts.netloc and full.isascii()
    except ValueError:
        is_valid, host, parts = False, "", urlsplit("")
    is_near = is_loopback(host) or host in _CONTAINER_HOSTS
    if not is_valid or not (parts.scheme == "https" or (parts.scheme == "http" and is_near)):
        raise ConfigurationError(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI is a URL of https, or of http on this machine or the container's host"
        )
    return full


def container_credentials(wire: Wire, deadline: float) -> Credentials:
    """Ask the container for credentials.

    Raises:
        ConfigurationError: It gives none, or its token cannot be read.
        UnavailableError: It did not answer in time.
    """
    url = container_url()
    if url is None:
        raise ConfigurationError(
            "there are no credentials of a container: AWS_CONTAINER_CREDENTIALS_… is not set"
        )
    parts = urlsplit(url)
    headers = {"Host": parts.netloc, "Accept": "application/json"}
    if token := _container_token():
        headers["Authorization"] = token
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    answer = _asked(wire, Request("GET", f"{parts.scheme}://{parts.netloc}", target, headers), deadline)
    return _parsed(_accepted(answer, "the container"), "the container")


def instance_credentials(wire: Wire, deadline: float) -> Credentials | None:
    """Ask the machine for credentials, by version 2 of its service; None if it has none to give.

    Raises:
        UnavailableError: It did not answer in time.
        ConfigurationError: What it gives is incomplete.
    """
    if os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return None
    origin = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "").rstrip("/")
    if not origin:
        is_6 = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "").lower() == "ipv6"
        origin = _INSTANCE_6 if is_6 else _INSTANCE
    parts = urlsplit(origin)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or "@" in parts.netloc
        or not origin.isascii()
    ):
        raise ConfigurationError("AWS_EC2_METADATA_SERVICE_ENDPOINT is a URL of http or https")
    origin, host = f"{parts.scheme}://{parts.netloc}", parts.netloc
    asked = {"Host": host, "x-aws-ec2-metadata-token-ttl-seconds": _LIFETIME}
    until = min(deadline, time.monotonic() + _INSTANCE_SECONDS)
    answer = wire.send(Request("PUT", origin, "/latest/api/token", asked), until)
    if isinstance(answer, Failure) or answer.status != _OK:
        return None
    headers = {"Host": host, "x-aws-ec2-metadata-token": answer.body.decode("latin-1").strip()}
    answer = _asked(wire, Request("GET", origin, _ROLES, headers), deadline)
    if not isinstance(answer, Failure) and answer.status == _NOT_FOUND:
        return None
    role = _accepted(answer, "the instance").decode("latin-1").split("\n")[0].strip()
    answer = _asked(wire, Request("GET", origin, f"{_ROLES}{role}", headers), deadline)
    return _parsed(_accepted(answer, "the instance"), "the instance")


def _asked(wire: Wire, request: Request, deadline: float) -> Response | Failure:
    answer = wire.send(request, deadline)
    for _ in range(_ATTEMPTS - 1):
        if isinstance(answer, Failure) or answer.status >= _FIRST_OF_SERVER:
            answer = wire.send(request, deadline)
    return answer


def _accepted(answer: Response | Failure, who: str) -> bytes:
    if isinstance(answer, Failure):
        raise UnavailableError(f"AWS credentials of {who}: {answer.reason}")
    if answer.status != _OK:
        raise UnavailableError(f"AWS credentials of {who}: it answered {answer.status}")
    return answer.body


def _parsed(body: bytes, who: str) -> Credentials:
    try:
        given = json.loads(body)
        token, end = given.get("Token"), given.get("Expiration")
        found = Credentials(given["AccessKeyId"], given["SecretAccessKey"], token, iso_time(end))
        keys: list[object] = [found.access_key_id, found.secret_access_key]
        is_whole = all(isinstance(key, str) and key for key in keys)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        is_whole = False
    if not is_whole:
        # The cause could quote them.
        raise ConfigurationError(f"the AWS credentials of {who} are incomplete")
    return found


def _container_token() -> str | None:
    path = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    if not path:
        return os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib takes as long to load as the rest
            return file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE {path!r} cannot be read: {type(error).__name__}"
        ) from None
