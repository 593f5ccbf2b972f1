"""The objects in S3: where values are written and removed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from memory._compression import compress
from memory._errors import AccessDeniedError, ConfigurationError, MemoryServiceError, UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from memory._config import Config

CONNECT_SECONDS = 1
READ_SECONDS = 5

_DENIED = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken")
_FORBIDDEN = 403
_SERVER_ERROR = 500


class Store:
    """Writes documents to the bucket. boto3 is imported with the first write: a function that only reads never pays.

    Args:
        config: Bucket, region and edge TTL.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._client: S3Client | None = None

    def put(self, key: str, document: bytes) -> str:
        """Store a document and return its version, the ETag (OBJ-1 to OBJ-3).

        Raises:
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        body, encoding = compress(document)
        options: dict[str, Any] = {"ContentEncoding": encoding} if encoding else {}
        try:
            answer = self._s3().put_object(
                Bucket=self._config.bucket_name,
                Key=key,
                Body=body,
                ContentType="application/json",
                CacheControl=f"max-age={self._config.edge_ttl}",
                **options,
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

    def close(self) -> None:
        """Close the connections to S3."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _s3(self) -> S3Client:
        with self._lock:
            if self._client is None:
                import boto3
                from botocore.config import Config as Boto

                options = Boto(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=READ_SECONDS,
                    retries={"mode": "standard", "max_attempts": 3},
                )
                # A session of its own: boto3's default one is not made for threads.
                session = boto3.Session(region_name=self._config.region)
                self._client = session.client("s3", config=options)
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
    if code == "NoSuchBucket":
        return ConfigurationError(f"{what}: there is no such bucket. Check BUCKET_NAME and REGION")
    if status == _FORBIDDEN or code in _DENIED:
        return AccessDeniedError(f"{what}: S3 said {code}. Check the permissions of the function's role")
    if status >= _SERVER_ERROR or code in ("SlowDown", "RequestTimeout"):
        return UnavailableError(f"{what}: S3 said {code}")
    return ConfigurationError(f"{what}: S3 said {code}: {error.response['Error'].get('Message', '')}")
