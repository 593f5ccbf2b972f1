"""Which requests come from a web page: any page in a developer's browser can send some to this machine.

A browser says so in `Origin` or `Sec-Fetch-Site`. A page whose host name was made to point here (DNS rebinding) need
not, but its name is in `Host`.
"""

from __future__ import annotations

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
REFUSED = "this is for programs on this machine only, not for web pages"


def names_this_machine(host: str | None, port: int) -> bool:
    """Return whether a `Host` header is a name that only this machine has, with the port that was connected to."""
    return host is not None and host.lower() in {f"{name}:{port}" for name in _LOOPBACK}


def is_sent_by_a_page(origin: str | None, site: str | None) -> bool:
    """Return whether a browser says that a page sent a request.

    Args:
        origin: The header `Origin`.
        site: The header `Sec-Fetch-Site`, which is `none` for what a person typed.
    """
    return origin is not None or site not in {None, "none"}
