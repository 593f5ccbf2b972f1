"""Where the private key comes from: a file, an SSM parameter or a Secrets Manager secret."""

from __future__ import annotations

import json
import math
import os
import stat
from typing import TYPE_CHECKING

from memory._config import Config, arn_service, is_public_key_id
from memory._errors import ConfigurationError, MemoryServiceError, UnavailableError
from memory._signing import SigningKey
from memory._single_flight import SingleFlight

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._wire import Wire

REREAD_SECONDS = 30
KEY_AGE_SECONDS = 3600
RETRY_SECONDS = 300
_FILE_BYTES = 64 * 1024


class KeySource:
    """The signing key of a private service, loaded when it is first needed and kept.

    A file is read at once, so that a wrong path fails in the constructor. A parameter or secret is read with the first
    signature: not while a snapshot is taken, and not by a function that only writes. It is read again after an hour
    (KEYS-5): a rotation waits for that before it drops the old key, so that what was signed lasts as long as it says.

    One thread reads it for all, and holds no lock meanwhile: who has a key at hand goes on with that.

    Args:
        config: Of a private service.
        clock: Returns Unix time in seconds.
        wire: Carries the request for a parameter or secret.

    Raises:
        ConfigurationError: The file cannot be read or holds no usable key.
    """

    def __init__(self, config: Config, clock: Callable[[], float], wire: Wire) -> None:
        self._path = config.pk_path or ""
        self._public_key_id = config.public_key_id
        self._aws_service = arn_service(self._path)
        self._clock = clock
        self._wire = wire
        self._flights: SingleFlight[SigningKey] = SingleFlight()
        self._forgotten_at = -math.inf
        self._read_at = -math.inf
        self._is_refused = False
        self._key = None if self._aws_service else self._from_file()

    def key(self, deadline: float) -> SigningKey:
        """Return the key.

        Args:
            deadline: When to have ended, by `time.monotonic`.

        Raises:
            ConfigurationError: The parameter or secret does not hold a usable key.
            AccessDeniedError: It may not be read.
            UnavailableError: AWS did not answer in time.
        """
        key = self._key
        if key is None or self._is_refused:
            return self._read(deadline)
        if self._aws_service and not 0 <= self._clock() - self._read_at < KEY_AGE_SECONDS:
            return self._renewed(key, deadline)
        return key

    def forget(self, refused: SigningKey) -> bool:
        """Let a key that CloudFront refused be read again: it may have been rotated.

        Args:
            refused: What the refused request was signed with.

        Returns:
            Whether it makes sense to sign and ask again: there is a newer key by now, or one will be read. A file is
            not read again, and a parameter or secret at most every 30 seconds: a wrong key must not become a flood
            of requests.
        """
        if self._aws_service is None:
            return False
        if self._key is not refused or self._is_refused:
            return True  # another thread was refused as well, and first
        now = self._clock()
        if 0 <= now - self._forgotten_at < REREAD_SECONDS:
            return False
        self._forgotten_at = now
        self._is_refused = True
        return True

    def reset_after_fork(self) -> None:
        """Wait for nobody who is not in this process."""
        self._flights = SingleFlight()

    def _read(self, deadline: float) -> SigningKey:
        """Return the key that AWS has now, read by one thread for all."""
        flights = self._flights
        flight, leads = flights.join(self._path)
        if leads:
            return flights.lead(self._path, flight, lambda: self._fetched(deadline))
        if flight.is_of_this_thread:
            return self._fetched(deadline)
        if not flight.wait(deadline):
            raise UnavailableError(
                f"PK_PATH {self._path!r}: another thread's request for it did not end in time"
            )
        return flight.outcome() or self._fetched(deadline)

    def _renewed(self, key: SigningKey, deadline: float) -> SigningKey:
        """Return the key of today, or the one at hand if AWS does not give it: it may well still be good."""
        now = self._clock()
        self._read_at = now  # nobody else asks meanwhile
        try:
            return self._fetched(deadline)
        except MemoryServiceError:
            self._read_at = now - KEY_AGE_SECONDS + RETRY_SECONDS
            return key

    def _fetched(self, deadline: float) -> SigningKey:
        began = self._clock()
        self._key = self._from_secret(deadline)
        self._read_at = began
        self._is_refused = False
        return self._key

    def _from_file(self) -> SigningKey:
        return SigningKey.from_pem(self._public_key_id or "", _content(self._path), f"PK_PATH {self._path!r}")

    def _from_secret(self, deadline: float) -> SigningKey:
        origin = f"PK_PATH {self._path!r}"
        text = self._secret_text(deadline)
        try:
            secret = json.loads(text)
            pem, public_key_id = secret["private_key"], secret.get("public_key_id") or self._public_key_id
            encoded = pem.encode()
        except (ValueError, TypeError, KeyError, AttributeError):
            # The cause could quote the secret.
            raise ConfigurationError(
                f'{origin} does not hold JSON like {{"public_key_id": "…", "private_key": "-----BEGIN …"}}'
            ) from None
        if not isinstance(public_key_id, str) or not public_key_id:
            raise ConfigurationError(f"{origin} has no public_key_id, and PUBLIC_KEY_ID is not set either")
        if not is_public_key_id(public_key_id):
            raise ConfigurationError(f"{origin} has a public_key_id that is none of CloudFront's")
        return SigningKey.from_pem(public_key_id, encoded, origin)

    def _secret_text(self, deadline: float) -> str:
        from memory._aws_api import read_parameter, read_secret

        read = read_parameter if self._aws_service == "ssm" else read_secret
        return read(self._wire, self._path, deadline)


def _content(path: str) -> bytes:
    """Return what a file holds. A pipe would be waited for without an end, and a device has no end."""
    try:
        is_file = stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - pathlib takes as long to load as the rest
        if is_file:
            with open(path, "rb") as file:  # noqa: PTH123 - as above
                return file.read(_FILE_BYTES)
        why = "it is no file"
    except OSError as error:
        why = error.strerror or type(error).__name__
    except ValueError:
        why = "it has a NUL character"
    raise ConfigurationError(
        f"PK_PATH {path!r} cannot be read: {why}. It is a PEM file, or the ARN of a parameter or secret"
    )
