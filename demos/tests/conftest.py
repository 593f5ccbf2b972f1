"""A key that CloudFront does not know."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from doubles import pem


@pytest.fixture(scope="session")
def rsa_pem() -> bytes:
    return pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
