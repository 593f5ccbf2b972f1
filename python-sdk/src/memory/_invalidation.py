"""Asking CloudFront to drop what its edges hold (specification, section 8.3)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from memory._aws import shared_client, translated
from memory._errors import ConfigurationError

if TYPE_CHECKING:
    from memory._config import Config

PATHS_PER_REQUEST = 1000

# CloudFront's API has one region for all: https://docs.aws.amazon.com/general/latest/gr/cf_region.html
_REGION = "us-east-1"
_REGION_OF_CHINA = "cn-northwest-1"


class Invalidation:
    """Sends invalidations of one distribution.

    Args:
        config: The distribution's id.
        service_name: Whose values they are, for the logs of the role.
    """

    def __init__(self, config: Config, service_name: str) -> None:
        self._config = config
        self._session_name = f"memory-service-{service_name}"[:64]

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
        for start in range(0, len(paths), PATHS_PER_REQUEST):
            chunk = paths[start : start + PATHS_PER_REQUEST]
            try:
                self._cloudfront().create_invalidation(
                    DistributionId=self._config.distribution_id,
                    InvalidationBatch={
                        "CallerReference": os.urandom(16).hex(),
                        "Paths": {"Quantity": len(chunk), "Items": chunk},
                    },
                )
            except Exception as error:
                what = f"{done}, but edges may serve their copies until these are old: invalidating {len(chunk)} paths"
                raise translated(error, what, "CloudFront") from error

    def _cloudfront(self) -> Any:
        config = self._config
        region = _REGION_OF_CHINA if (config.region or "").startswith("cn-") else _REGION
        return shared_client("cloudfront", region, config.role_arn, self._session_name)
