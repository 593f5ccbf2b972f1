"""How an SDK's signed queries are judged: their policy, their signature, and how long they are used."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from . import keys
from .answers import FailureError, during, equal
from .vectors import DISTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .answers import Answer, Message
    from .vectors import Vector

_QUERY = r"Policy=([^&]+)&Signature=([^&]+)&Key-Pair-Id=([^&]+)"
_HASHES: Mapping[str, tuple[str, hashes.HashAlgorithm]] = {  # the end of the query (SIG-3), and what verifies
    "SHA256": ("&Hash-Algorithm=SHA256", hashes.SHA256()),
    "SHA1": ("", hashes.SHA1()),  # noqa: S303 - CloudFront verifies it still
}
_FROM_CLOUDFRONT = str.maketrans("-_~", "+=/")
_ASKED = ("public_key_id", "now", "lifetime", "hash_algorithm", "changes")
_FOREIGN = re.compile(r"[+=/]")


def requests(vector: Vector) -> list[Message]:
    """Return what is asked for a vector about signatures."""
    sign = vector.members["sign"]
    request = {
        "op": "sign",
        "distribution": DISTRIBUTION,
        "service": sign["service"],
        "pem": keys.pem(sign["key"]),
        **{member: sign[member] for member in _ASKED if member in sign},
    }
    return [{**request, "later": vector.members["later"]} if "later" in vector.members else request]


def judge(vector: Vector, answer: Answer) -> None:
    """Judge the answer.

    Raises:
        FailureError: It is not what the vector says.
        SkippedError: It was skipped.
    """
    members = vector.members
    if answer.refuses(members):
        return
    query = answer.get("query", members.get("query", "a signed query"))
    if "later" in members:
        later = answer.get("later", "a second query")
        with during("later"):
            check_query(members["sign"], later)
            equal("the same" if members["same"] else "another", "the same" if later == query else "another")
    policy = check_query(members["sign"], query)
    if "policy" in members:
        with during("policy"):
            equal(members["policy"], policy)
    if "query" in members:
        equal(members["query"], query)


def check_query(sign: Message, query: str) -> str:
    """Check the form of a query, its key id and its signature, and return the policy's text.

    Args:
        sign: the vector's `sign`.
        query: what the SDK made.

    Raises:
        FailureError: CloudFront would refuse it.
    """
    end, algorithm = _HASHES[sign.get("hash_algorithm", "SHA256")]
    found = re.fullmatch(_QUERY + end, query)
    if not found:
        raise FailureError("mismatch", _QUERY + end, query)
    equal(sign["public_key_id"], found[3])
    policy, signature = _cloudfront_base64(found[1]), _cloudfront_base64(found[2])
    try:
        _VERIFY[sign["key"]](signature, policy, algorithm)
    except InvalidSignature as error:
        raise FailureError("bad_signature", f"a signature of {policy!r}", found[2]) from error
    return policy.decode(errors="replace")


def _cloudfront_base64(text: str) -> bytes:
    try:
        octets = base64.b64decode(text.translate(_FROM_CLOUDFRONT), validate=True)
    except binascii.Error as error:
        raise FailureError("mismatch", "CloudFront's base64", f"{error}: {text}") from error
    if _FOREIGN.search(text):
        raise FailureError("mismatch", "CloudFront's base64", text)
    return octets


def _verify_rsa(signature: bytes, policy: bytes, algorithm: hashes.HashAlgorithm) -> None:
    keys.rsa_key().public_key().verify(signature, policy, padding.PKCS1v15(), algorithm)


def _verify_ec(signature: bytes, policy: bytes, algorithm: hashes.HashAlgorithm) -> None:
    keys.ec_key().public_key().verify(signature, policy, ec.ECDSA(algorithm))


_VERIFY: dict[Any, Callable[[bytes, bytes, hashes.HashAlgorithm], None]] = {
    "rsa": _verify_rsa,
    "ec": _verify_ec,
}
