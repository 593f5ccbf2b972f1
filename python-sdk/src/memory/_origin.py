"""Reading S3 itself: strongly consistent, and there when the edge is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memory._answer import Answer, unpacked
from memory._aws import Aws, AwsRequest
from memory._credential_source import CredentialSource
from memory._endpoints import bucket_endpoint
from memory._errors import AccessDeniedError, UnavailableError
from memory._exchange import Failure
from memory._refusals import SKEWED, error_code, refusal

if TYPE_CHECKING:
    from memory._config import Config
    from memory._wire import Wire

_OK, _NOT_MODIFIED, _FORBIDDEN, _NOT_FOUND = 200, 304, 403, 404


class Origin:
    """Reads documents from the bucket.

    Args:
        config: Bucket, region, role and limits.
        service_name: Whose values they are, for the logs of the role.
        wire: Carries the requests.
    """

    def __init__(self, config: Config, service_name: str, wire: Wire) -> None:
        self._config = config
        session_name = f"memory-service-{service_name}"[:64]
        source = CredentialSource(wire, config.role_arn, session_name, config.region)
        self._aws = Aws(wire, source.credentials)

    def get(self, key: str, deadline: float, known: str | None = None, limit: int | None = None) -> Answer:
        """Read the document of a key (CON-2).

        Args:
            key: Key of the object.
            deadline: When to have ended, by `time.monotonic`.
            known: The version that need not be sent again; None if there is none.
            limit: Of a change record, the most bytes to read and to unpack: what is more, or cannot be unpacked, counts
                as empty. None for a value.

        Raises:
            AccessDeniedError: S3 refused; without `s3:ListBucket` also for a key that is not there.
            ConfigurationError: The bucket is not there, or there is no region or no credentials.
            CorruptValueError: The stored body cannot be unpacked.
            UnavailableError: S3 did not answer in time, or with an error of its own.
        """
        config = self._config
        most = config.max_value_bytes if limit is None else limit
        where = f"get {key} in bucket {config.bucket_name}"
        endpoint = bucket_endpoint(config.bucket_name, config.region)
        asked = {"Accept-Encoding": "gzip"}
        if known is not None:
            asked["If-None-Match"] = f'"{known}"'
        request = AwsRequest(endpoint, "s3", "GET", f"/{key}", headers=asked, limit=most)
        answer = self._aws.send(request, deadline).answer
        if isinstance(answer, Failure):
            raise UnavailableError(f"{where}: S3 at {endpoint.host}: {answer.reason}")
        status, headers = answer.status, answer.headers
        if status == _OK:
            return Answer(unpacked(answer, most, is_record=limit is not None), "s3", headers)
        if status == _NOT_MODIFIED and known is not None:
            return Answer(None, "s3", headers, is_unchanged=True)
        code = error_code(answer.body) or str(status)
        if status == _NOT_FOUND and code != "NoSuchBucket":
            return Answer(None, "s3", headers)
        if status == _FORBIDDEN and code not in SKEWED:
            raise AccessDeniedError(
                f"{where}: S3 said {code}. Check the permissions of the function's role; without s3:ListBucket this is"
                " also the answer for a name that is not there"
            )
        raise refusal(code, where, status=status, region=headers.get("x-amz-bucket-region", ""))
