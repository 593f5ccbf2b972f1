import base64
import json
import math
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from doubles import Clock, pem
from memory import ConfigurationError
from memory._signing import Signer, SigningKey, cloudfront_base64, policy, wildcard

RESOURCE = "https://d1.cloudfront.net/shop/*"


def parts(query: str) -> tuple[bytes, bytes, dict[str, list[str]]]:
    fields = parse_qs(query, strict_parsing=True)
    plain = str.maketrans("-_~", "+=/")
    policy_text, signature = (
        base64.b64decode(fields[name][0].translate(plain)) for name in ("Policy", "Signature")
    )
    return policy_text, signature, fields


def signer(key: SigningKey, clock: Clock, lifetime: int = 900) -> Signer:
    return Signer(RESOURCE, lambda _: key, lifetime, clock)


def test_an_rsa_signature_verifies_with_sha_256(
    rsa_key: rsa.RSAPrivateKey, rsa_pem: bytes, clock: Clock
) -> None:
    text, signature, fields = parts(signer(SigningKey.from_pem("K1", rsa_pem, "test"), clock).query())
    rsa_key.public_key().verify(signature, text, padding.PKCS1v15(), SHA256())
    assert (fields["Key-Pair-Id"], fields["Hash-Algorithm"]) == (["K1"], ["SHA256"])
    with pytest.raises(InvalidSignature):
        rsa_key.public_key().verify(signature, text + b" ", padding.PKCS1v15(), SHA256())


def test_an_ecdsa_signature_verifies(ec_key: ec.EllipticCurvePrivateKey, clock: Clock) -> None:
    text, signature, fields = parts(signer(SigningKey.from_pem("K2", pem(ec_key), "test"), clock).query())
    assert fields["Key-Pair-Id"] == ["K2"]
    ec_key.public_key().verify(signature, text, ec.ECDSA(SHA256()))


def test_a_sha_1_signature_verifies_and_its_query_names_no_hash(
    rsa_key: rsa.RSAPrivateKey, rsa_pem: bytes, clock: Clock
) -> None:
    key = SigningKey.from_pem("K1", rsa_pem, "test")
    text, signature, fields = parts(Signer(RESOURCE, lambda _: key, 900, clock, "SHA1").query())
    rsa_key.public_key().verify(signature, text, padding.PKCS1v15(), SHA1())  # noqa: S303 - asked for
    assert "Hash-Algorithm" not in fields


def test_the_policy_covers_the_service_and_ends_with_the_lifetime(rsa_pem: bytes, clock: Clock) -> None:
    text, _, _ = parts(signer(SigningKey.from_pem("K1", rsa_pem, "test"), clock).query())
    assert text == (
        b'{"Statement":[{"Resource":"https://d1.cloudfront.net/shop/*",'
        b'"Condition":{"DateLessThan":{"AWS:EpochTime":1800000900}}}]}'
    )


def test_one_signature_serves_until_half_of_its_lifetime(rsa_pem: bytes, clock: Clock) -> None:
    shared = signer(SigningKey.from_pem("K1", rsa_pem, "test"), clock)
    first = shared.query()
    assert shared.query() is first
    clock.now += 449
    assert shared.query() is first
    clock.now += 1
    assert shared.query() != first


def test_a_clock_that_went_backwards_makes_a_new_signature(rsa_pem: bytes, clock: Clock) -> None:
    shared = signer(SigningKey.from_pem("K1", rsa_pem, "test"), clock)
    first = shared.query()
    clock.now -= 1
    assert shared.query() != first


def test_a_forgotten_signature_is_made_anew(ec_key: ec.EllipticCurvePrivateKey, clock: Clock) -> None:
    shared = signer(SigningKey.from_pem("K2", pem(ec_key), "test"), clock)
    first, key = shared.signature(math.inf)
    shared.forget(SigningKey.from_pem("K2", pem(ec_key), "another"))
    assert shared.query() is first
    shared.forget(key)
    assert parts(shared.query()) != parts(first)


def test_nothing_is_signed_before_it_is_asked_for(ec_key: ec.EllipticCurvePrivateKey, clock: Clock) -> None:
    clock.now = 1.5
    assert parts(signer(SigningKey.from_pem("K2", pem(ec_key), "test"), clock).query())


def test_the_wildcard_ends_at_the_service() -> None:
    assert wildcard("https://d1.cloudfront.net", "shop") == RESOURCE


def test_the_alphabet_is_cloudfronts() -> None:
    assert cloudfront_base64(b"\xfb\xff\xfe\x00") == "-~~-AA__"


def test_a_policy_is_json_without_white_space() -> None:
    text = policy(RESOURCE, 5)
    assert b" " not in text
    assert json.loads(text)["Statement"][0]["Condition"] == {"DateLessThan": {"AWS:EpochTime": 5}}


def unusable_keys() -> list[Any]:
    encryption = BestAvailableEncryption(b"secret")
    key = ec.generate_private_key(ec.SECP256R1())
    return [
        pytest.param(b"", "no unencrypted private key", id="empty"),
        pytest.param(b"not a key", "no unencrypted private key", id="text"),
        pytest.param(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption), "no unencrypted", id="encrypted"
        ),
        pytest.param(pem(ec.generate_private_key(ec.SECP384R1())), "does not take", id="P-384"),
        pytest.param(pem(rsa.generate_private_key(65537, 1024)), "does not take", id="RSA-1024"),  # noqa: S505 - refused
    ]


@pytest.mark.parametrize(("text", "message"), unusable_keys())
def test_a_key_that_cloudfront_does_not_take_is_refused(text: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    with pytest.raises(ConfigurationError, match=message) as raised:
        SigningKey.from_pem("K1", text, f"PK_PATH {path}")
    assert str(path) in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_key_shows_in_no_repr(rsa_pem: bytes) -> None:
    assert repr(SigningKey.from_pem("K1", rsa_pem, "test")) == "SigningKey('K1')"


def test_without_cryptography_it_says_which_layer_is_missing(
    rsa_pem: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)  # as if it were not installed
    monkeypatch.delitem(sys.modules, "cryptography.exceptions")
    with pytest.raises(
        ConfigurationError, match="cryptography, which cannot be imported .*CryptographyLayer"
    ):
        SigningKey.from_pem("K1", rsa_pem, "test")
