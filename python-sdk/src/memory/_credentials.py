"""AWS credentials for reading S3: from the environment as Lambda gives them, else from boto3."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from memory._errors import ConfigurationError

if TYPE_CHECKING:
    from botocore.credentials import Credentials as BotoCredentials


class Credentials(NamedTuple):
    """An access key. Nothing of it shows in a repr."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None

    def __repr__(self) -> str:
        return "Credentials(…)"


class CredentialSource:
    """Gives the credentials that are valid now."""

    def __init__(self) -> None:
        self._provider: BotoCredentials | None = None

    def credentials(self) -> Credentials:
        """Return the credentials.

        Raises:
            ConfigurationError: There are none.
        """
        access_key_id, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
        if access_key_id and secret:
            return Credentials(access_key_id, secret, os.environ.get("AWS_SESSION_TOKEN") or None)
        if self._provider is None:
            import boto3

            self._provider = boto3.Session().get_credentials()
        if self._provider is None:
            raise ConfigurationError(
                "there are no AWS credentials: give the function a role, or set AWS_ACCESS_KEY_ID"
            )
        frozen = self._provider.get_frozen_credentials()
        return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)
