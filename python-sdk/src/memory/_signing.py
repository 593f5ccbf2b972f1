"""Signed URLs of the private distribution: one wildcard policy, signed once and reused."""

from __future__ import annotations

import base64
import contextlib
import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from memory._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

RSA_BITS = 2048
#: What tells CloudFront the hash. SHA-1 is what it takes unless told, and what verifiers know that are told nothing.
_HASH_PARAMETER = {"SHA256": "&Hash-Algorithm=SHA256", "SHA1": ""}


class SigningKey(NamedTuple):
    """A private key and the id of its public half in CloudFront. The key shows in no repr.

    Attributes:
        public_key_id: The id CloudFront gave the public key.
        sign: Signs a text with the hash of that name, `SHA256` or `SHA1`.
    """

    public_key_id: str
    sign: Callable[[bytes, str], bytes]

    def __repr__(self) -> str:
        return f"SigningKey({self.public_key_id!r})"

    @classmethod
    def from_pem(cls, public_key_id: str, pem: bytes, origin: str) -> SigningKey:
        """Load a key that CloudFront can verify: RSA of 2,048 bits, or ECDSA on P-256.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html

        Args:
            public_key_id: The id CloudFront gave the public key.
            pem: The private key, unencrypted.
            origin: Where the key came from, for messages.

        Raises:
            ConfigurationError: It is no such key, or there is nothing here to sign with.
        """
        load_cryptography()
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
        from cryptography.hazmat.primitives.hashes import SHA1, SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            # Validating the numbers of a key of our own costs 50 ms in each cold start and protects nobody.
            key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # The library's own message could quote the file.
            raise ConfigurationError(f"{origin} holds no unencrypted private key in PEM format") from None
        hashes: dict[str, SHA256 | SHA1] = {"SHA256": SHA256(), "SHA1": SHA1()}  # noqa: S303 - asked for by SIG-2
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size == RSA_BITS:
            rsa_key = key
            return cls(public_key_id, lambda text, name: rsa_key.sign(text, padding.PKCS1v15(), hashes[name]))
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            ec_key = key
            return cls(public_key_id, lambda text, name: ec_key.sign(text, ec.ECDSA(hashes[name])))
        raise ConfigurationError(
            f"{origin} holds a key that CloudFront does not take: use RSA-2048 or ECDSA P-256"
        )


def load_cryptography() -> None:
    """Import what signs.

    Raises:
        ConfigurationError: It is not there, or was built for another Python or processor.
    """
    try:
        import cryptography.hazmat.primitives.asymmetric.ec
        import cryptography.hazmat.primitives.asymmetric.rsa
        import cryptography.hazmat.primitives.serialization  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(
            f"private reads need the package cryptography, which cannot be imported ({error}): add the layer"
            " CryptographyLayer for this Python and processor, or install sdk-memory-service[private]"
        ) from error


def load_if_there() -> None:
    """Import what signs, if it is there: a function that only writes needs none."""
    with contextlib.suppress(ConfigurationError):
        load_cryptography()


class Signer:
    """Gives the query string that opens every value of one service, signing anew at half of its lifetime.

    Args:
        resource: What the signature opens: URL with a wildcard.
        key: Returns the key to sign with by a deadline of `time.monotonic`; called for each new signature, so a
            rotated key is picked up.
        lifetime: Seconds a signature is valid.
        clock: Returns Unix time in seconds. Wall clock: a monotonic one stands still in a frozen function.
        hash_algorithm: Hash of the signatures, `SHA256` or `SHA1`.
    """

    def __init__(
        self,
        resource: str,
        key: Callable[[float], SigningKey],
        lifetime: int,
        clock: Callable[[], float],
        hash_algorithm: str = "SHA256",
    ) -> None:
        self._resource = resource
        self._key = key
        self._lifetime = lifetime
        self._clock = clock
        self._hash_algorithm = hash_algorithm
        # No lock: of threads that sign at the same moment, each has a good signature.
        self._signed: _Signed | None = None

    def query(self) -> str:
        """Return the query string, without `?`."""
        return self.signature(math.inf)[0]

    def signature(self, deadline: float) -> tuple[str, SigningKey]:
        """Return the query string, without `?`, and the key that it was signed with.

        Args:
            deadline: When to have ended, by `time.monotonic`.
        """
        signed = self._signed
        if signed is None or not 0 <= self._clock() - signed.at < self._lifetime / 2:
            signed = self._signed = self._sign(deadline)
        return signed.query, signed.key

    def forget(self, key: SigningKey) -> None:
        """Sign anew on the next read, unless another thread has signed with another key meanwhile."""
        signed = self._signed
        if signed is not None and signed.key is key:
            self._signed = None

    def _sign(self, deadline: float) -> _Signed:
        key = self._key(deadline)
        now = self._clock()
        text = policy(self._resource, int(now) + self._lifetime)
        return _Signed(signed_query(text, key, self._hash_algorithm), key, now)


class _Signed(NamedTuple):
    """A signature: its query string, what it was signed with, and when, in Unix seconds."""

    query: str
    key: SigningKey
    at: float

    def __repr__(self) -> str:
        return "_Signed(…)"


def wildcard(distribution: str, place: str) -> str:
    """Return the resource that covers all URLs of a service, given where its values are, and no other service's."""
    return f"https://{urlsplit(distribution).netloc}/{place}/*"


def policy(resource: str, expires: int) -> bytes:
    """Return a custom policy, without white space.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html

    Args:
        resource: URL, with wildcards.
        expires: Unix time in seconds.
    """
    condition: dict[str, Any] = {"DateLessThan": {"AWS:EpochTime": expires}}
    statement = {"Resource": resource, "Condition": condition}
    return json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()


def signed_query(text: bytes, key: SigningKey, hash_algorithm: str) -> str:
    """Return the query string of URLs that a policy opens, without `?` (SIG-3)."""
    signature = key.sign(text, hash_algorithm)
    return (
        f"Policy={cloudfront_base64(text)}&Signature={cloudfront_base64(signature)}"
        f"&Key-Pair-Id={key.public_key_id}{_HASH_PARAMETER[hash_algorithm]}"
    )


def cloudfront_base64(octets: bytes) -> str:
    """Return base64 in CloudFront's own alphabet, which is not that of RFC 4648's URL-safe form."""
    return base64.b64encode(octets).decode("ascii").translate(str.maketrans("+=/", "-_~"))
