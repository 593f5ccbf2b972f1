"""The configuration of a distribution, as CloudFront has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from memory_console.bucket import DEFAULT_EDGE_TTL
from memory_console.doctor.findings import Finding, fault, ok, skipped, warning
from memory_console.doctor.storage import grants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memory_console.bucket import Bucket
    from memory_console.target import Distribution

_ERRORS = (403, 404)


@dataclass(frozen=True)
class Deployed:
    """A distribution as CloudFront has it."""

    id: str
    arn: str
    status: str
    config: dict[str, Any]

    @property
    def behaviour(self) -> dict[str, Any]:
        """How it answers."""
        return dict(self.config["DefaultCacheBehavior"])

    @property
    def key_groups(self) -> list[str]:
        """Whose signatures it wants; none if it wants no signatures."""
        groups = self.behaviour.get("TrustedKeyGroups", {})
        return list(groups.get("Items", [])) if groups.get("Enabled") else []


def deployed(bucket: Bucket, distribution: Distribution) -> tuple[Deployed | None, Finding]:
    """Look up a distribution by its domain."""
    check = f"{distribution.visibility}-distribution"
    try:
        cloudfront = bucket.client("cloudfront")
        found = next(
            (
                item
                for page in cloudfront.get_paginator("list_distributions").paginate()
                for item in page["DistributionList"].get("Items", [])
                if distribution.host in (item["DomainName"], *item.get("Aliases", {}).get("Items", []))
            ),
            None,
        )
        if found is None:
            return None, fault(
                check,
                f"this account has no distribution {distribution.host}",
                "Check --distribution or --stack, and that --profile is the account the stack was deployed to.",
            )
        config = cloudfront.get_distribution_config(Id=found["Id"])["DistributionConfig"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return None, skipped(
            check,
            f"its configuration could not be read ({code})",
            "For this check your user or role needs cloudfront:ListDistributions and cloudfront:GetDistributionConfig.",
        )
    except Exception as error:  # noqa: BLE001 - an S3 that is not AWS's may answer anything
        return None, skipped(check, f"nobody here knows of distributions ({type(error).__name__})")
    return Deployed(found["Id"], found["ARN"], found.get("Status", ""), config), ok(
        check, f"distribution {found['Id']} is {distribution.host}"
    )


def configuration(bucket: Bucket, distribution: Distribution, found: Deployed) -> Iterator[Finding]:
    """Check a distribution's configuration against the template's."""
    visibility = distribution.visibility
    check = f"{visibility}-distribution"
    if not found.config.get("Enabled"):
        yield fault(check, "the distribution is disabled", "Enable it, and wait until it is deployed.")
    elif found.status not in ("", "Deployed"):
        yield warning(check, f"the distribution is {found.status}", "Wait until it is deployed.")
    yield from _origin(bucket, found, visibility)
    yield from _signatures(found, visibility)
    yield from _errors(found, visibility)
    yield from _cache_policy(bucket, found, visibility)


def policy_for(
    statements: list[dict[str, Any]], bucket: str, visibility: str, found: Deployed
) -> Iterator[Finding]:
    """Check that the bucket's policy lets the distribution read its part, and know what is not there."""
    check = f"{visibility}-bucket-policy"
    get = grants(statements, bucket, found.arn, "s3:GetObject", f"/{visibility}/x")
    known = grants(statements, bucket, found.arn, "s3:ListBucket", "")
    if not get:
        yield fault(
            check,
            f"the bucket's policy does not let distribution {found.id} read {visibility}/*",
            f"Allow s3:GetObject on arn:aws:s3:::{bucket}/{visibility}/* to cloudfront.amazonaws.com with the condition"
            f" AWS:SourceArn {found.arn}, as infra/template.yaml does.",
        )
    if not known:
        yield fault(
            check,
            f"the bucket's policy does not let distribution {found.id} know of misses: they are a 403, not a 404",
            f"Allow s3:ListBucket on arn:aws:s3:::{bucket} to cloudfront.amazonaws.com with the conditions"
            f" AWS:SourceArn {found.arn} and s3:prefix {visibility}/*.",
        )
    if get and known:
        yield ok(check, f"the bucket lets distribution {found.id} read {visibility}/* and know of misses")


