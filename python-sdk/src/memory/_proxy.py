"""Proxies: which one is asked for a host, if any (PROXY-1 to PROXY-3)."""

from __future__ import annotations

import os
from base64 import b64encode
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from memory._errors import ConfigurationError

_OF_HTTPS = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_OF_HTTP = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_PORT = 80


class Proxy(NamedTuple):
    """A proxy that makes tunnels. Its password shows in no repr.

    Attributes:
        host: Its host.
        port: Its port.
        authorization: Value of `Proxy-Authorization`; None without a user.
    """

    host: str
    port: int
    authorization: str | None

    def __repr__(self) -> str:
        return f"Proxy({self.host}:{self.port})"


def proxy_for(scheme: str, host: str, port: int) -> Proxy | None:
    """Return the proxy on the way to a host; None if there is none.

    Args:
        scheme: `http` or `https`.
        host: The host, without brackets.
        port: The port.

    Raises:
        ConfigurationError: What the environment names cannot be followed.
    """
    for variable in _OF_HTTPS if scheme == "https" else _OF_HTTP:
        url = os.environ.get(variable)
        if url:
            break
    else:
        return None
    if _is_near(host) or _is_excepted(host, port):
        return None
    if scheme == "http":
        raise ConfigurationError(
            f"{variable} is set, and http://{host} would be asked through it, which is not supported: add {host} to"
            " NO_PROXY, or use https"
        )
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        name, number = parts.hostname, parts.port or _PORT
    except ValueError:
        name, number = None, 0
    # The URL may have a password: no message shows it.
    if (
        not name
        or parts.scheme != "http"
        or not name.isascii()
        or any(character <= " " for character in name)
    ):
        raise ConfigurationError(
            f"{variable} is a proxy such as http://proxy.corp.example:3128: others than of http are not supported"
        )
    if parts.username is None:
        return Proxy(name, number, None)
    user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(name, number, f"Basic {b64encode(user.encode()).decode('ascii')}")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    return (
        host in ("localhost", "::1")
        or host.endswith(".localhost")
        or (host.startswith("127.") and _is_ip(host))
    )


def _is_near(host: str) -> bool:
    """Return whether a host is this machine or this link, which a proxy elsewhere cannot mean."""
    if is_loopback(host) or (host.startswith("169.254.") and _is_ip(host)):
        return True
    return ":" in host and host.lower().startswith(("fe8", "fe9", "fea", "feb", "fd00:ec2:"))


def _is_excepted(host: str, port: int) -> bool:
    """Return whether `no_proxy` has a host."""
    entries = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    host = host.lower().rstrip(".")
    for word in entries.replace(",", " ").split():
        entry = word.lower()
        if entry == "*":
            return True
        if "/" in entry:
            if _is_in_block(host, entry):
                return True
            continue
        name, wanted = _split_port(entry)
        name = name.removeprefix("*").removeprefix(".").rstrip(".")
        if (
            wanted in (None, port)
            and name
            and (host == name or (not _is_ip(host) and host.endswith(f".{name}")))
        ):
            return True
    return False


def _split_port(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        name, _, port = entry[1:].partition("]")
        port = port.removeprefix(":")
    elif entry.count(":") == 1:
        name, _, port = entry.partition(":")
    else:
        name, port = entry, ""
    return name, int(port) if port.isascii() and port.isdigit() else None


def _is_in_block(host: str, block: str) -> bool:
    if not _is_ip(host):
        return False
    from ipaddress import ip_address, ip_network

    try:
        return ip_address(host) in ip_network(block, strict=False)
    except ValueError:
        return False


def _is_ip(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
