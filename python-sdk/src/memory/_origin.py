"""Reading S3 itself: strongly consistent, and there when the edge is not."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from memory._answer import Answer
from memory._aws import SKEWED, for_code
from memory._compression import decompress
from memory._credentials import CredentialSource
from memory._errors import AccessDeniedError, ConfigurationError, CorruptValueError, UnavailableError
from memory._sigv4 import signed_headers
from memory._transport import FailedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._config import Config
    from memory._transport import Transport

_OK, _FORBIDDEN, _NOT_FOUND = 200, 403, 404
_ERROR_CODE = re.compile(rb"<Code>(\w+)</Code>")


class Origin:
    """Reads documents from the bucket over the read transport, signed with SigV4 and without an AWS SDK.

    Args:
        config: Bucket, region, role and limits.
        service_name: Whose values they are, for the logs of the role.
        transport: Carries the requests.
        clock: Returns Unix time in seconds.
    """

    def __init__(
        self, config: Config, service_name: str, transport: Transport, clock: Callable[[], float]
    ) -> None:
        self._config = config
        self._transport = transport
        self._clock = clock
        self._credentials = CredentialSource(config.role_arn, f"memory-service-{service_name}"[:64])

    def get(self, key: str, deadline: float) -> Answer:
        """Read the document of a key (CON-2).

        Args:
            key: Key of the object.
            deadline: When to have ended, by `time.monotonic`.

        Raises:
            AccessDeniedError: S3 refused; without `s3:ListBucket` also for a key that is not there.
            ConfigurationError: The bucket is not there, or there is no region or no credentials.
            CorruptValueError: The stored body cannot be unpacked.
            UnavailableError: S3 did not answer in time, or with an error of its own.
        """
        limit = self._config.max_value_bytes
        where = f"get {key} in bucket {self._config.bucket_name}"
        base, host = self._address()
        path = f"{urlsplit(base).path}/{key}"
        headers = signed_headers(host, path, self._region(), self._credentials.credentials(), self._clock())
        try:
            received = self._transport.get(
                f"{base}/{key}", {**headers, "Accept-Encoding": "gzip"}, deadline, limit
            )
        except FailedError as error:
            raise UnavailableError(f"{where}: {error}") from None
        match = _ERROR_CODE.search(received.body) if received.status != _OK else None
        code = match[1].decode("ascii") if match else str(received.status)
        if received.status == _OK:
            if received.cut:
                raise CorruptValueError(f"the stored value is larger than MAX_VALUE_BYTES ({limit})")
            document = decompress(received.body, received.headers.get("Content-Encoding"), limit)
            return Answer(document, "s3", received.headers)
        if received.status == _NOT_FOUND and code != "NoSuchBucket":
            return Answer(None, "s3", received.headers)
        if received.status == _FORBIDDEN and code != SKEWED:
            raise AccessDeniedError(
                f"{where}: S3 said {code}. Check the permissions of the function's role; without s3:ListBucket this is"
                " also the answer for a name that is not there"
            )
        raise for_code(code, where, status=received.status)

    def _address(self) -> tuple[str, str]:
        """Return the bucket's URL and its host."""
        bucket = self._config.bucket_name
        own = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        if own:
            base = f"{own.rstrip('/')}/{bucket}"
        else:
            region = self._region()
            domain = f"s3.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"
            # A bucket name with dots would not match S3's certificate as a host name.
            base = f"https://{domain}/{bucket}" if "." in bucket else f"https://{bucket}.{domain}"
        return base, urlsplit(base).netloc

    def _region(self) -> str:
        region = self._config.region
        if region is None:
            raise ConfigurationError("no region: set REGION in the configuration, or AWS_REGION")
        return region
