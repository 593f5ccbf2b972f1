"""The key that signs private reads: is it there, and does CloudFront know it?"""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import memory
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from memory_console.doctor.findings import Finding, fault, ok, skipped

if TYPE_CHECKING:
    from memory_console.bucket import Bucket
    from memory_console.doctor.distribution import Deployed
    from memory_console.sdk import SigningKey

_CHECK = "signing-key"


def signing_key(bucket: Bucket, key: SigningKey, found: Deployed) -> Finding:
    """Check that a key is one that the distribution trusts."""
    cloudfront = bucket.client("cloudfront")
    trusted: list[str] = []
    try:
        for group in found.key_groups:
            trusted += cloudfront.get_key_group(Id=group)["KeyGroup"]["KeyGroupConfig"]["Items"]
        if key.public_key_id not in trusted:
            return fault(
                _CHECK,
                f"public key {key.public_key_id} is in no key group that the distribution trusts"
                f" (it trusts {', '.join(trusted) or 'none'})",
                "Set PUBLIC_KEY_ID to a key of the group, or add the key to the group.",
            )
        pem = cloudfront.get_public_key(Id=key.public_key_id)["PublicKey"]["PublicKeyConfig"]["EncodedKey"]
    except ClientError as error:
        return skipped(
            _CHECK,
            f"CloudFront's key could not be read ({error.response['Error']['Code']})",
            "For this check your user or role needs cloudfront:GetKeyGroup and cloudfront:GetPublicKey.",
        )
    if not _is_other_half(pem, key):
        return fault(
            _CHECK,
            f"the private key is not the other half of public key {key.public_key_id}: its signatures are refused",
            "Give the PK_PATH that belongs to PUBLIC_KEY_ID: the stack's output PrivateKeyArn names it.",
        )
    return ok(
        _CHECK, f"the private key is the other half of public key {key.public_key_id}, which is trusted"
    )


def refused(error: memory.MemoryServiceError) -> Finding:
    """Return the finding for a key that cannot be had."""
    if isinstance(error, memory.AccessDeniedError):
        remedy = "Allow ssm:GetParameter or secretsmanager:GetSecretValue on it to your user or role."
    else:
        remedy = (
            "Set PK_PATH to a PEM file, or to the ARN in the stack's output PrivateKeyArn, and PUBLIC_KEY_ID."
        )
    return fault(_CHECK, str(error), remedy)


def _is_other_half(pem: str, key: SigningKey) -> bool:
    text = base64.b64encode(os.urandom(16))
    signature = key.sign(text, "SHA256")
    public = load_pem_public_key(pem.encode())
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, text, padding.PKCS1v15(), SHA256())
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, text, ec.ECDSA(SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True
