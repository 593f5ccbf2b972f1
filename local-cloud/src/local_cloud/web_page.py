"""Which requests come from a web page: any page in a developer's browser can send some to this machine.

A browser says so in `Origin` or `Sec-Fetch-Site`. A page whose host name was made to point here (DNS rebinding) need
not, but its name is in `Host`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
REFUSED = "this is for programs on this machine only, not for web pages"


def names_this_machine(host: str | None, port: int) -> bool:
    """Return whether a `Host` header is a name that only this machine has, with the port that was connected to."""
    return host is not None and host.lower() in {f"{name}:{port}" for name in _LOOPBACK}


def is_sent_by_a_page(headers: Mapping[str, str]) -> bool:
    """Return whether a browser says that a page sent it; `none` is what a person typed.

    Args:
        headers: The request's headers, whose names are found in any case.
    """
    return "Origin" in headers or headers.get("Sec-Fetch-Site", "none") != "none"
