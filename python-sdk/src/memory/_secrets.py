"""Where the private key comes from: a file, an SSM parameter or a Secrets Manager secret."""

from __future__ import annotations

import json
import math
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory._config import Config, arn_service
from memory._errors import AccessDeniedError, ConfigurationError, MemoryServiceError, UnavailableError
from memory._signing import SigningKey, load_cryptography
from memory._transport import READ_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

REREAD_SECONDS = 30
KEY_AGE_SECONDS = 3600
RETRY_SECONDS = 300
READ_ATTEMPTS = 2
_SERVER_ERROR = 500


class KeySource:
    """The signing key of a private service, loaded when it is first needed and kept.

    A file is read at once, so that a wrong path fails in the constructor. A parameter or secret is read with the first
    signature: not while a snapshot is taken, and not by a function that only writes. It is read again after an hour
    (KEYS-5): a rotation waits for that before it drops the old key, so that what was signed lasts as long as it says.

    Args:
        config: Of a private service.
        clock: Returns Unix time in seconds.

    Raises:
        ConfigurationError: The file cannot be read or holds no usable key.
    """

    def __init__(self, config: Config, clock: Callable[[], float]) -> None:
        self._path = config.pk_path or ""
        self._public_key_id = config.public_key_id
        self._aws_service = arn_service(self._path)
        self._clock = clock
        self._lock = threading.Lock()
        self._forgotten_at = -math.inf
        self._read_at = -math.inf
        self._is_refused = False
        self._key = None if self._aws_service else self._from_file()

    def key(self) -> SigningKey:
        """Return the key.

        Raises:
            ConfigurationError: The parameter or secret does not hold a usable key.
            AccessDeniedError: It may not be read.
            UnavailableError: AWS did not answer.
        """
        with self._lock:
            if self._key is None or self._is_refused:
                self._key = self._from_secret()
                self._read_at = self._clock()
                self._is_refused = False
            elif self._aws_service and not 0 <= self._clock() - self._read_at < KEY_AGE_SECONDS:
                self._key = self._renewed(self._key)
            return self._key

    def forget(self, refused: SigningKey) -> bool:
        """Let a key that CloudFront refused be read again: it may have been rotated.

        Args:
            refused: What the refused request was signed with.

        Returns:
            Whether it makes sense to sign and ask again: there is a newer key by now, or one will be read. A file is
            not read again, and a parameter or secret at most every 30 seconds: a wrong key must not become a flood
            of requests.
        """
        with self._lock:
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

    def _renewed(self, key: SigningKey) -> SigningKey:
        """Return the key of today, or the one at hand if AWS does not give it: it may well still be good."""
        now = self._clock()
        self._read_at = now
        try:
            return self._from_secret()
        except MemoryServiceError:
            self._read_at = now - KEY_AGE_SECONDS + RETRY_SECONDS
            return key

    def _from_file(self) -> SigningKey:
        try:
            pem = Path(self._path).read_bytes()
        except OSError as error:
            raise ConfigurationError(
                f"PK_PATH {self._path!r} cannot be read: {error.strerror}. It is a PEM file, or the ARN of a"
                " parameter or secret"
            ) from None
        return SigningKey.from_pem(self._public_key_id or "", pem, f"PK_PATH {self._path!r}")

    def _from_secret(self) -> SigningKey:
        origin = f"PK_PATH {self._path!r}"
        text = self._secret_text()
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
        return SigningKey.from_pem(public_key_id, encoded, origin)

    def preload(self) -> None:
        """Load what reading a key and signing take, without reading the key (CFG-6).

        Raises:
            ConfigurationError: There is nothing here to sign with.
        """
        load_cryptography()
        if self._aws_service:
            self._aws()

    def _aws(self) -> Any:
        from memory._aws import shared_client

        region = self._path.split(":")[3]
        # A get waits for this: it has to end before its deadline.
        return shared_client(
            str(self._aws_service), region, read_seconds=int(READ_SECONDS), attempts=READ_ATTEMPTS
        )

    def _secret_text(self) -> str:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            if self._aws_service == "ssm":
                # The API takes the name, with its leading slash if it has a path.
                name = self._path.split(":", 5)[5].removeprefix("parameter")
                name = name if name.count("/") > 1 else name.removeprefix("/")
                return str(self._aws().get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
            return str(self._aws().get_secret_value(SecretId=self._path)["SecretString"])
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVER_ERROR:
                raise UnavailableError(f"PK_PATH {self._path!r} could not be read ({code})") from error
            if "NotFound" in code:
                raise ConfigurationError(f"PK_PATH {self._path!r} does not exist ({code})") from error
            raise AccessDeniedError(f"PK_PATH {self._path!r} may not be read ({code})") from error
        except BotoCoreError as error:
            raise UnavailableError(f"PK_PATH {self._path!r} could not be read: {error}") from error
