"""Making a connection: look-up, all addresses, the proxy and the TLS handshake, within one second together (TIME-2)."""

from __future__ import annotations

import errno
import socket
import sys
import time
from selectors import EVENT_WRITE, DefaultSelector
from typing import TYPE_CHECKING, NamedTuple

from memory._connection import Connection, NoAnswerError
from memory._errors import ConfigurationError
from memory._exchange import NOT_SENT, Failure
from memory._lookup import Lookups
from memory._proxy import is_loopback, proxy_for
from memory._response_reader import EndedError, MalformedError, ResponseReader
from memory._trust import tls_context

if TYPE_CHECKING:
    from memory._lookup import Address
    from memory._proxy import Proxy

CONNECT_SECONDS = 1.0
STAGGER_SECONDS = 0.25  # RFC 8305, section 5

_CONNECTED = 200
_UNDER_WAY = (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY)
_lookups = Lookups()


class Origin(NamedTuple):
    """Where a request goes.

    Attributes:
        scheme: `http` or `https`.
        host: The host, without brackets.
        port: The port.
    """

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Return the parts of an origin, which has been checked before."""
        scheme, _, netloc = text.partition("://")
        default = 443 if scheme == "https" else 80
        if netloc.startswith("["):
            host, _, port = netloc[1:].partition("]")
            port = port.removeprefix(":")
        else:
            host, _, port = netloc.partition(":")
        return cls(scheme, host, int(port) if port else default)


def prepare(origin: Origin) -> None:
    """Load what connecting to an origin takes.

    Raises:
        ConfigurationError: The way there is not supported.
    """
    proxy_for(*origin)
    if origin.scheme == "https":
        tls_context()


def dial(origin: Origin, deadline: float, patience: int = 1) -> Connection:
    """Connect to an origin.

    Args:
        origin: Where to.
        deadline: When to have ended, by `time.monotonic`.
        patience: How many times longer than in a function it may take.

    Raises:
        NoAnswerError: There is no connection.
        ConfigurationError: The way there is not supported, or a mock is to keep requests from the network.
    """
    proxy = proxy_for(*origin)
    if not is_loopback(origin.host):
        _refuse_if_mocked(origin.host)
    # What all connections share is no part of making one.
    context = tls_context() if origin.scheme == "https" else None
    until = min(deadline, time.monotonic() + CONNECT_SECONDS * patience)
    host, port = (proxy.host, proxy.port) if proxy else (origin.host, origin.port)
    sock: socket.socket | None = None
    try:
        sock = connect(_lookups.addresses(host, port, until), until)
        if proxy is not None:
            _open_tunnel(sock, origin, proxy, until)
        if context is not None:
            _set_timeout(sock, until)
            # As bytes: a str would load the codec of international names, which takes as long as a read.
            name: str = origin.host.encode("ascii")  # type: ignore[assignment]
            sock = context.wrap_socket(
                sock, server_hostname=name, do_handshake_on_connect=False, suppress_ragged_eofs=False
            )
            sock.do_handshake()
    except TimeoutError:
        _close(sock)
        raise _failed(f"no connection to {host} within {CONNECT_SECONDS * patience:g} s") from None
    except OSError as error:
        _close(sock)
        raise _failed(f"no connection to {host}: {_why(error)}") from None
    except BaseException:
        _close(sock)
        raise
    return Connection(sock, is_tls=context is not None, patience=patience)


def connect(addresses: list[Address], until: float) -> socket.socket:
    """Connect to the first address that answers, trying the next ones while the ones before are silent.

    Args:
        addresses: In the order in which to try them.
        until: When to give up, by `time.monotonic`.

    Raises:
        OSError: None answered.
    """
    left = until - time.monotonic()
    # Every address gets its turn, however many there are.
    stagger = min(STAGGER_SECONDS, max(0.0, left) * 0.8 / len(addresses))
    waiting = list(addresses)
    pending: set[socket.socket] = set()
    failed: OSError = TimeoutError()
    with DefaultSelector() as selector:
        try:
            while waiting or pending:
                if waiting:
                    try:
                        sock = _begin(waiting.pop(0))
                    except OSError as error:
                        failed = error
                        continue
                    pending.add(sock)
                    selector.register(sock, EVENT_WRITE)
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                for key, _ in selector.select(min(stagger, left) if waiting else left):
                    sock = key.fileobj  # type: ignore[assignment]
                    selector.unregister(sock)
                    pending.discard(sock)
                    if not (code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)):
                        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        return sock
                    failed = OSError(code, "")
                    sock.close()
        finally:
            for sock in pending:
                sock.close()
    raise failed


def _begin(address: Address) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    sock.settimeout(0)
    code = sock.connect_ex(address.sockaddr)
    if code and code not in _UNDER_WAY:
        sock.close()
        raise OSError(code, "")
    return sock


def _open_tunnel(sock: socket.socket, origin: Origin, proxy: Proxy, until: float) -> None:
    """Have the proxy connect to the origin."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    more = f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    asked = f"CONNECT {host}:{origin.port} HTTP/1.1\r\nHost: {host}:{origin.port}\r\n{more}\r\n"
    _set_timeout(sock, until)
    sock.sendall(asked.encode("latin-1"))

    def receive() -> bytes:
        _set_timeout(sock, until)
        return sock.recv(1)  # not a byte of what comes behind

    try:
        status = ResponseReader(receive).read("HEAD", 0).status
    except (MalformedError, EndedError):
        raise OSError(0, "the proxy's answer is no HTTP") from None
    if status != _CONNECTED:
        raise OSError(0, f"the proxy answered {status}")


def _set_timeout(sock: socket.socket, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)


def _close(sock: socket.socket | None) -> None:
    if sock is not None:
        sock.close()


def _failed(reason: str) -> NoAnswerError:
    return NoAnswerError(Failure(reason, NOT_SENT))


def _why(error: OSError) -> str:
    """Return what went wrong, without a text that could quote anything."""
    if message := getattr(error, "verify_message", ""):
        return f"its certificate is not trusted: {message}"
    if error.errno and error.errno in errno.errorcode and not getattr(error, "library", None):
        return errno.errorcode[error.errno]
    return getattr(error, "reason", None) or error.strerror or type(error).__name__


def _refuse_if_mocked(host: str) -> None:
    """Refuse to leave this machine while moto pretends to be AWS: it would see nothing of this, and half be mocked."""
    models = sys.modules.get("moto.core.models")
    if models is not None and getattr(getattr(models, "botocore_stubber", None), "enabled", False):
        raise ConfigurationError(
            f"moto's mock_aws is active, which cannot mock Memory Service, and {host} would be asked for real: use"
            " memory.testing, or point EDGE_ENDPOINT and AWS_ENDPOINT_URL to a server on this machine"
        )
