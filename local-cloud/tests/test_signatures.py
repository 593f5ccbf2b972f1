"""Signed URLs: what is let through, and with which words the rest is refused."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from local_cloud.edge.signatures import RefusedError, SignedUrl

if TYPE_CHECKING:
    from local_cloud.edge.signatures import PublicKey

    PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    Hash = type[hashes.SHA1 | hashes.SHA256]

NOW = 1_800_000_000
URL = "https://d1.cloudfront.net/orders/42.json"
SERVICE = "https://d1.cloudfront.net/orders/*"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
KEYS: dict[str, PublicKey] = {"KRSA": RSA_KEY.public_key(), "KEC": EC_KEY.public_key()}
DENIED = "^AccessDenied: Access denied$"


def sign(key: PrivateKey, message: bytes, algorithm: Hash = hashes.SHA256) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), algorithm())
    return key.sign(message, ec.ECDSA(algorithm()))


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode().replace("+", "-").replace("=", "_").replace("/", "~")


def policy(resource: Any = SERVICE, expires: Any = NOW + 60, **conditions: Any) -> str:
    condition = {"DateLessThan": {"AWS:EpochTime": expires}, **conditions}
    return json.dumps({"Statement": [{"Resource": resource, "Condition": condition}]})


def signed(
    text: str,
    url: str = URL,
    *,
    key: PrivateKey = RSA_KEY,
    key_id: str = "KRSA",
    algorithm: Hash = hashes.SHA256,
) -> str:
    """Return the URL with a custom policy."""
    signature = encoded(sign(key, text.encode(), algorithm))
    query = f"Policy={encoded(text.encode())}&Signature={signature}&Key-Pair-Id={key_id}"
    query += "&Hash-Algorithm=SHA256" if algorithm is hashes.SHA256 else ""
    return f"{url}{'&' if '?' in url else '?'}{query}"


def verify(url: str, *, now: float = NOW, viewer: str = "127.0.0.1") -> None:
    SignedUrl.parse(url).verify(KEYS, now=now, viewer=viewer)


def replaced(url: str, name: str, value: str) -> str:
    """Return the URL with another value of the query parameter."""
    base, _, query = url.partition("?")
    pairs = [f"{name}={value}" if pair.startswith(f"{name}=") else pair for pair in query.split("&")]
    return f"{base}?{'&'.join(pairs)}"


@pytest.mark.parametrize("algorithm", [hashes.SHA1, hashes.SHA256])
@pytest.mark.parametrize(("key", "key_id"), [(RSA_KEY, "KRSA"), (EC_KEY, "KEC")])
def test_both_kinds_of_keys_may_sign_with_both_hashes(key: PrivateKey, key_id: str, algorithm: Hash) -> None:
    verify(signed(policy(), key=key, key_id=key_id, algorithm=algorithm))


def botocore_signer() -> CloudFrontSigner:
    return CloudFrontSigner("KRSA", lambda message: sign(RSA_KEY, message, hashes.SHA1))


@pytest.mark.parametrize("url", [URL, f"{URL}?size=large&colour=red"])
def test_botocores_canned_policy_is_valid_until_it_expires(url: str) -> None:
    expires = dt.datetime.fromtimestamp(NOW, dt.timezone.utc)
    canned = botocore_signer().generate_presigned_url(url, date_less_than=expires)

    verify(canned, now=NOW - 1)
    with pytest.raises(RefusedError, match=DENIED):
        verify(canned, now=NOW)


def test_botocores_custom_policy_is_valid_for_its_wildcard() -> None:
    signer = botocore_signer()
    expires = dt.datetime.fromtimestamp(NOW, dt.timezone.utc)
    text = signer.build_policy(SERVICE, expires, ip_address="127.0.0.0/8")

    verify(signer.generate_presigned_url(URL, policy=text), now=NOW - 1)
    with pytest.raises(RefusedError, match=DENIED):
        verify(signer.generate_presigned_url(URL.replace("orders", "other"), policy=text), now=NOW - 1)


def test_canned_policy_is_for_exactly_its_url_and_query() -> None:
    expires = dt.datetime.fromtimestamp(NOW, dt.timezone.utc)
    canned = botocore_signer().generate_presigned_url(URL, date_less_than=expires)

    for other in (canned.replace("42", "43"), f"{canned}&size=large"):
        with pytest.raises(RefusedError, match=DENIED):
            verify(other, now=NOW - 1)


def test_later_expiry_in_a_canned_url_is_refused() -> None:
    expires = dt.datetime.fromtimestamp(NOW, dt.timezone.utc)
    canned = botocore_signer().generate_presigned_url(URL, date_less_than=expires)

    with pytest.raises(RefusedError, match=DENIED):
        verify(replaced(canned, "Expires", str(NOW + 1000)))


def test_parameters_may_stand_in_any_order() -> None:
    base, _, query = signed(policy()).partition("?")

    verify(f"{base}?{'&'.join(reversed(query.split('&')))}")


def test_missing_key_id_is_missing_key() -> None:
    for url in (URL, f"{URL}?Key-Pair-Id=", f"{URL}?size=large"):
        with pytest.raises(
            RefusedError, match=r"^MissingKey: Missing Key-Pair-Id query parameter or cookie value$"
        ):
            verify(url)


def test_key_outside_the_trusted_groups_is_invalid_key() -> None:
    with pytest.raises(RefusedError, match=r"^InvalidKey: Unknown Key$"):
        verify(signed(policy(), key_id="KOTHER"))


@pytest.mark.parametrize("value", ["", "***", "A"])
def test_signature_that_is_no_base64_is_malformed(value: str) -> None:
    with pytest.raises(RefusedError, match=r"^MalformedSignature: Could not unencode Signature$"):
        verify(replaced(signed(policy()), "Signature", value))


@pytest.mark.parametrize("value", ["", "***"])
def test_policy_that_is_no_base64_is_malformed(value: str) -> None:
    with pytest.raises(RefusedError, match=r"^MalformedPolicy: Could not unencode Policy$"):
        verify(replaced(signed(policy()), "Policy", value))


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"Statement":[]}',
        '{"Statement":[1]}',
        '{"Statement":[{"Resource":"*"}]}',
        policy(resource=["*"]),
        json.dumps({"Statement": json.loads(policy())["Statement"] * 2}),
    ],
)
def test_signed_policy_that_is_not_one_statement_is_malformed(text: str) -> None:
    with pytest.raises(RefusedError, match=r"^MalformedPolicy: Could not parse Policy$"):
        verify(signed(text))


def test_policy_is_valid_strictly_before_its_end() -> None:
    url = signed(policy(expires=NOW))

    verify(url, now=NOW - 0.001)
    with pytest.raises(RefusedError, match=DENIED):
        verify(url, now=NOW)


def test_policy_is_valid_from_its_beginning() -> None:
    url = signed(policy(DateGreaterThan={"AWS:EpochTime": NOW}))

    verify(url, now=NOW)
    with pytest.raises(RefusedError, match=DENIED):
        verify(url, now=NOW - 1)


@pytest.mark.parametrize("value", ["198.51.100.0/24", "198.51.100.7", "198.51.100.7/24"])
def test_policy_may_be_for_some_addresses(value: str) -> None:
    url = signed(policy(IpAddress={"AWS:SourceIp": value}))

    verify(url, viewer="198.51.100.7")
    with pytest.raises(RefusedError, match=DENIED):
        verify(url, viewer="203.0.113.1")


@pytest.mark.parametrize(
    "text",
    [
        policy(expires=str(NOW + 60)),
        policy(expires=True),
        policy(IpAddress={"AWS:SourceIp": "2001:db8::/32"}),
        policy(IpAddress={"AWS:Other": "127.0.0.1"}),
        policy(StringEquals={"AWS:EpochTime": 1}),
        '{"Statement":[{"Resource":"*","Condition":{}}]}',
    ],
)
def test_condition_that_cloudfront_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match=DENIED):
        verify(signed(text))


def test_policy_without_a_resource_is_for_everything() -> None:
    verify(signed(f'{{"Statement":[{{"Condition":{{"DateLessThan":{{"AWS:EpochTime":{NOW + 60}}}}}}}]}}'))


def test_changed_policy_is_refused() -> None:
    wider = encoded(policy(resource="*").encode())

    with pytest.raises(RefusedError, match=DENIED):
        verify(replaced(signed(policy()), "Policy", wider))


@pytest.mark.parametrize(("key", "key_id"), [(RSA_KEY, "KRSA"), (EC_KEY, "KEC")])
def test_changed_signature_is_refused(key: PrivateKey, key_id: str) -> None:
    other = encoded(sign(key, b"something else"))

    with pytest.raises(RefusedError, match=DENIED):
        verify(replaced(signed(policy(), key=key, key_id=key_id), "Signature", other))


def test_another_keys_signature_is_refused() -> None:
    another = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    with pytest.raises(RefusedError, match=DENIED):
        verify(signed(policy(), key=another))


@pytest.mark.parametrize("name", ["SHA1", "SHA512", "sha256", ""])
def test_another_hash_than_was_signed_with_is_refused(name: str) -> None:
    with pytest.raises(RefusedError, match=DENIED):
        verify(replaced(signed(policy()), "Hash-Algorithm", name))


def test_another_services_path_is_refused() -> None:
    with pytest.raises(RefusedError, match=DENIED):
        verify(signed(policy(), "https://d1.cloudfront.net/other/42.json"))


def test_another_distribution_is_refused() -> None:
    with pytest.raises(RefusedError, match=DENIED):
        verify(signed(policy(), "https://d2.cloudfront.net/orders/42.json"))
