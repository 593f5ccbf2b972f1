"""Does the `Resource` of a signed URL's custom policy cover a URL?

The rules are those of the CloudFront Developer Guide, page private-content-creating-signed-url-custom-policy:
a URL has the sections protocol, domain, path and query; `*` stands for any number of characters and `?` for
one, but neither crosses from one section into the next, except that a `*` at the very end of the domain or of
the path also covers what follows.
"""

from __future__ import annotations

import re

_PROTOCOLS = frozenset({"http", "https", "*", "http*"})
_QUERY = "\0"  # stands for the `?` in front of the query, so that it is no ordinary character


def covers(resource: str, url: str) -> bool:
    """Return whether the pattern covers the URL, which starts with `https://` or `http://`."""
    if resource == "*":
        return True
    if resource.startswith("*") and not resource.startswith("*://"):
        resource = f"*://{resource}"
    protocol, _, rest = resource.partition("://")
    domain, slash, path = rest.partition("/")
    if protocol not in _PROTOCOLS:
        return False
    pattern = _section(protocol, "[^:]") + "://" + _section(domain.lower(), f"[^/{_QUERY}]")
    if slash:
        pattern += "/" + _path(path)
    elif domain.endswith("*"):
        pattern += ".*"
    return re.fullmatch(pattern, _canonical(url), re.DOTALL) is not None


def _canonical(url: str) -> str:
    protocol, _, rest = url.partition("://")
    domain, slash, path = rest.partition("/")
    return f"{protocol}://{domain.lower()}{slash}{path.replace('?', _QUERY, 1)}"


def _section(text: str, character: str) -> str:
    return re.escape(text).replace(r"\*", f"{character}*").replace(r"\?", character)


def _path(text: str) -> str:
    # A `?` may be meant as the wildcard or as the start of the query, so it matches either.
    stem, rest = (text[:-1], ".*") if text.endswith("*") else (text, "")
    return re.escape(stem).replace(r"\*", f"[^{_QUERY}]*").replace(r"\?", ".") + rest
