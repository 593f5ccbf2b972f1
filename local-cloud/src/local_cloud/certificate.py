"""The certificate with which the engine speaks TLS: made for one run, trusted by those who are told of it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LIFETIME = dt.timedelta(days=30)
# What AWS SDKs, requests and Node are told with which certificates to trust.
TRUST_VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")


class Certificate:
    """A self-signed certificate for this machine.

    Attributes:
        path: The PEM file with the certificate, for clients.
        key: The PEM file with its private key, for the server.
    """

    def __init__(self, folder: Path) -> None:
        """Make the key and the certificate and write them into the folder."""
        self.path = folder / "certificate.pem"
        self.key = folder / "key.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.key.touch(mode=0o600)
        self.key.write_bytes(pem)
        self.path.write_bytes(_signed(key).public_bytes(Encoding.PEM))

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment variables with which a program trusts this certificate."""
        return dict.fromkeys(TRUST_VARIABLES, str(self.path))

    def context(self) -> ssl.SSLContext:
        """Return what a client of this process needs."""
        return ssl.create_default_context(cafile=self.path)

    def server_context(self) -> ssl.SSLContext:
        """Return what a server of this process needs."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.path, self.key)
        return context


def _signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "local cloud")])
    here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = dt.datetime.now(dt.timezone.utc)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))  # clocks may differ
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(here), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
