"""The objects in S3: where values are written and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from memory._answer import unix_time
from memory._aws import for_code, shared_client, translated
from memory._compression import compress
from memory._options import STORAGE_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from memory._config import Config
    from memory._errors import MemoryServiceError
    from memory._options import Condition, PutOptions

KEYS_PER_REQUEST = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html

# 412, 409, and 404 for If-Match on nothing:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_NOT_MET = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409")


class NotMetError(Exception):
    """S3 refused a put for its condition, or because of another put at the same time."""


class Stored(NamedTuple):
    """What S3 said of a put or remove: the version, and the time of its answer in Unix seconds."""

    version: str
    date: float | None


class Store:
    """Writes documents to the bucket. botocore is imported with the first write: a function that only reads never pays.

    Args:
        config: Bucket, region and role.
        service_name: Whose values they are, for the logs of the role.
    """

    def __init__(self, config: Config, service_name: str) -> None:
        self._config = config
        self._session_name = f"memory-service-{service_name}"[:64]

    def preload(self) -> None:
        """Load what writing takes; sends nothing to S3 (CFG-6).

        Raises:
            ConfigurationError: There is no region.
        """
        try:
            self._s3()
        except Exception as error:
            raise self._translated(error, "prepare to write") from error

    def put(self, key: str, document: bytes, options: PutOptions, condition: Condition | None) -> Stored:
        """Store a document (section 4).

        Raises:
            NotMetError: The condition does not hold, or S3 cannot tell.
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
        if condition is not None:
            more |= (
                {"IfNoneMatch": "*"} if condition.version is None else {"IfMatch": f'"{condition.version}"'}
            )
        try:
            answer = self._s3().put_object(
                Bucket=self._config.bucket_name,
                Key=key,
                Body=body,
                ContentType="application/json",
                CacheControl=f"max-age={options.max_age}, stale-if-error={self._config.stale_if_error}",
                **more,
            )
        except Exception as error:
            if condition is not None and _code(error) in _NOT_MET:
                raise NotMetError from None
            raise self._translated(error, f"put {key}") from error
        return Stored(answer["ETag"].strip('"'), _date(answer))

    def remove(self, key: str) -> Stored:
        """Delete an object; that it is not there is no error.

        Raises:
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        try:
            answer = self._s3().delete_object(Bucket=self._config.bucket_name, Key=key)
        except Exception as error:
            raise self._translated(error, f"remove {key}") from error
        return Stored("", _date(answer))

    def remove_many(self, keys: list[str]) -> tuple[Stored, dict[str, MemoryServiceError]]:
        """Delete up to 1,000 objects in one request and return the error of each key that could not be.

        Raises:
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        try:
            answer = self._s3().delete_objects(
                Bucket=self._config.bucket_name,
                Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
            )
        except Exception as error:
            raise self._translated(error, f"remove {len(keys)} keys") from error
        bucket = self._config.bucket_name
        errors = {
            failed["Key"]: for_code(failed.get("Code", ""), f"remove {failed['Key']} in bucket {bucket}")
            for failed in answer.get("Errors", [])
        }
        return Stored("", _date(answer)), errors

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

    def _s3(self) -> S3Client:
        config = self._config
        client: S3Client = shared_client("s3", config.region, config.role_arn, self._session_name)
        return client

    def _translated(self, error: Exception, what: str) -> Exception:
        return translated(error, f"{what} in bucket {self._config.bucket_name}")


def _code(error: Exception) -> str:
    response = getattr(error, "response", None)
    return str(response["Error"]["Code"]) if isinstance(response, dict) else ""


def _date(answer: Any) -> float | None:
    return unix_time(answer["ResponseMetadata"]["HTTPHeaders"].get("date"))
