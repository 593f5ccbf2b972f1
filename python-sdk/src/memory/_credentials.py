"""AWS credentials for reading S3: from the environment as Lambda gives them, else from botocore."""

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
    """Gives the credentials that are valid now.

    Args:
        role_arn: The role whose they are; None for the function's own. Assuming one takes botocore.
        session_name: What the role's calls are logged as.
    """

    def __init__(self, role_arn: str | None, session_name: str) -> None:
        self._role_arn = role_arn
        self._session_name = session_name
        self._provider: BotoCredentials | None = None

    def credentials(self) -> Credentials:
        """Return the credentials.

        Raises:
            ConfigurationError: There are none.
            AccessDeniedError: The role may not be assumed.
            UnavailableError: STS did not answer.
        """
        access_key_id, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
        if access_key_id and secret and self._role_arn is None:
            return Credentials(access_key_id, secret, os.environ.get("AWS_SESSION_TOKEN") or None)
        if self._provider is None:
            from memory._aws import shared_session

            self._provider = shared_session(self._role_arn, self._session_name).get_credentials()
        if self._provider is None:
            raise ConfigurationError(
                "there are no AWS credentials: give the function a role, or set AWS_ACCESS_KEY_ID"
            )
        try:
            frozen = self._provider.get_frozen_credentials()
        except Exception as error:
            from memory._aws import translated

            raise translated(error, f"assume {self._role_arn or 'the role'}", "STS") from error
        return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)
