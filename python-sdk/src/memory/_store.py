"""The objects in S3: where values are written and removed."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

from memory._batch import CONCURRENCY
from memory._compression import compress
from memory._errors import AccessDeniedError, ConfigurationError, MemoryServiceError, UnavailableError
from memory._options import STORAGE_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import boto3
    from mypy_boto3_s3 import S3Client

    from memory._config import Config
    from memory._options import PutOptions

CONNECT_SECONDS = 1
KEYS_PER_REQUEST = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
READ_SECONDS = 5

_DENIED = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken")
_BUSY = ("SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable")
_FORBIDDEN = 403
_SERVER_ERROR = 500


# boto3's sessions are not made for threads.
_SESSION_LOCK = threading.Lock()


@functools.cache
def shared_session() -> boto3.Session:
    """Return the session of this process.

    It keeps what it has read of S3's description, which takes most of the time to make a client: a handler that makes
    a service in each call pays for that once. It is not boto3's default session, which belongs to the application.
    """
    import boto3

    return boto3.Session()


class Store:
    """Writes documents to the bucket. boto3 is imported with the first write: a function that only reads never pays.

    Args:
        config: Bucket, region and edge TTL.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._client: S3Client | None = None

    def put(self, key: str, document: bytes, options: PutOptions) -> str:
        """Store a document and return its version, the ETag (section 4).

        Raises:
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        body, encoding = compress(document)
        more: dict[str, Any] = {"ContentEncoding": encoding} if encoding else {}
        if options.ttl_days is not None:
            more["Tagging"] = f"ttl-days={options.ttl_days}"
        if options.storage_class != STORAGE_CLASSES[0]:
            more["StorageClass"] = options.storage_class
        try:
            answer = self._s3().put_object(
                Bucket=self._config.bucket_name,
                Key=key,
                Body=body,
                ContentType="application/json",
                CacheControl=f"max-age={options.max_age}",
                **more,
            )
        except Exception as error:
            raise self._translated(error, f"put {key}") from error
        return answer["ETag"].strip('"')

    def remove(self, key: str) -> None:
        """Delete an object; that it is not there is no error.

        Raises:
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        try:
            self._s3().delete_object(Bucket=self._config.bucket_name, Key=key)
        except Exception as error:
            raise self._translated(error, f"remove {key}") from error

    def remove_many(self, keys: list[str]) -> dict[str, MemoryServiceError]:
        """Delete up to 1,000 objects in one request and return the error of each key that could not be.

        Raises:
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        what = f"remove {len(keys)} keys"
        try:
            answer = self._s3().delete_objects(
                Bucket=self._config.bucket_name,
                Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
            )
        except Exception as error:
            raise self._translated(error, what) from error
        bucket = self._config.bucket_name
        errors = {}
        for failed in answer.get("Errors", []):
            where = f"remove {failed['Key']} in bucket {bucket}"
            errors[failed["Key"]] = _for_code(failed.get("Code", ""), where, failed.get("Message", ""))
        return errors

    def list(self, prefix: str) -> Iterator[list[str]]:
        """List the keys that begin with a prefix, a page of up to 1,000 at a time, the next when it is asked for.

        Raises:
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        try:
            pages = (
                self._s3()
                .get_paginator("list_objects_v2")
                .paginate(Bucket=self._config.bucket_name, Prefix=prefix)
            )
            for page in pages:
                yield [found["Key"] for found in page.get("Contents", [])]
        except Exception as error:
            raise self._translated(error, f"list {prefix}") from error

    def close(self) -> None:
        """Close the connections to S3."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _s3(self) -> S3Client:
        with self._lock:
            if self._client is None:
                from botocore.config import Config as Boto

                options = Boto(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=READ_SECONDS,
                    retries={"mode": "standard", "max_attempts": 3},
                    max_pool_connections=CONCURRENCY,
                )
                with _SESSION_LOCK:
                    self._client = shared_session().client(
                        "s3", region_name=self._config.region, config=options
                    )
            return self._client

    def _translated(self, error: Exception, what: str) -> Exception:
        """Return the error of this SDK for one of botocore's; what is neither is a fault and stays as it is."""
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            NoCredentialsError,
            NoRegionError,
            ParamValidationError,
            PartialCredentialsError,
        )

        what = f"{what} in bucket {self._config.bucket_name}"
        if isinstance(error, ClientError):
            return _translated_answer(error, what)
        if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
            return ConfigurationError(f"{what}: {error}. Give the function a role, or set AWS_ACCESS_KEY_ID")
        if isinstance(error, NoRegionError):
            return ConfigurationError(f"{what}: no region. Set REGION in the configuration, or AWS_REGION")
        if isinstance(error, ParamValidationError):
            return ConfigurationError(f"{what}: {error}")
        if isinstance(error, BotoCoreError):
            return UnavailableError(f"{what}: {error}")
        return error


def _translated_answer(error: Any, what: str) -> MemoryServiceError:
    code = error.response["Error"]["Code"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status == _FORBIDDEN:
        return AccessDeniedError(f"{what}: S3 said {code}. Check the permissions of the function's role")
    if status >= _SERVER_ERROR:
        return UnavailableError(f"{what}: S3 said {code}")
    return _for_code(code, what, error.response["Error"].get("Message", ""))


def _for_code(code: str, what: str, message: str) -> MemoryServiceError:
    if code == "NoSuchBucket":
        return ConfigurationError(f"{what}: there is no such bucket. Check BUCKET_NAME and REGION")
    if code in _DENIED:
        return AccessDeniedError(f"{what}: S3 said {code}. Check the permissions of the function's role")
    if code in _BUSY:
        return UnavailableError(f"{what}: S3 said {code}")
    return ConfigurationError(f"{what}: S3 said {code}: {message}")
