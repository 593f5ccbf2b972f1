"""TLS and proxies: who is believed, and who is asked (TRUST-1, WIRE-10, PROXY-1)."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
import ssl
import subprocess
import sys
import threading
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from broken import Broken
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from doubles import pem
from memory import ConfigurationError, MemoryService, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric import ec

DOCUMENT = b'{"v":1,"type":"int","value":1}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(DOCUMENT) + DOCUMENT


@pytest.fixture
def certificate(ec_key: ec.EllipticCurvePrivateKey, tmp_path: Path) -> Path:
    """A certificate of its own authority for `localhost`, with its key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.timezone.utc)
    built = (
        x509.CertificateBuilder(name, name, ec_key.public_key(), 1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(ec_key, SHA256())
    )
    path = tmp_path / "authority.pem"
    path.write_bytes(built.public_bytes(Encoding.PEM))
    (tmp_path / "server.pem").write_bytes(pem(ec_key) + path.read_bytes())
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[Broken]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.parent / "server.pem")

    def answer(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
            while tls.recv(65_536):
                tls.sendall(ANSWER)

    serving = Broken(answer)
    yield serving
    serving.close()


def service(host: str, **conf: Any) -> MemoryService:
    given = {"DISTRIBUTION": host, "BUCKET_NAME": "values", "FAILOVER": False, "LOCAL_MAX_ITEMS": 0}
    return MemoryService({**given, **conf}, "shop")


def test_a_certificate_of_the_authority_that_was_named_is_believed(
    server: Broken, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    mem = service(f"localhost:{server.port}")
    assert [mem.get("a"), mem.get("b")] == [1, 1]
    assert server.count == 1


def test_one_of_nobody_or_for_another_host_is_not(
    server: Broken, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnavailableError, match="its certificate is not trusted"):
        service(f"localhost:{server.port}").get("a")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with pytest.raises(UnavailableError, match="its certificate is not trusted"):
        service(f"127.0.0.1:{server.port}").get("a")


def test_nothing_of_what_is_slow_to_load_is_loaded_for_tls(server: Broken, certificate: Path) -> None:
    conf = {"DISTRIBUTION": f"localhost:{server.port}", "BUCKET_NAME": "values", "FAILOVER": False}
    code = f"import memory, sys; print(memory.MemoryService({conf!r}, 'shop').get('a'), *sys.modules)"
    environment = {
        "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src"),
        "AWS_CA_BUNDLE": str(certificate),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    value, *loaded = done.stdout.split()
    assert value == "1"
    slow = {
        "encodings.idna",
        "email.utils",
        "http.client",
        "urllib.request",
        "asyncio",
        "configparser",
        "random",
    }
    assert not slow & set(loaded)


@pytest.mark.parametrize("is_ended", [False, True], ids=["cut", "ended"])
def test_a_body_over_tls_without_a_length_is_no_whole_answer(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, *, is_ended: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.parent / "server.pem")

    def answer(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            tls = context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True)
            tls.recv(65_536)
            tls.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + DOCUMENT)
            if is_ended:
                with contextlib.suppress(OSError):  # nobody answers the farewell
                    tls.unwrap()
            os.close(tls.detach())  # without a farewell anybody on the way could have ended it

    cutting = Broken(answer)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with pytest.raises(UnavailableError, match="the connection ended before the answer did"):
        service(f"localhost:{cutting.port}", DEADLINE=2).get("a")
    cutting.close()


def test_the_systems_store_is_believed_as_a_folder_too(
    server: Broken, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["openssl", "x509", "-hash", "-noout", "-in", str(certificate)]
    hashed = subprocess.run(command, capture_output=True, text=True, check=True)
    store = tmp_path / "store"
    store.mkdir()
    (store / f"{hashed.stdout.strip()}.0").write_bytes(certificate.read_bytes())
    monkeypatch.setenv("SSL_CERT_DIR", str(store))
    assert service(f"localhost:{server.port}").get("a") == 1


@pytest.mark.parametrize("has_store", [False, True], ids=["no store", "a store"])
def test_certifi_is_believed_where_the_system_has_no_store(
    server: Broken, certificate: Path, monkeypatch: pytest.MonkeyPatch, *, has_store: bool
) -> None:
    package = types.ModuleType("certifi")
    monkeypatch.setattr(package, "where", lambda: str(certificate), raising=False)
    monkeypatch.setitem(sys.modules, "certifi", package)
    monkeypatch.setattr("memory._trust._contexts", {})
    if not has_store:
        monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda _: None)
        monkeypatch.setattr("memory._trust._has_hashed_folder", lambda: False)
        assert service(f"localhost:{server.port}").get("a") == 1
        return
    with pytest.raises(UnavailableError, match="its certificate is not trusted"):
        service(f"localhost:{server.port}").get("a")


class Tunnel:
    """A proxy that connects to a port of this machine, whatever it is asked for."""

    def __init__(self, port: int, status: bytes = b"200 Connected") -> None:
        self.asked: list[bytes] = []
        self._port = port
        self._status = status
        self.server = Broken(self._serve)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(1)
            self.asked.append(head)
            connection.sendall(b"HTTP/1.1 " + self._status + b"\r\n\r\n")
            with socket.create_connection(("127.0.0.1", self._port)) as other:
                back = threading.Thread(target=_pump, args=(connection, other), daemon=True)
                back.start()
                _pump(other, connection)
                back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while octets := source.recv(65_536):
            target.sendall(octets)
        target.shutdown(socket.SHUT_WR)


def test_reads_and_writes_go_through_the_proxy(
    server: Broken, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tunnel = Tunnel(server.port)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:pa%20ss@127.0.0.1:{tunnel.server.port}")
    monkeypatch.setattr("memory._proxy.is_loopback", lambda _: False)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://localhost")
    mem = service("localhost")
    assert mem.get("a") == 1
    assert mem.get("a", consistent=True) == 1
    mem.put("a", 1)
    heads = [head.decode() for head in tunnel.asked]
    assert {head.splitlines()[0] for head in heads} == {"CONNECT localhost:443 HTTP/1.1"}
    assert all("Proxy-Authorization: Basic am9lOnBhIHNz\r\n" in head for head in heads)
    tunnel.server.close()


def test_a_proxy_that_refuses_is_a_failure_without_its_password(
    server: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    tunnel = Tunnel(server.port, b"407 Proxy Authentication Required")
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:secret@127.0.0.1:{tunnel.server.port}")
    with pytest.raises(UnavailableError, match="the proxy answered 407") as raised:
        service("d1.cloudfront.net").get("a")
    assert "secret" not in str(raised.value)
    tunnel.server.close()


def test_a_proxy_that_cannot_be_followed_is_refused_by_the_constructor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://joe:secret@proxy")
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY") as raised:
        service("d1.cloudfront.net")
    assert "secret" not in str(raised.value)
