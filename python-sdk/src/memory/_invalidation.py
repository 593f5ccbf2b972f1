"""Asking CloudFront to drop what its edges hold (specification, section 8.3)."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from memory._aws_api import invalidate
from memory._errors import ConfigurationError, MemoryServiceError

if TYPE_CHECKING:
    from memory._aws import Aws
    from memory._config import Config

PATHS_PER_REQUEST = 1000


class Invalidation:
    """Sends invalidations of one distribution.

    Args:
        config: The distribution's id.
        aws: Sends the requests.
    """

    def __init__(self, config: Config, aws: Aws) -> None:
        self._config = config
        self._aws = aws

    def check(self) -> None:
        """See whether it can be asked for at all.

        Raises:
            ConfigurationError: There is no DISTRIBUTION_ID (INV-2).
        """
        if self._config.distribution_id is None:
            raise ConfigurationError(
                "invalidate needs DISTRIBUTION_ID: give it in the configuration or set MEMORY_DISTRIBUTION_ID"
            )

    def send(self, paths: list[str], done: str) -> None:
        """Ask for paths to be dropped. It takes CloudFront some seconds.

        Args:
            paths: Paths of URLs, as they are sent; `*` at the end of one stands for all that begin so.
            done: What has been done in S3, for the message.

        Raises:
            AccessDeniedError: The function's role lacks `cloudfront:CreateInvalidation`.
            ConfigurationError: There is no such distribution.
            UnavailableError: CloudFront did not answer, or has too many invalidations to do.
        """
        config = self._config
        for start in range(0, len(paths), PATHS_PER_REQUEST):
            chunk = paths[start : start + PATHS_PER_REQUEST]
            until = time.monotonic() + config.deadline
            # Sent again after an answer that was lost, the reference makes it the same invalidation.
            reference = os.urandom(16).hex()
            try:
                error = invalidate(
                    self._aws, config.region, config.distribution_id or "", reference, chunk, until
                )
            except MemoryServiceError as unasked:
                error = unasked
            if error is not None:
                raise type(error)(
                    f"{done}, but edges may serve their copies until these are old: {error}"
                ) from error
