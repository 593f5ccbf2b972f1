"""AWS's clients, one of each kind for the process, and what their errors mean.

They are made by botocore, on which boto3 stands: what boto3 adds would take a tenth of the time until the first put.

A handler that makes a service in each call pays once for reading the description of S3, which takes most of the time to
make a client. The session is not boto3's default session: that belongs to the application.
"""

from __future__ import annotations

import functools
import os
import threading
from typing import TYPE_CHECKING, Any

from memory._batch import CONCURRENCY
from memory._errors import AccessDeniedError, ConfigurationError, MemoryServiceError, UnavailableError
from memory._loading import without_collection

if TYPE_CHECKING:
    from botocore.session import Session

CONNECT_SECONDS = 1
READ_SECONDS = 5
ATTEMPTS = 3

# What S3 says in the one code, AWS's other services in another.
_DENIED = (
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
)
#: What S3 says to a signature of another time than its own by more than 15 minutes.
SKEWED = "RequestTimeTooSkewed"
_MISDIRECTED = ("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException")
_FORBIDDEN = 403
_REDIRECTS = range(300, 400)

_ENDPOINTS = {
    service: (f"AWS_ENDPOINT_URL_{name}", "AWS_ENDPOINT_URL")
    for service, name in {
        "s3": "S3",
        "cloudfront": "CLOUDFRONT",
        "ssm": "SSM",
        "secretsmanager": "SECRETS_MANAGER",
    }.items()
}

# botocore's sessions are not made for threads.
_LOCK = threading.Lock()


def shared_session(role_arn: str | None = None, session_name: str = "memory-service") -> Session:
    """Return the session of this process, with the credentials of a role if there is one (ROLE-1).

    Args:
        role_arn: The role to assume; None for the credentials of this function.
        session_name: What the role's calls are logged as.
    """
    return _session(role_arn, _name_of(role_arn, session_name), os.environ.get("AWS_ACCESS_KEY_ID"))


def _name_of(role_arn: str | None, session_name: str) -> str:
    """Return the name if it matters: without a role all services of a process share their clients."""
    return session_name if role_arn else ""


@functools.cache
def _session(role_arn: str | None, session_name: str, _access_key_id: str | None) -> Session:
    from botocore.session import Session

    session = Session()
    if role_arn is None:
        return session
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

    fetcher = AssumeRoleCredentialFetcher(
        client_creator=functools.partial(session.create_client, config=_options()),
        source_credentials=session.get_credentials(),
        role_arn=role_arn,
        extra_args={"RoleSessionName": session_name},
    )
    assumed = Session()
    # botocore assumes roles of profiles by itself, but takes one from a program only here.
    assumed._credentials = DeferredRefreshableCredentials(  # type: ignore[attr-defined]  # noqa: SLF001
        method="assume-role", refresh_using=fetcher.fetch_credentials
    )
    return assumed


@functools.cache
def _client(  # noqa: PLR0913, PLR0917 - all that tells clients apart
    service: str,
    region: str | None,
    role_arn: str | None,
    session_name: str,
    read_seconds: int,
    attempts: int,
    _environment: tuple[str | None, ...],
) -> Any:
    session = shared_session(role_arn, session_name)
    with without_collection():
        return session.create_client(service, region_name=region, config=_options(read_seconds, attempts))


def shared_client(  # noqa: PLR0913 - all that tells clients apart
    service: str,
    region: str | None,
    role_arn: str | None = None,
    session_name: str = "",
    *,
    read_seconds: int = READ_SECONDS,
    attempts: int = ATTEMPTS,
) -> Any:
    """Return a client of this process.

    Args:
        service: What AWS calls the service, such as `s3`.
        region: Its region; None leaves it to botocore.
        role_arn: The role to assume, if any.
        session_name: What the role's calls are logged as.
        read_seconds: How long to wait for an answer.
        attempts: How often to try.
    """
    with _LOCK:
        name = _name_of(role_arn, session_name)
        # As reads do, a client goes by what the environment says now.
        environment = tuple(map(os.environ.get, (*_ENDPOINTS[service], "AWS_ACCESS_KEY_ID")))
        return _client(service, region, role_arn, name, read_seconds, attempts, environment)


def forget_clients() -> None:
    """Make new clients from now on, with credentials looked up anew; for tests."""
    _session.cache_clear()
    _client.cache_clear()


def _options(read_seconds: int = READ_SECONDS, attempts: int = ATTEMPTS) -> Any:
    from botocore.config import Config

    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=CONCURRENCY,
    )


def translated(error: Exception, what: str, asked: str = "S3") -> Exception:
    """Return the error of this SDK for one of botocore's; what is neither is a fault and stays as it is.

    Args:
        error: What was raised.
        what: What was tried, for the message.
        asked: Who was asked.
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        NoRegionError,
        ParamValidationError,
        PartialCredentialsError,
    )

    if isinstance(error, ClientError):
        answer = error.response
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        by = "STS" if error.operation_name == "AssumeRole" else asked
        return for_code(answer["Error"]["Code"], what, by, status=status)
    if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
        return ConfigurationError(f"{what}: {error}. Give the function a role, or set AWS_ACCESS_KEY_ID")
    if isinstance(error, NoRegionError):
        return ConfigurationError(f"{what}: no region. Set REGION in the configuration, or AWS_REGION")
    if isinstance(error, ParamValidationError):
        return ConfigurationError(f"{what}: {error}")
    if isinstance(error, BotoCoreError):
        return UnavailableError(f"{what}: {error}")
    return error


def for_code(code: str, what: str, asked: str = "S3", *, status: int = 400) -> MemoryServiceError:
    """Return the error for a refusal of S3, whoever carried it (CON-2).

    Args:
        code: S3's error code, or the status if there is none.
        what: What was tried, for the message.
        asked: Who was asked.
        status: The HTTP status.
    """
    if code == SKEWED:
        return AccessDeniedError(f"{what}: {asked} said {code}. Set the clock of this machine, best by NTP")
    if status == _FORBIDDEN or code in _DENIED:
        return AccessDeniedError(f"{what}: {asked} said {code}. Check the permissions of the function's role")
    if code in ("NoSuchBucket", "NoSuchDistribution"):
        return ConfigurationError(
            f"{what}: {asked} said {code}. Check BUCKET_NAME, DISTRIBUTION_ID and REGION"
        )
    if code in _MISDIRECTED or status in _REDIRECTS:
        return ConfigurationError(f"{what}: {asked} said {code}: the bucket is in another region. Set REGION")
    return UnavailableError(f"{what}: {asked} said {code}")
