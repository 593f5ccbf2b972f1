"""AWS credentials: who gives them, and that they are still good (AWS-2, ROLE-1)."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from memory._credentials import Credentials
from memory._errors import ConfigurationError, MemoryServiceError, UnavailableError
from memory._fork import reset_in_child
from memory._single_flight import SingleFlight

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._wire import Wire

RENEWED_BEFORE_SECONDS = 300


class CredentialSource:
    """Gives the credentials that are valid now.

    Args:
        wire: Carries what asks for them.
        role_arn: The role whose they are; None for the function's own.
        session_name: What the role's calls are logged as.
        region: The Region of the configuration, in which STS is asked if the platform names none.
    """

    def __init__(
        self, wire: Wire, role_arn: str | None = None, session_name: str = "", region: str | None = None
    ) -> None:
        self._wire = wire
        self._role_arn = role_arn
        self._session_name = session_name
        self._region = region

    def credentials(self, deadline: float) -> Credentials:
        """Return the credentials.

        Args:
            deadline: When to have ended, by `time.monotonic`.

        Raises:
            ConfigurationError: There are none, or a source of them is incomplete.
            AccessDeniedError: The role may not be assumed.
            UnavailableError: Nobody gave them in time.
        """
        if self._wire.double is not None:
            given: Credentials = self._wire.double.credentials(self._role_arn)
            return given
        if self._role_arn is None:
            return own_credentials(self._wire, self._region, deadline)
        arn, name = self._role_arn, self._session_name

        def assume() -> Credentials:
            from memory._sts import assume_role

            own = own_credentials(self._wire, self._region, deadline)
            return assume_role(self._wire, own, arn, name, self._region, deadline)

        return _renewed(("role", arn, name, os.environ.get("AWS_ACCESS_KEY_ID")), assume, deadline)


def own_credentials(wire: Wire, region: str | None, deadline: float) -> Credentials:
    """Return the credentials of this function, without a role of the configuration.

    Raises:
        ConfigurationError: There are none, or a source of them is incomplete.
        UnavailableError: Nobody gave them in time.
    """
    access_key_id, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if access_key_id and secret:
        return Credentials(access_key_id, secret, os.environ.get("AWS_SESSION_TOKEN") or None)
    if access_key_id or secret:
        lacking = "AWS_SECRET_ACCESS_KEY" if access_key_id else "AWS_ACCESS_KEY_ID"
        raise ConfigurationError(f"the AWS credentials are incomplete: set {lacking} as well")

    from memory._credential_chain import find_credentials, origin_of_credentials

    return _renewed(
        ("own", *origin_of_credentials()), lambda: find_credentials(wire, region, deadline), deadline
    )


class _Kept:
    """The temporary credentials of this process, and who fetches new ones."""

    def __init__(self) -> None:
        self.found: dict[tuple[object, ...], Credentials] = {}
        self.flights: SingleFlight[Credentials] = SingleFlight()
        reset_in_child(self)

    def reset_after_fork(self) -> None:
        """Wait for nobody who is not here."""
        self.flights = SingleFlight()


_KEPT = _Kept()


def forget_credentials() -> None:
    """Look credentials up anew from now on; for tests."""
    _KEPT.found.clear()


def _renewed(key: tuple[object, ...], fetch: Callable[[], Credentials], deadline: float) -> Credentials:
    """Return the credentials at hand, fetched anew when they are about to end. One thread fetches them for all."""
    kept = _KEPT.found.get(key)
    now = time.time()
    if kept is not None and (kept.expires_at is None or now < kept.expires_at - RENEWED_BEFORE_SECONDS):
        return kept
    at_hand = kept if kept is not None and kept.expires_at is not None and now < kept.expires_at else None

    def renew() -> Credentials:
        fetched = _KEPT.found[key] = fetch()
        return fetched

    flights, name = _KEPT.flights, repr(key)
    flight, leads = flights.join(name)
    if leads or flight.is_of_this_thread:
        try:
            return flights.lead(name, flight, renew) if leads else renew()
        except MemoryServiceError:
            if at_hand is None:
                raise
            return at_hand  # they are good for some minutes yet
    if at_hand is not None:
        return at_hand
    if not flight.wait(deadline):
        raise UnavailableError("another thread's request for AWS credentials did not end in time")
    return flight.outcome() or renew()
