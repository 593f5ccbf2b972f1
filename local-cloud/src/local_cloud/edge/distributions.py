"""What the edge knows about distributions: their own configuration, read from CloudFront's API.

Aliases and several behaviours are understood. Not modelled: query strings, headers or cookies in the cache
key (the path alone is the key), custom error pages, origins other than S3, origin groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from local_cloud.edge.bucket_policy import CLOUDFRONT, BucketPolicy, S3Request
from local_cloud.edge.headers_policy import HeadersPolicy
from local_cloud.edge.ttl import DEFAULT_ERROR_TTL, TtlLimits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_cloud.edge.signatures import PublicKey


@dataclass(frozen=True)
class Bucket:
    """An S3 bucket as the origin of one distribution.

    Attributes:
        name: the bucket's name.
        prefix: the origin path, which is put in front of the viewer's; empty, or `/` and no `/` at its end.
        policy: the bucket's policy.
        service: the service principal that the requests are signed as; None if they are not signed.
        source: the distribution's ARN.
    """

    name: str
    prefix: str
    policy: BucketPolicy
    service: str | None
    source: str

    def may_get(self, key: str) -> bool:
        """Return whether the distribution may read the object."""
        return self._allows("s3:GetObject", f"arn:aws:s3:::{self.name}/{key}", {})

    def may_know_it_is_missing(self, key: str) -> bool:
        """Return whether a missing object is reported as 404 rather than 403 (S3 API, page API_GetObject).

        S3 takes the key for the prefix that would be listed.
        """
        return self._allows("s3:ListBucket", f"arn:aws:s3:::{self.name}", {"s3:prefix": key})

    def _allows(self, action: str, resource: str, more: Mapping[str, str]) -> bool:
        account = self.source.split(":")[4]
        tls = {"aws:securetransport": "true", "s3:tlsversion": "1.2"}  # CloudFront asks S3 with TLS 1.2
        conditions = {"aws:sourceaccount": account, **tls, **more}
        if self.service:
            conditions["aws:sourcearn"] = self.source
        return self.policy.allows(S3Request(action, resource, self.service, conditions))


@dataclass(frozen=True)
class Behaviour:
    """One cache behaviour of a distribution.

    Attributes:
        pattern: the paths it is for, with `*` and `?`.
        bucket: where the objects come from.
        methods: the HTTP methods it accepts.
        limits: how long objects may be kept.
        keys: who may sign URLs, by key id; None if URLs need no signature.
        headers: what it adds to answers.
    """

    pattern: str
    bucket: Bucket
    methods: frozenset[str]
    limits: TtlLimits
    keys: Mapping[str, PublicKey] | None
    headers: HeadersPolicy


@dataclass(frozen=True)
class Distribution:
    """One enabled distribution.

    Attributes:
        id: for example `E2QWRUHAPOMQZL`.
        hosts: the domain names it answers to, its own one first.
        behaviours: in order of precedence; the last one is for every path.
        error_ttls: ErrorCachingMinTTL in seconds, by status, where configured.
    """

    id: str
    hosts: tuple[str, ...]
    behaviours: tuple[Behaviour, ...]
    error_ttls: Mapping[int, float]

    def behaviour(self, path: str) -> Behaviour:
        """Return the first behaviour for the path."""
        return next(one for one in self.behaviours if fnmatchcase(path, one.pattern))

    def error_ttl(self, status: int) -> float:
        """Return for how many seconds at least an error of this status is kept."""
        return self.error_ttls.get(status, DEFAULT_ERROR_TTL)


class DistributionReader:
    """Reads all distributions of one engine with what belongs to them."""

    def __init__(self, cloudfront: Any, s3: Any) -> None:
        """Take boto3 clients for the engine's `cloudfront` and `s3`."""
        self._cloudfront = cloudfront
        self._s3 = s3

    def read(self) -> dict[str, Distribution]:
        """Return the enabled distributions with S3 origins by each of their hosts; it takes some 50 ms.

        Raises:
            ClientError: the engine refused a call.
        """
        found: dict[str, Distribution] = {}
        pages = self._cloudfront.get_paginator("list_distributions").paginate()
        for page in pages:
            for summary in page["DistributionList"].get("Items", []):
                distribution = self._distribution(summary["Id"])
                if distribution:
                    found.update(dict.fromkeys(distribution.hosts, distribution))
        return found

    def _distribution(self, distribution_id: str) -> Distribution | None:
        description = self._cloudfront.get_distribution(Id=distribution_id)["Distribution"]
        config = description["DistributionConfig"]
        if not config["Enabled"]:
            return None
        buckets = {
            origin["Id"]: self._bucket(origin, description["ARN"]) for origin in config["Origins"]["Items"]
        }
        behaviours = [*_items(config, "CacheBehaviors"), config["DefaultCacheBehavior"]]
        return Distribution(
            id=distribution_id,
            hosts=(description["DomainName"].lower(), *map(str.lower, _items(config, "Aliases"))),
            behaviours=tuple(self._behaviour(one, buckets) for one in behaviours),
            error_ttls={
                int(one["ErrorCode"]): float(one["ErrorCachingMinTTL"])
                for one in _items(config, "CustomErrorResponses")
                if "ErrorCachingMinTTL" in one
            },
        )

    def _bucket(self, origin: Mapping[str, Any], arn: str) -> Bucket:
        name = origin["DomainName"].partition(".s3.")[0].removesuffix(".s3")
        return Bucket(
            name=name,
            prefix=origin.get("OriginPath", ""),
            policy=BucketPolicy(self._policy(name)),
            service=CLOUDFRONT if origin.get("OriginAccessControlId") else None,
            source=arn,
        )

    def _policy(self, bucket: str) -> str | None:
        try:
            policy: str = self._s3.get_bucket_policy(Bucket=bucket)["Policy"]
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchBucketPolicy", "NoSuchBucket"}:
                return None
            raise
        return policy

    def _behaviour(self, config: Mapping[str, Any], buckets: Mapping[str, Bucket]) -> Behaviour:
        groups = config.get("TrustedKeyGroups", {})
        pattern = config.get("PathPattern", "*")
        return Behaviour(
            pattern=pattern if pattern.startswith(("/", "*")) else f"/{pattern}",
            bucket=buckets[config["TargetOriginId"]],
            methods=frozenset(_items(config, "AllowedMethods") or ["GET", "HEAD"]),
            limits=self._limits(config),
            keys=dict(self._keys(groups.get("Items", []))) if groups.get("Enabled") else None,
            headers=self._headers(config.get("ResponseHeadersPolicyId")),
        )

    def _limits(self, behaviour: Mapping[str, Any]) -> TtlLimits:
        policy = behaviour  # before cache policies existed, the limits stood here
        if "CachePolicyId" in behaviour:
            answer = self._cloudfront.get_cache_policy(Id=behaviour["CachePolicyId"])
            policy = answer["CachePolicy"]["CachePolicyConfig"]
        return TtlLimits(
            float(policy["MinTTL"]),
            float(policy.get("DefaultTTL", 86_400)),
            float(policy.get("MaxTTL", 31_536_000)),
        )

    def _keys(self, group_ids: list[str]) -> Iterator[tuple[str, PublicKey]]:
        for group_id in group_ids:
            group = self._cloudfront.get_key_group(Id=group_id)["KeyGroup"]["KeyGroupConfig"]
            for key_id in group["Items"]:
                key = self._cloudfront.get_public_key(Id=key_id)["PublicKey"]["PublicKeyConfig"]
                public = load_pem_public_key(key["EncodedKey"].encode())
                if isinstance(public, RSAPublicKey | EllipticCurvePublicKey):  # CloudFront takes no others
                    yield key_id, public

    def _headers(self, policy_id: str | None) -> HeadersPolicy:
        if not policy_id:
            return HeadersPolicy({})
        answer = self._cloudfront.get_response_headers_policy(Id=policy_id)
        return HeadersPolicy(answer["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"])


def _items(config: Mapping[str, Any], name: str) -> list[Any]:
    return list(config.get(name, {}).get("Items", []))
