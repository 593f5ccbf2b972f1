"""Where the SDK would send requests in an environment that is not this process's."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import memory
from memory._credential_source import forget_credentials, own_credentials
from memory._dial import Origin
from memory._endpoints import bucket_endpoint, key_endpoint, role_endpoint, service_endpoint
from memory._proxy import proxy_for
from memory._trust import authorities, tls_context
from memory._wire import WIRE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from memory._endpoints import Endpoint

Message = dict[str, Any]


def endpoint(
    target: str, conf: Mapping[str, Any], environment: Mapping[str, str], *, signed_by: bool = False
) -> Message:
    """Say where requests of a kind go.

    Args:
        target: `edge`, or a service of AWS.
        conf: The configuration.
        environment: All that there is.
        signed_by: Whether to say by whose keys they are signed, too.

    Raises:
        ConfigurationError: Nowhere.
    """
    with _only(environment):
        config = memory.Config.resolve(conf)
        memory.MemoryService(config, "endpoints").close()
        if target == "edge":
            url, region = config.edge_endpoint or config.distribution, None
            origin = url
        else:
            found = _endpoint(target, config)
            origin, region = found.origin, found.region
            url = f"{origin}{found.path}"
        where = Origin.parse(origin)
        proxy = proxy_for(*where)
        if where.scheme == "https":
            tls_context()
        _, bundle, extra = authorities()
        told = {"signed_by": _signer(config)} if signed_by else {}
    return {
        "url": url,
        "region": region,
        "proxy": proxy and f"http://{proxy.host}:{proxy.port}",
        "authorities": bundle,
        "extra_authorities": extra,
        **told,
    }


def _signer(config: memory.Config) -> Message:
    """Return by whose keys an object signs, of sources that nobody has to be asked for."""
    forget_credentials()
    found = own_credentials(WIRE, config.region, time.monotonic())
    return {"access_key_id": found.access_key_id, "session_token": found.session_token}


def _endpoint(target: str, config: memory.Config) -> Endpoint:
    if target == "s3":
        return bucket_endpoint(config.bucket_name, config.region)
    if target == "sts":
        return role_endpoint(config.region)
    if target == "cloudfront":
        return service_endpoint(target, config.region)
    return key_endpoint(target, config.pk_path or "")


@contextmanager
def _only(environment: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
