"""Signed URLs: may whoever has this signature have this URL now?"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

PublicKey = Any
_FROM_URL_SAFE = str.maketrans("-_~", "+=/")


class RefusedError(Exception):
    """CloudFront's refusal.

    Attributes:
        code: Its code.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_signature(url: str, query: str, keys: Mapping[str, PublicKey], now: float) -> None:
    """Return if a query opens a URL.

    Args:
        url: The URL without its query.
        query: The query.
        keys: The public keys by their ids; if there are none, any signature is believed.
        now: Unix time in seconds.

    Raises:
        RefusedError: It does not.
    """
    given = dict(parse_qsl(query, keep_blank_values=True))
    key_id = given.get("Key-Pair-Id")
    if not key_id:
        raise RefusedError("MissingKey", "Missing Key-Pair-Id query parameter or cookie value")
    if keys and key_id not in keys:
        raise RefusedError("InvalidKey", "Unknown Key")
    policy = _decoded(given.get("Policy", ""), "MalformedPolicy", "Could not unencode Policy")
    signature = _decoded(given.get("Signature", ""), "MalformedSignature", "Could not unencode Signature")
    if keys and not _is_signature(keys[key_id], policy, signature, given.get("Hash-Algorithm", "SHA1")):
        raise RefusedError("AccessDenied", "Access denied")
    try:
        [statement] = json.loads(policy)["Statement"]
        resource, end = statement["Resource"], statement["Condition"]["DateLessThan"]["AWS:EpochTime"]
    except (ValueError, KeyError, TypeError):
        raise RefusedError("MalformedPolicy", "Could not parse Policy") from None
    pattern = re.escape(resource).replace(r"\*", ".*").replace(r"\?", ".")
    if not now < end or not re.fullmatch(pattern, url):
        raise RefusedError("AccessDenied", "Access denied")


def _decoded(text: str, code: str, message: str) -> bytes:
    try:
        return base64.b64decode(text.translate(_FROM_URL_SAFE), validate=True)
    except ValueError:
        raise RefusedError(code, message) from None


def _is_signature(key: PublicKey, policy: bytes, signature: bytes, algorithm: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256

    known: dict[str, Any] = {"SHA1": SHA1(), "SHA256": SHA256()}  # noqa: S303 - CloudFront takes it
    if algorithm not in known:
        return False
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, policy, ec.ECDSA(known[algorithm]))
        else:
            key.verify(signature, policy, padding.PKCS1v15(), known[algorithm])
    except InvalidSignature:
        return False
    return True
