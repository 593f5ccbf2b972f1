import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from doubles import Clock
from memory import ConfigurationError, Grant, InvalidNameError, MemoryService


@pytest.fixture
def private(clock: Clock, rsa_pem: bytes, tmp_path: Path) -> Any:
    path = tmp_path / "key.pem"
    path.write_bytes(rsa_pem)

    def service(**conf: Any) -> MemoryService:
        given = {
            "DISTRIBUTION": "d1.cloudfront.net",
            "BUCKET_NAME": "values",
            "PK_PATH": path,
            "PUBLIC_KEY_ID": "K1",
        }
        return MemoryService({**given, **conf}, "shop", clock=clock)

    return service


def decoded(text: str) -> bytes:
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")))


def policy(grant: Grant) -> dict[str, Any]:
    members = dict(part.split("=", 1) for part in grant.query.split("&"))
    statement: dict[str, Any] = json.loads(decoded(members["Policy"]))["Statement"][0]
    return statement


@pytest.mark.parametrize(
    ("what", "resource"),
    [
        ("tenant/1/", "/shop/tenant/1/*"),
        ("", "/shop/*"),
        ("tenant/1", "/shop/tenant/1.json"),
        ("a*?.b", "/shop/a.2A.3F.2Eb.json"),
        ("ö/", "/shop/.C3.B6/*"),
    ],
)
def test_a_grant_opens_a_prefix_or_exactly_one_name(
    private: Any, clock: Clock, what: str, resource: str
) -> None:
    clock.now += 0.9
    statement = policy(private().grant(what, 60))
    assert statement["Resource"] == f"https://d1.cloudfront.net{resource}"
    assert statement["Condition"] == {"DateLessThan": {"AWS:EpochTime": 1_800_000_060}}


def test_a_grant_is_signed_by_the_services_key(private: Any, rsa_key: rsa.RSAPrivateKey) -> None:
    members = dict(part.split("=", 1) for part in private().grant("a", 60).query.split("&"))
    assert (members["Key-Pair-Id"], members["Hash-Algorithm"]) == ("K1", "SHA256")
    signature, text = decoded(members["Signature"]), decoded(members["Policy"])
    rsa_key.public_key().verify(signature, text, padding.PKCS1v15(), SHA256())


def test_a_grant_tells_another_program_what_it_needs(private: Any) -> None:
    grant = private().grant("tenant/1/", timedelta(minutes=1))
    assert grant.to_dict() == {
        "distribution": "d1.cloudfront.net",
        "service": "shop",
        "prefix": "tenant/1/",
        "query": grant.query,
        "expires_at": 1_800_000_060_000,
    }
    assert private().grant("a", 60).to_dict()["name"] == "a"
    assert grant.url("tenant/1/ö") == f"https://d1.cloudfront.net/shop/tenant/1/.C3.B6.json?{grant.query}"
    assert "Signature" not in repr(grant)


@pytest.mark.parametrize("ttl", [0, -1, 1.5, 3601, True, "60", None, float("nan"), timedelta(hours=2)])
def test_a_grant_is_short(private: Any, ttl: Any) -> None:
    with pytest.raises(ConfigurationError, match="from 1 to MAX_GRANT"):
        private().grant("a", ttl)
    assert private(MAX_GRANT=7200).grant("a", 7200).query


def test_a_public_service_needs_no_grant(clock: Clock) -> None:
    public = MemoryService(
        {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values"}, "shop", clock=clock
    )
    with pytest.raises(ConfigurationError, match="needs no grants"):
        public.grant("a", 60)


@pytest.mark.parametrize("what", ["/", "a//", "//a", "a//b", None, 5])
def test_what_is_neither_a_prefix_nor_a_name_is_refused(private: Any, what: Any) -> None:
    with pytest.raises(InvalidNameError):
        private().grant(what, 60)
