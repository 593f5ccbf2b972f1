"""Signed URLs: may this viewer have this URL now?

The rules are those of the CloudFront Developer Guide, pages private-content-trusted-signers and
private-content-creating-signed-url-canned-policy and -custom-policy. Signed cookies are not implemented.
"""

from __future__ import annotations

import base64
import ipaddress
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from local_cloud.edge.resource import covers

if TYPE_CHECKING:
    from collections.abc import Mapping

    PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_PARAMETERS = frozenset({"Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"})
_FROM_URL_SAFE = str.maketrans("-_~", "+=/")


class RefusedError(Exception):
    """The viewer gets 403 with this code and message, which are CloudFront's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def _denied() -> RefusedError:
    # CloudFront does not tell the viewer which condition failed.
    return RefusedError("AccessDenied", "Access denied")


@dataclass(frozen=True)
class SignedUrl:
    """A URL taken apart into what it names and what vouches for it.

    Attributes:
        resource: the URL without CloudFront's own parameters.
        parameters: CloudFront's own parameters.
    """

    resource: str
    parameters: Mapping[str, str]

    @classmethod
    def parse(cls, url: str) -> SignedUrl:
        """Split a URL as the viewer sent it; nothing in it is decoded."""
        base, _, query = url.partition("?")
        own: list[str] = []
        parameters: dict[str, str] = {}
        for pair in query.split("&") if query else []:
            name, _, value = pair.partition("=")
            if name in _PARAMETERS:
                parameters[name] = value
            else:
                own.append(pair)
        return cls(f"{base}?{'&'.join(own)}" if own else base, parameters)

    def verify(self, keys: Mapping[str, PublicKey], *, now: float, viewer: str) -> None:
        """Return if the signature lets the viewer have the URL.

        Args:
            keys: the keys of the trusted key groups, by their id.
            now: Unix time in seconds.
            viewer: the viewer's IP address.

        Raises:
            RefusedError: it does not.
        """
        key_id = self.parameters.get("Key-Pair-Id")
        if not key_id:
            raise RefusedError("MissingKey", "Missing Key-Pair-Id query parameter or cookie value")
        if key_id not in keys:
            raise RefusedError("InvalidKey", "Unknown Key")
        policy = self._policy()
        self._verify_signature(keys[key_id], policy)
        resource, condition = _statement(policy)
        if not covers(resource, self.resource) or not _met(condition, now, viewer):
            raise _denied()

    def _policy(self) -> bytes:
        if "Policy" in self.parameters:
            try:
                return _decoded(self.parameters["Policy"])
            except ValueError as error:
                raise RefusedError("MalformedPolicy", "Could not unencode Policy") from error
        expires = self.parameters.get("Expires", "")
        if not (expires.isascii() and expires.isdecimal()):
            raise _denied()
        # The exact text that the signer signed, without any white space.
        return (
            f'{{"Statement":[{{"Resource":"{self.resource}",'
            f'"Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}'
        ).encode()

    def _verify_signature(self, key: PublicKey, policy: bytes) -> None:
        try:
            signature = _decoded(self.parameters.get("Signature", ""))
        except ValueError as error:
            raise RefusedError("MalformedSignature", "Could not unencode Signature") from error
        # SHA-1 is what CloudFront takes unless told otherwise.
        name = self.parameters.get("Hash-Algorithm", "SHA1")
        algorithm = {"SHA1": hashes.SHA1, "SHA256": hashes.SHA256}.get(name)
        if algorithm is None:
            raise _denied()
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, policy, padding.PKCS1v15(), algorithm())
            else:
                key.verify(signature, policy, ec.ECDSA(algorithm()))
        except InvalidSignature as error:
            raise _denied() from error


def _decoded(text: str) -> bytes:
    if not text:
        raise ValueError("nothing to decode")
    return base64.b64decode(text.translate(_FROM_URL_SAFE), validate=True)


def _statement(policy: bytes) -> tuple[str, dict[str, Any]]:
    """Return the resource and the conditions of the policy's only statement.

    Without a resource, the policy is for everything that trusts the key.
    """
    try:
        [statement] = json.loads(policy)["Statement"]
        resource, condition = statement.get("Resource", "*"), statement["Condition"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefusedError("MalformedPolicy", "Could not parse Policy") from error
    if not isinstance(resource, str) or not isinstance(condition, dict):
        raise RefusedError("MalformedPolicy", "Could not parse Policy")
    return resource, condition


def _met(condition: Mapping[str, Any], now: float, viewer: str) -> bool:
    try:
        limits = {name: _operand(condition, name) for name in condition}
        return (
            now < _epoch(limits.pop("DateLessThan"))
            and _epoch(limits.pop("DateGreaterThan", 0)) <= now
            and ipaddress.ip_address(viewer)
            in ipaddress.IPv4Network(limits.pop("IpAddress", "0.0.0.0/0"), strict=False)
            and not limits  # conditions that CloudFront does not know
        )
    except (KeyError, ValueError, TypeError):
        return False


def _operand(condition: Mapping[str, Any], name: str) -> Any:
    key = "AWS:SourceIp" if name == "IpAddress" else "AWS:EpochTime"
    return condition[name][key]


def _epoch(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no integer")
    return value
