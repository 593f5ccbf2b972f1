"""Signature Version 4, for every service of AWS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memory._credentials import Credentials

_EMPTY_BODY = hashlib.sha256(b"").hexdigest()


def signed_headers(  # noqa: PLR0913 - all that a signature is over
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    service: str,
    region: str,
    credentials: Credentials,
    now: float,
) -> dict[str, str]:
    """Return the headers of a signed request, those given among them.

    Args:
        method: `GET` and so on.
        path: Path of the URL, as it is sent.
        query: Its query, in the order and encoding that is signed.
        headers: The headers to sign, `Host` among them.
        body: The body.
        service: The service's name in signatures, such as `s3`.
        region: The Region that it is signed for.
        credentials: Whose request it is.
        now: Unix time in seconds.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    day = stamp[:8]
    digest = hashlib.sha256(body).hexdigest() if body else _EMPTY_BODY
    signed = {**headers, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    if credentials.session_token:
        signed["x-amz-security-token"] = credentials.session_token
    fields = sorted((name.lower(), " ".join(value.split())) for name, value in signed.items())
    names = ";".join([name for name, _ in fields])
    lines = "".join([f"{name}:{value}\n" for name, value in fields])
    request = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{digest}"
    scope = f"{day}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    who = f"Credential={credentials.access_key_id}/{scope}"
    signed["Authorization"] = f"AWS4-HMAC-SHA256 {who}, SignedHeaders={names}, Signature={signature}"
    return signed
