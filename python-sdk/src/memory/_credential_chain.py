"""Where AWS credentials come from that are not in the environment (AWS-2)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memory._credentials import Credentials
from memory._errors import ConfigurationError
from memory._metadata import container_credentials, container_url, instance_credentials
from memory._profile import current_profile, other_profile
from memory._sts import assume_role, assume_role_with_web_identity

if TYPE_CHECKING:
    from memory._profile import Profile
    from memory._wire import Wire

_NONE = "there are no AWS credentials. Give the function a role, or set AWS_ACCESS_KEY_ID"
_VARIABLES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_SSO = ("sso_session", "sso_start_url", "sso_account_id")
_MOST_SOURCES = 10


def origin_of_credentials() -> tuple[object, ...]:
    """Return what tells where credentials come from, so that others are looked for when it changes."""
    return (current_profile(), *map(os.environ.get, _VARIABLES))


def find_credentials(wire: Wire, region: str | None, deadline: float) -> Credentials:
    """Return the credentials of the first source that there is.

    Args:
        wire: Carries what asks for them.
        region: The Region of the configuration.
        deadline: When to have ended, by `time.monotonic`.

    Raises:
        ConfigurationError: There is none, or it is incomplete.
        AccessDeniedError: A role may not be assumed.
        UnavailableError: Nobody answered in time.
    """
    chain = _Chain(wire, region, deadline)
    profile = current_profile()
    is_named = bool(os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE"))
    found = chain.of_profile(profile) if is_named else chain.of_web_identity()
    found = found or (chain.of_web_identity() if is_named else chain.of_profile(profile))
    if found is not None:
        return found
    if container_url() is not None:
        return container_credentials(wire, deadline)
    found = instance_credentials(wire, deadline)
    if found is None:
        raise ConfigurationError(_NONE)
    return found


class _Chain:
    def __init__(self, wire: Wire, region: str | None, deadline: float) -> None:
        self._wire = wire
        self._region = region
        self._deadline = deadline

    def of_web_identity(self) -> Credentials | None:
        token, role = os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE"), os.environ.get("AWS_ROLE_ARN")
        if not token and not role:
            return None
        if not token or not role:
            lacking = "AWS_ROLE_ARN" if token else "AWS_WEB_IDENTITY_TOKEN_FILE"
            raise ConfigurationError(f"the AWS credentials are incomplete: set {lacking} as well")
        name = os.environ.get("AWS_ROLE_SESSION_NAME") or "memory-service"
        return assume_role_with_web_identity(self._wire, token, role, name, self._region, self._deadline)

    def of_profile(self, profile: Profile, depth: int = 0) -> Credentials | None:
        """Return the credentials that a profile has or leads to; None if it says nothing of any."""
        role, token = profile.text("role_arn"), profile.text("web_identity_token_file")
        if role and token:
            name = profile.text("role_session_name") or "memory-service"
            return assume_role_with_web_identity(self._wire, token, role, name, self._region, self._deadline)
        if role:
            return self._of_role(profile, role, depth)
        key, secret = profile.text("aws_access_key_id"), profile.text("aws_secret_access_key")
        if key and secret:
            return Credentials(key, secret, profile.text("aws_session_token"))
        if key or secret:
            lacking = "aws_secret_access_key" if key else "aws_access_key_id"
            raise ConfigurationError(f"the AWS profile {profile.name!r} is incomplete: add {lacking}")
        if profile.text("credential_process") or any(map(profile.text, _SSO)):
            return _from_botocore(profile.name)
        return None

    def _of_role(self, profile: Profile, role: str, depth: int) -> Credentials:
        where = f"the AWS profile {profile.name!r}"
        if profile.text("mfa_serial"):
            raise ConfigurationError(f"{where} has mfa_serial, and there is nobody here to ask for its code")
        source = self._source(profile, where, depth)
        if source is None:
            raise ConfigurationError(
                f"{where} has role_arn, and what it is to be assumed with has no credentials"
            )
        name = profile.text("role_session_name") or "memory-service"
        return assume_role(
            self._wire, source, role, name, self._region, self._deadline, profile.text("external_id")
        )

    def _source(self, profile: Profile, where: str, depth: int) -> Credentials | None:
        named, kind = profile.text("source_profile"), profile.text("credential_source")
        if named and not kind:
            if depth >= _MOST_SOURCES:
                raise ConfigurationError(f"{where} goes from one source_profile to the next without an end")
            source = other_profile(profile.files, named)
            if named == profile.name:
                # It has keys of its own, with which it assumes its role.
                source = source.without("role_arn")
            return self.of_profile(source, depth + 1)
        if kind == "Environment" and not named:
            raise ConfigurationError(f"{where} has credential_source Environment: set AWS_ACCESS_KEY_ID")
        if kind == "EcsContainer" and not named:
            return container_credentials(self._wire, self._deadline)
        if kind == "Ec2InstanceMetadata" and not named:
            return instance_credentials(self._wire, self._deadline)
        raise ConfigurationError(
            f"{where} has role_arn: give it source_profile, or credential_source Ec2InstanceMetadata or EcsContainer"
        )


def _from_botocore(profile: str) -> Credentials:
    """Have botocore ask for what needs a browser or a program: it is not part of this package."""
    try:
        from botocore.session import Session
    except ImportError:
        raise ConfigurationError(
            f"the AWS profile {profile!r} has SSO or credential_process, which take botocore: install"
            " sdk-memory-service[sso], or set AWS_ACCESS_KEY_ID"
        ) from None
    try:
        found = Session(profile=profile).get_credentials()
        frozen = found and found.get_frozen_credentials()
    except Exception as error:  # noqa: BLE001 - botocore's are many, and a program may raise anything
        # Its text could quote what the program wrote.
        raise ConfigurationError(
            f"the AWS profile {profile!r} gives no credentials ({type(error).__name__}): try `aws sts"
            f" get-caller-identity --profile {profile}`"
        ) from None
    if not frozen:
        raise ConfigurationError(f"the AWS profile {profile!r} gives no credentials")
    expires = getattr(found, "_expiry_time", None)
    end = expires.timestamp() if expires else None
    return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token, end)
