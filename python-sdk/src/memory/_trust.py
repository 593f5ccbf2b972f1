"""Whom TLS connections trust (TRUST-1, WIRE-10)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memory._errors import ConfigurationError
from memory._profile import current_profile

if TYPE_CHECKING:
    from ssl import SSLContext

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_ON_TOP = "NODE_EXTRA_CA_CERTS"

# To load the authorities takes longer than a read: one for each set of them.
_contexts: dict[tuple[str | None, ...], SSLContext] = {}


def tls_context() -> SSLContext:
    """Return what all TLS connections share, made with the first call: at best in a constructor.

    Raises:
        ConfigurationError: The authorities that the environment names cannot be read.
    """
    source, bundle, extra = authorities()
    key = (bundle, extra, os.environ.get("SSL_CERT_DIR"))
    context = _contexts.get(key)
    if context is None:
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if bundle is None:
            _load_platforms(context)
        else:
            _load(context, source, bundle)
        if extra is not None:
            _load(context, _ON_TOP, extra)
        _contexts[key] = context
    return context


def authorities() -> tuple[str, str | None, str | None]:
    """Return what names the authorities, their path (None for the platform's own), and that of those on top."""
    extra = os.environ.get(_ON_TOP) or None
    if path := os.environ.get("AWS_CA_BUNDLE"):
        return "AWS_CA_BUNDLE", path, extra
    if path := current_profile().text("ca_bundle"):
        return "the profile's ca_bundle", path, extra
    for variable in _BUNDLES:
        if path := os.environ.get(variable):
            return variable, path, extra
    return "", None, extra


def _load(context: SSLContext, source: str, path: str) -> None:
    from ssl import SSLError

    try:
        if os.path.isdir(path):  # noqa: PTH112 - pathlib takes as long to load as the rest
            # Its files are looked at when a chain asks for them.
            context.load_verify_locations(capath=path)
            return
        context.load_verify_locations(cafile=path)
    except (OSError, SSLError) as error:
        raise ConfigurationError(
            f"{source} {path!r} cannot be read as certificates in PEM format: {type(error).__name__}"
        ) from None


def _load_platforms(context: SSLContext) -> None:
    """Load the system's store; if it has none, certifi's, should that be here."""
    context.load_default_certs()
    if context.cert_store_stats()["x509_ca"] or _has_hashed_folder():
        return
    try:
        from certifi import where
    except ImportError:
        return
    context.load_verify_locations(cafile=where())


def _has_hashed_folder() -> bool:
    """Return whether the system keeps its authorities as a folder that is looked up by hash."""
    from ssl import get_default_verify_paths

    folder = get_default_verify_paths().capath
    if folder is None:
        return False
    try:
        with os.scandir(folder) as entries:
            return any(entry.name.endswith(".0") for entry in entries)
    except OSError:
        return False
