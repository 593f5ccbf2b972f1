"""Signature Version 4 for a GET from S3, so that reading it needs no AWS SDK.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memory._credentials import Credentials

_EMPTY_BODY = hashlib.sha256(b"").hexdigest()


def signed_headers(host: str, path: str, region: str, credentials: Credentials, now: float) -> dict[str, str]:
    """Return the headers of a signed GET.

    Args:
        host: Value of the `Host` header.
        path: Path of the URL; of characters that are never percent-encoded (KEY-2), and without a query.
        region: The bucket's region.
        credentials: Whose request it is.
        now: Unix time in seconds.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    day = stamp[:8]
    headers = {"host": host, "x-amz-content-sha256": _EMPTY_BODY, "x-amz-date": stamp}
    if credentials.session_token:
        headers["x-amz-security-token"] = credentials.session_token
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"GET\n{path}\n\n{lines}\n{names}\n{_EMPTY_BODY}"
    scope = f"{day}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    who = f"Credential={credentials.access_key_id}/{scope}"
    return {
        **headers,
        "Authorization": f"AWS4-HMAC-SHA256 {who}, SignedHeaders={names}, Signature={signature}",
    }
