"""What AWS and botocore refuse as the SDK's errors, with advice for the person at the keyboard."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import memory
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from memory_console.sdk import BUSY, DENIED, MISDIRECTED

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORBIDDEN, _SERVER_ERROR = 403, 500
_LOGIN = (NoCredentialsError, PartialCredentialsError, ProfileNotFound, SSOError, TokenRetrievalError)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise the SDK's errors instead of botocore's.

    Args:
        what: What is done, for messages, such as `list bucket values`.

    Raises:
        memory.MemoryServiceError: What went wrong.
    """
    try:
        yield
    except ClientError as error:
        raise _for_answer(error, what) from error
    except _LOGIN as error:
        raise memory.ConfigurationError(
            f"{what}: {error}. Log in (`aws sso login`, `aws configure`), name a profile with --profile, or set"
            " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from error
    except NoRegionError as error:
        raise memory.ConfigurationError(f"{what}: no region. Give --region, or set AWS_REGION") from error
    except (ParamValidationError, ValueError) as error:
        if isinstance(error, memory.MemoryServiceError):
            raise
        raise memory.ConfigurationError(f"{what}: {error}") from error
    except BotoCoreError as error:
        raise memory.UnavailableError(f"{what}: {error}") from error


def _for_answer(error: ClientError, what: str) -> memory.MemoryServiceError:
    code = str(error.response["Error"].get("Code", ""))
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return refused(code, what, status, error.response["Error"].get("Message", ""))


def refused(
    code: str, what: str, status: int, message: str = "", region: str = ""
) -> memory.MemoryServiceError:
    """Return the error for a refusal of AWS's.

    Args:
        code: AWS's code, or the status if there is none.
        what: What was asked.
        status: The status.
        message: What AWS says besides.
        region: Where the bucket is, if S3 says so.
    """
    if code in ("NoSuchBucket", "404"):
        return memory.ConfigurationError(f"{what}: there is no such bucket. Check --bucket and --region")
    if code in (*MISDIRECTED, "301"):
        where = f"{region}. Give --region {region}" if region else "another region. Give --region"
        return memory.ConfigurationError(f"{what}: the bucket is in {where}")
    if code == "RequestTimeTooSkewed":
        return memory.ConfigurationError(f"{what}: the clock of this machine is wrong. Set it")
    if status == _FORBIDDEN or code in DENIED:
        return memory.AccessDeniedError(
            f"{what}: AWS said {code}. Check the permissions of your credentials (memory-service doctor tells more)"
        )
    if status >= _SERVER_ERROR or code in BUSY:
        return memory.UnavailableError(f"{what}: AWS said {code}")
    return memory.ConfigurationError(f"{what}: AWS said {code}: {message}")
