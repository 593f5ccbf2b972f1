"""One bucket of S3: where it is asked, with whose access key, and what it says of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memory._aws import CONDITIONAL, READ, Aws, AwsRequest, Outcome
from memory._credential_source import CredentialSource
from memory._endpoints import bucket_endpoint
from memory._errors import UnavailableError
from memory._exchange import ERROR_BYTES, Failure, Response
from memory._refusals import error_code, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from memory._config import Config
    from memory._endpoints import Endpoint
    from memory._errors import MemoryServiceError
    from memory._wire import Wire

# 412, 409, and 404 for If-Match on nothing:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_NOT_MET = (409, 412)
_DONE = (200, 204)


class NotDoneError(Exception):
    """A write was not carried out.

    Attributes:
        is_unknown: Whether an attempt before may have been, and is itself what was in the way.
    """

    def __init__(self, *, is_unknown: bool) -> None:
        super().__init__()
        self.is_unknown = is_unknown


class NotMetError(NotDoneError):
    """S3 refused a write for its condition, or because of another write at the same time."""


class OutOfTimeError(NotDoneError):
    """A write came too late for its announcement (CHG-12)."""


class Bucket:
    """Asks S3 about one bucket.

    Args:
        config: Bucket, Region and role.
        service_name: Whose values they are, for the logs of the role.
        wire: Carries the requests.

    Attributes:
        name: The bucket's name.
        aws: What carries the requests, and knows S3's time.
    """

    def __init__(self, config: Config, service_name: str, wire: Wire) -> None:
        self.name = config.bucket_name
        self._region = config.region
        session_name = f"memory-service-{service_name}"[:64]
        source = CredentialSource(wire, config.role_arn, session_name, config.region)
        self.aws = Aws(wire, source.credentials)

    def endpoint(self) -> Endpoint:
        """Return where the bucket is asked; a `ConfigurationError` if nobody says that, or in no way to follow."""
        return bucket_endpoint(self.name, self._region)

    def ask(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        key: str,
        deadline: float,
        kind: str = READ,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | Callable[[], bytes] = b"",
        limit: int = ERROR_BYTES,
        announced: int | None = None,
    ) -> Outcome:
        """Send a request about an object, or with an empty key about the bucket; all else is as in `AwsRequest`.

        Raises:
            MemoryServiceError: As `Aws.send` does, and `endpoint`.
        """
        endpoint = self.endpoint()
        path = f"/{key}" if key or not endpoint.path else ""
        request = AwsRequest(
            endpoint, "s3", method, path, kind, query or {}, headers or {}, body, limit, announced
        )
        return self.aws.send(request, deadline)

    def answered(self, outcome: Outcome, what: str, kind: str = READ) -> Response:
        """Return the answer to a request of a kind that was carried out.

        Raises:
            NotMetError: Its condition does not hold, or S3 cannot tell.
            OutOfTimeError: It came too late for its announcement.
            ConfigurationError: The bucket does not exist, or is elsewhere.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer in time; it says whether a write may have taken place all the same.
        """
        if outcome.is_out_of_time:
            raise OutOfTimeError(is_unknown=outcome.is_unknown)
        answer = outcome.answer
        if isinstance(answer, Failure):
            where = f"{what} in bucket {self.name}: S3 at {self.endpoint().host}"
            raise _unavailable(f"{where}: {answer.reason}", outcome)
        if answer.status in _DONE:
            return answer
        if kind == CONDITIONAL and (answer.status in _NOT_MET or error_code(answer.body) == "NoSuchKey"):
            raise NotMetError(is_unknown=outcome.is_unknown)
        error = self.refused(answer, what)
        if outcome.is_unknown:
            # What S3 said last does not tell what became of an attempt before (WRITE-5).
            raise _unavailable(str(error), outcome)
        raise error

    def refused(self, answer: Response, what: str) -> MemoryServiceError:
        """Return the error for a refusal."""
        region = answer.headers.get("x-amz-bucket-region", "")
        return self.refusal(error_code(answer.body) or str(answer.status), what, answer.status, region)

    def refusal(self, code: str, what: str, status: int = 400, region: str = "") -> MemoryServiceError:
        """Return the error for a code with which S3 refuses; the arguments are those of `_refusals.refusal`."""
        return refusal(code, f"{what} in bucket {self.name}", status=status, region=region)


def _unavailable(message: str, outcome: Outcome) -> UnavailableError:
    doubt = ". It may have taken place all the same: read the value and decide" if outcome.is_unknown else ""
    return UnavailableError(f"{message}{doubt}", outcome_unknown=outcome.is_unknown)