def _origin(bucket: Bucket, found: Deployed, visibility: str) -> Iterator[Finding]:
    check = f"{visibility}-origin"
    target = found.behaviour["TargetOriginId"]
    origin = next(item for item in found.config["Origins"]["Items"] if item["Id"] == target)
    if not origin["DomainName"].startswith(f"{bucket.name}.s3"):
        yield fault(
            check,
            f"the distribution reads {origin['DomainName']}, not bucket {bucket.name}",
            "Give the bucket and the distributions of one stack: --stack does.",
        )
        return
    path = origin.get("OriginPath", "")
    if path != f"/{visibility}":
        other = "private" if visibility == "public" else "public"
        leak = (
            ": it hands out the values of private services"
            if path != f"/{other}" and visibility == "public"
            else ""
        )
        yield fault(
            check,
            f"the distribution's origin path is {path or 'empty'}, not /{visibility}{leak}",
            f"Set the origin path to /{visibility}, or give the {visibility} distribution.",
        )
        return
    if not origin.get("OriginAccessControlId"):
        yield fault(
            check,
            "the distribution has no origin access control: S3 does not know it",
            "Create an origin access control of type s3 that always signs, and attach it to the origin.",
        )
        return
    yield ok(check, f"the distribution reads {visibility}/ of the bucket")


def _signatures(found: Deployed, visibility: str) -> Iterator[Finding]:
    check = f"{visibility}-signatures"
    if visibility == "private" and not found.key_groups:
        yield fault(
            check,
            "the private distribution wants no signatures: everybody can read private values",
            "Set TrustedKeyGroups of its default behaviour to the stack's key group.",
        )
    elif visibility == "public" and found.key_groups:
        yield fault(
            check,
            "the public distribution wants signatures, which public services do not make",
            "Give the public distribution, or remove its TrustedKeyGroups.",
        )
    else:
        wants = "wants" if found.key_groups else "wants no"
        yield ok(check, f"the distribution {wants} signatures")


def _errors(found: Deployed, visibility: str) -> Iterator[Finding]:
    check = f"{visibility}-errors"
    items = (found.config.get("CustomErrorResponses") or {}).get("Items", [])
    kept = {item["ErrorCode"]: item.get("ErrorCachingMinTTL", 10) for item in items}
    remembered = [code for code in _ERRORS if kept.get(code, 10) > 0]
    if remembered:
        codes = " and ".join(str(code) for code in remembered)
        yield fault(
            check,
            f"the distribution remembers misses ({codes}): a value put after one stays invisible for some seconds",
            "Set ErrorCachingMinTTL to 0 for 403 and 404 in its CustomErrorResponses.",
        )
    else:
        yield ok(check, "the distribution remembers no misses")


def _cache_policy(bucket: Bucket, found: Deployed, visibility: str) -> Iterator[Finding]:
    check = f"{visibility}-cache-policy"
    policy_id = found.behaviour.get("CachePolicyId")
    if not policy_id:
        yield warning(check, "the distribution has no cache policy", "Attach the stack's cache policy.")
        return
    try:
        policy = bucket.client("cloudfront").get_cache_policy(Id=policy_id)["CachePolicy"][
            "CachePolicyConfig"
        ]
    except ClientError as error:
        yield skipped(
            check,
            f"cache policy {policy_id} could not be read ({error.response['Error']['Code']})",
            "For this check your user or role needs cloudfront:GetCachePolicy.",
        )
        return
    parameters = policy.get("ParametersInCacheKeyAndForwardedToOrigin", {})
    query = parameters.get("QueryStringsConfig", {}).get("QueryStringBehavior", "none")
    if policy.get("MinTTL", 0) > DEFAULT_EDGE_TTL:
        yield fault(
            check,
            f"the cache policy keeps every copy for {policy['MinTTL']} s, whatever the edge TTL of a put says",
            "Set its MinTTL to 0.",
        )
    elif policy.get("MaxTTL", 1) == 0:
        yield fault(
            check, "the cache policy keeps no copies: every read goes to S3", "Set its MaxTTL to 86400."
        )
    elif query != "none":
        yield fault(
            check,
            "query strings are part of the cache's key: every signature fetches a copy of its own",
            "Leave query strings out of the cache policy.",
        )
    else:
        yield ok(check, "copies are kept for the edge TTL")
