"""Fixtures of all tests of this SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from cloud import Cloud, running
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from doubles import Clock, WebServer, pem, serving
from memory._aws import forget_clients
from moto import mock_aws

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def web_server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def rsa_pem(rsa_key: rsa.RSAPrivateKey) -> bytes:
    return pem(rsa_key)


@pytest.fixture(scope="session")
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(autouse=True)
def _no_session_of_another_test() -> None:
    """Credentials are looked up once in a session."""
    forget_clients()


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has set does not reach them, and no test reaches AWS."""
    for variable in (
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "AWS_SESSION_TOKEN",
    ):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bucket() -> Iterator[Any]:
    """A bucket of moto's, as a boto3 resource."""
    with mock_aws():
        resource = boto3.resource("s3", region_name="us-east-1").Bucket("values")
        resource.create()
        yield resource


@pytest.fixture
def cloud(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """S3 and CloudFront, whose edges keep copies, by the tests' clock."""
    with running(clock) as cloud:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", cloud.url)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        yield cloud
