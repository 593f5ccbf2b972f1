"""The bucket's settings: who may read it, and what sweeps it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from memory_console.doctor.findings import Finding, fault, ok, skipped, warning
from memory_console.sdk import TTL_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory_console.bucket import Bucket

_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_UNKNOWN = ("NotImplemented", "MethodNotAllowed", "501", "405")


def settings(bucket: Bucket) -> list[Finding]:
    """Check public access, lifecycle rules and versioning."""
    return [
        _looked_at("public-access", lambda: _public_access(bucket)),
        _looked_at("lifecycle", lambda: _lifecycle(bucket)),
        _looked_at("versioning", lambda: _versioning(bucket)),
    ]


def policy(bucket: Bucket) -> tuple[list[dict[str, Any]] | None, Finding | None]:
    """Return the statements of the bucket's policy, None with a finding if they cannot be read."""
    try:
        document = json.loads(bucket.s3.get_bucket_policy(Bucket=bucket.name)["Policy"])
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucketPolicy":
            return [], None
        return None, _unread("bucket-policy", code, "s3:GetBucketPolicy")
    statements = document.get("Statement", [])
    return statements if isinstance(statements, list) else [statements], None


def open_to_all(statements: list[dict[str, Any]]) -> Finding | None:
    """Return a fault if the policy lets everybody in."""
    for statement in statements:
        principal = statement.get("Principal")
        everybody = principal == "*" or (isinstance(principal, dict) and principal.get("AWS") in ("*", ["*"]))
        if statement.get("Effect") == "Allow" and everybody and not statement.get("Condition"):
            return fault(
                "public-access",
                f"statement {statement.get('Sid', '')!r} of the bucket's policy lets everybody in: private values"
                " can be read without CloudFront",
                "Remove that statement: readers come through the distributions only.",
            )
    return None


def grants(statements: list[dict[str, Any]], bucket: str, arn: str, action: str, resource: str) -> bool:
    """Return whether CloudFront may do something on behalf of one distribution.

    Args:
        statements: Of the bucket's policy.
        bucket: The bucket.
        arn: Of the distribution.
        action: Such as `s3:GetObject`.
        resource: What the statement must cover, such as `/public/x`; empty for the bucket.
    """
    wanted = f"arn:aws:s3:::{bucket}{resource}"
    return any(
        statement.get("Effect") == "Allow"
        and "cloudfront.amazonaws.com" in _texts((statement.get("Principal") or {}).get("Service"))
        and any(_matches(pattern, action) for pattern in _texts(statement.get("Action")))
        and any(_matches(_in_any_partition(pattern), wanted) for pattern in _texts(statement.get("Resource")))
        and _is_for(statement.get("Condition") or {}, arn)
        for statement in statements
        if not isinstance(statement.get("Principal"), str)
    )


def _is_for(condition: dict[str, Any], arn: str) -> bool:
    for operator in ("StringEquals", "ArnEquals", "StringLike", "ArnLike"):
        for key, values in condition.get(operator, {}).items():
            if key.lower() == "aws:sourcearn":
                return any(_matches(pattern, arn) for pattern in _texts(values))
    return True


def _matches(pattern: str, text: str) -> bool:
    head, star, tail = pattern.partition("*")
    if not star:
        return pattern == text
    return text.startswith(head) and (not tail or text.endswith(tail.lstrip("*")))


def _in_any_partition(arn: str) -> str:
    parts = arn.split(":", 2)
    return f"arn:aws:{parts[2]}" if len(parts) > 2 else arn  # noqa: PLR2004 - arn, partition, the rest


def _texts(found: Any) -> list[str]:
    return [found] if isinstance(found, str) else list(found or [])


def _public_access(bucket: Bucket) -> Finding:
    remedy = (
        "Switch on all four settings of Block Public Access: readers come through the distributions only."
    )
    try:
        answer = bucket.s3.get_public_access_block(Bucket=bucket.name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchPublicAccessBlockConfiguration":
            raise
        return warning("public-access", "the bucket does not block public access", remedy)
    block: dict[str, Any] = dict(answer["PublicAccessBlockConfiguration"])
    missing = [name for name in _BLOCKS if not block.get(name)]
    if missing:
        return warning("public-access", f"the bucket does not {', '.join(missing)}", remedy)
    return ok("public-access", "the bucket blocks public access")


def _lifecycle(bucket: Bucket) -> Finding:
    try:
        rules: Any = bucket.s3.get_bucket_lifecycle_configuration(Bucket=bucket.name)["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
        rules = []
    swept = {_ttl_tag(rule) for rule in rules if rule.get("Status") == "Enabled"}
    missing = [days for days in map(str, TTL_DAYS) if days not in swept]
    if missing:
        return warning(
            "lifecycle",
            f"nothing deletes values with the tag ttl-days={', '.join(missing)} once they have expired: they cost"
            " storage for ever",
            "Add the lifecycle rules of infra/template.yaml: one for each tag, that expires after so many days.",
        )
    return ok("lifecycle", "expired values are deleted by lifecycle rules")


def _ttl_tag(rule: dict[str, Any]) -> str | None:
    tag = rule.get("Filter", {}).get("Tag") or {}
    return tag.get("Value") if tag.get("Key") == "ttl-days" and "Days" in rule.get("Expiration", {}) else None


def _versioning(bucket: Bucket) -> Finding:
    if bucket.s3.get_bucket_versioning(Bucket=bucket.name).get("Status") == "Enabled":
        return warning(
            "versioning",
            "the bucket keeps every version of every value, and you pay for them",
            "Suspend versioning, or expire noncurrent versions by a lifecycle rule.",
        )
    return ok("versioning", "the bucket keeps no old versions")


def _looked_at(check: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except ClientError as error:
        return _unread(check, error.response["Error"]["Code"], f"the right to see the bucket's {check}")


def _unread(check: str, code: str, wanted: str) -> Finding:
    if code in _UNKNOWN:
        return skipped(check, f"this S3 does not know it ({code})")
    return skipped(check, f"could not be read ({code})", f"For this check your user or role needs {wanted}.")
