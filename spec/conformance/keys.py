"""The keys of the signing vectors: two made from the published seed, the others anew for each run."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .home import VECTORS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_SEED = VECTORS / "signing" / "keys.json"
_P_256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_PRIME_BYTES = 128
_SCALAR_BYTES = 32


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Return the key that `rsa` stands for."""
    seed = _seed()["rsa"]
    p, q, e = _prime(seed["p"]), _prime(seed["q"]), seed["public_exponent"]
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(e, p * q),
    )
    return numbers.private_key()


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    """Return the key that `ec` stands for."""
    scalar = _shake(_seed()["ec"]["label"], _SCALAR_BYTES) % (_P_256_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


@cache
def pem(key: str) -> str:
    """Return the PEM of a vector's `key`; one that is no known name is the PEM itself."""
    return _PEMS[key]() if key in _PEMS else key


def _seed() -> Any:
    return json.loads(_SEED.read_text(encoding="utf-8"))


def _prime(seed: Mapping[str, Any]) -> int:
    top = 0b11 << (8 * _PRIME_BYTES - 2)
    return int((_shake(seed["label"], _PRIME_BYTES) | top | 1) + 2 * seed["offset"])


def _shake(label: str, length: int) -> int:
    return int.from_bytes(hashlib.shake_256(label.encode()).digest(length), "big")


def _private_pem(
    key: PrivateKeyTypes, encryption: serialization.KeySerializationEncryption | None = None
) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    ).decode()


def _public_pem() -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return rsa_key().public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def _weak() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - SDKs must refuse it


_PEMS: Mapping[str, Callable[[], str]] = {
    "rsa": lambda: _private_pem(rsa_key()),
    "ec": lambda: _private_pem(ec_key()),
    "$RSA_PUBLIC": _public_pem,
    "$RSA_1024": lambda: _private_pem(_weak()),
    "$RSA_3072": lambda: _private_pem(rsa.generate_private_key(public_exponent=65537, key_size=3072)),
    "$P_384": lambda: _private_pem(ec.generate_private_key(ec.SECP384R1())),
    "$ED25519": lambda: _private_pem(ed25519.Ed25519PrivateKey.generate()),
    "$ENCRYPTED": lambda: _private_pem(
        rsa_key(), serialization.BestAvailableEncryption(b"a test's password")
    ),
}
