"""Signature Version 4, for every service of AWS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memory._credentials import Credentials

_ALGORITHM = "AWS4-HMAC-SHA256"
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
    stamp = _stamp(now)
    digest = hashlib.sha256(body).hexdigest() if body else _EMPTY_BODY
    signed = {**headers, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    if credentials.session_token:
        signed["x-amz-security-token"] = credentials.session_token
    names, lines = _canonical(signed)
    scope = _scope(stamp, region, service)
    request = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{digest}"
    signature = _signature(request, stamp, scope, credentials)
    who = f"Credential={credentials.access_key_id}/{scope}"
    signed["Authorization"] = f"{_ALGORITHM} {who}, SignedHeaders={names}, Signature={signature}"
    return signed


def signed_query(  # noqa: PLR0913 - all that a signature is over
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    *,
    service: str,
    region: str,
    credentials: Credentials,
    now: int,
    expires: int,
) -> str:
    """Return the query of a request that is signed in it, and that is refused if it begins too late.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, by which the body is not signed.

    Args:
        method: `GET` and so on.
        path: Path of the URL, as it is sent.
        query: The parameters besides those of the signature.
        headers: All headers of the request, `Host` among them.
        service: The service's name in signatures, such as `s3`.
        region: The Region that it is signed for.
        credentials: Whose request it is.
        now: Unix time in seconds since when it holds.
        expires: For how many seconds it holds.
    """
    stamp = _stamp(now)
    names, lines = _canonical(headers)
    scope = _scope(stamp, region, service)
    signed = {
        **query,
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key_id}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(expires),
        "X-Amz-SignedHeaders": names,
    }
    if credentials.session_token:
        signed["X-Amz-Security-Token"] = credentials.session_token
    text = query_string(signed)
    request = f"{method}\n{path}\n{text}\n{lines}\n{names}\nUNSIGNED-PAYLOAD"
    return f"{text}&X-Amz-Signature={_signature(request, stamp, scope, credentials)}"


def form_fields(region: str, credentials: Credentials, now: int) -> dict[str, str]:
    """Return the fields of an upload form that say who signs it, and when.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html

    Args:
        region: The Region of the bucket.
        credentials: Whose form it is.
        now: Unix time in seconds.
    """
    stamp = _stamp(now)
    fields = {
        "x-amz-algorithm": _ALGORITHM,
        "x-amz-credential": f"{credentials.access_key_id}/{_scope(stamp, region, 's3')}",
        "x-amz-date": stamp,
    }
    if credentials.session_token:
        fields["x-amz-security-token"] = credentials.session_token
    return fields


def form_signature(policy: str, region: str, credentials: Credentials, now: int) -> str:
    """Return the signature of an upload form.

    Args:
        policy: Its policy, in base64.
        region: As in `form_fields`, and so are the next two.
        credentials: Whose form it is.
        now: Unix time in seconds.
    """
    return _signed(policy, _scope(_stamp(now), region, "s3"), credentials)


def query_string(query: Mapping[str, str]) -> str:
    """Return parameters in the order and encoding that is signed."""
    return "&".join(
        [f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(query.items())]
    )


def _stamp(now: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))


def _canonical(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return the names of headers, and their lines, as they are signed."""
    fields = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    names = ";".join([name for name, _ in fields])
    return names, "".join([f"{name}:{value}\n" for name, value in fields])


def _signature(request: str, stamp: str, scope: str, credentials: Credentials) -> str:
    text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    return _signed(text, scope, credentials)


def _scope(stamp: str, region: str, service: str) -> str:
    return f"{stamp[:8]}/{region}/{service}/aws4_request"


def _signed(text: str, scope: str, credentials: Credentials) -> str:
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()
