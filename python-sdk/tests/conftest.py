"""Fixtures of all tests of this SDK."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from cloud import Cloud, running
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from doubles import Clock, WebServer, pem, serving
from memory._aws import forget_time
from memory._credential_source import forget_credentials
from memory._wire import WIRE
from memory.testing.pytest_plugin import memory_cloud
from moto_server import serving_moto

__all__ = ["memory_cloud"]

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
def _nothing_of_another_test() -> None:
    """Credentials, connections and what is known of AWS's clock are kept for the process."""
    forget_credentials()
    forget_time()
    WIRE.drop_connections()


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has set does not reach them, and no test reaches AWS."""
    for variable in tuple(os.environ):
        ours = variable.startswith(("AWS_", "MEMORY_")) or variable.lower().endswith("_proxy")
        if ours or variable.endswith(("_CA_BUNDLE", "_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR")):
            monkeypatch.delenv(variable)
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
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """AWS as moto has it, for boto3 and for the SDK."""
    with serving_moto() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield url


@pytest.fixture
def bucket(aws: str) -> Any:
    """A bucket of moto's, as a boto3 resource."""
    assert aws
    resource = boto3.resource("s3", region_name="us-east-1", endpoint_url="https://s3.amazonaws.com").Bucket(
        "values"
    )
    resource.create()
    return resource


@pytest.fixture
def cloud(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """S3 and CloudFront, whose edges keep copies, by the tests' clock."""
    with running(clock) as cloud:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", cloud.url)
        yield cloud
