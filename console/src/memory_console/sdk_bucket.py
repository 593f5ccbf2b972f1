"""The SDK's bucket as botocore would reach it: with its credentials, at its endpoint, in the bucket's own Region."""

from __future__ import annotations

import atexit
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from botocore.exceptions import NoCredentialsError

from memory_console.aws_errors import refused, translated
from memory_console.place import is_record
from memory_console.sdk import (
    ERROR_BYTES,
    READ,
    Aws,
    Bucket,
    Credentials,
    Endpoint,
    Response,
    Wire,
    error_code,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3
    import memory

    from memory_console.sdk import Outcome

# Somebody at the keyboard would rather wait, and may be far away: 15 s to connect, 30 s of silence.
_WIRE = Wire(patience=15)
atexit.register(_WIRE.drop_connections)
_DOWNLOAD_SECONDS = 86_400
_ELSEWHERE, _NOT_FOUND = (301, 307, 400), 404
_MAX_AGE = re.compile(r"max-age=[0-9]+")


class SdkBucket(Bucket):
    """Asks S3 about one bucket, for the SDK's own writers and readers; from any thread.

    Args:
        name: The bucket's name.
        session: Has the credentials.
        client: Returns a client of S3, for a Region or with None for that of the session.
    """

    def __init__(self, name: str, session: boto3.Session, client: Callable[[str | None], Any]) -> None:
        self.name = name
        self.aws = Aws(_WIRE, self._credentials)
        self._client = client
        with translated(f"find bucket {name}"):
            self._found = session.get_credentials()
            self._endpoint = self._endpoint_in(None)
        self._max_ages: dict[str, str] = {}

    def endpoint(self) -> Endpoint:
        """Return where the bucket is asked."""
        return self._endpoint

    def refusal(self, code: str, what: str, status: int = 400, region: str = "") -> memory.MemoryServiceError:
        """Return the error for a refusal, with advice for the person at the keyboard."""
        return refused(code, f"{what} in bucket {self.name}", status, region=region)

    def ask(self, method: str, key: str, deadline: float, kind: str = READ, **parts: Any) -> Outcome:
        """Send a request about an object of any key, once more if the bucket turns out to be in another Region.

        Records keep the edge TTL that they had: only their service knows which it has.
        """
        if method == "PUT" and key in self._max_ages:
            parts["headers"]["Cache-Control"] = _MAX_AGE.sub(
                self._max_ages[key], parts["headers"]["Cache-Control"]
            )
        path = quote(key, safe="/-._~")
        outcome = super().ask(method, path, deadline, kind, **parts)
        if not isinstance(outcome.answer, Response):
            return outcome
        status, headers = outcome.answer.status, outcome.answer.headers
        region = headers.get("x-amz-bucket-region", self._endpoint.region)
        if status in _ELSEWHERE and region != self._endpoint.region:
            self._endpoint = self._endpoint_in(region)
            return super().ask(method, path, deadline, kind, **parts)
        max_age = _MAX_AGE.search(headers.get("cache-control", "")) if method == "GET" else None
        if max_age and is_record(key):
            self._max_ages[key] = max_age[0]
        return outcome

    def object(self, key: str, most: int) -> Response | None:
        """Return an object of any key as it is stored, with some of its bytes at least; None if there is none.

        Raises:
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        deadline = time.monotonic() + _DOWNLOAD_SECONDS
        outcome = self.ask("GET", key, deadline, limit=max(most, ERROR_BYTES))
        answer = outcome.answer
        if isinstance(answer, Response) and answer.status == _NOT_FOUND and not _lacks_bucket(answer):
            return None
        return self.answered(outcome, f"read {key}")

    def _credentials(self, deadline: float) -> Credentials:
        del deadline
        with translated("find credentials"):
            if self._found is None:
                raise NoCredentialsError
            found = self._found.get_frozen_credentials()
        return Credentials(str(found.access_key), str(found.secret_key), found.token)

    def _endpoint_in(self, region: str | None) -> Endpoint:
        """Return where botocore asks for the bucket, of whatever style: what it was about to send says so."""
        client = self._client(region)
        events = client.meta.events
        events.register_first("before-send.s3.HeadBucket", _stop)
        try:
            client.head_bucket(Bucket=self.name)
            raise AssertionError("it was stopped")
        except _StoppedError as stopped:
            url, signed = urlsplit(stopped.request.url), stopped.request.headers["Authorization"]
        finally:
            events.unregister("before-send.s3.HeadBucket", _stop)
        scope = signed.decode() if isinstance(signed, bytes) else signed
        path = url.path.rstrip("/")
        return Endpoint(
            f"{url.scheme}://{url.netloc}", url.netloc, path, scope.split("/")[2], is_configured=True
        )


class _StoppedError(Exception):
    """Ends a request of botocore's before it is sent."""

    def __init__(self, request: Any) -> None:
        super().__init__()
        self.request = request


def _stop(request: Any, **_: Any) -> None:
    raise _StoppedError(request)


def _lacks_bucket(answer: Response) -> bool:
    return error_code(answer.body) == "NoSuchBucket"
