"""Where AWS's services are asked: one resolution for every request (specification, section 13.1)."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from memory._errors import ConfigurationError
from memory._profile import current_profile

if TYPE_CHECKING:
    from memory._profile import Profile

_REGION = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_REGION_CHARACTERS = 63
_PSEUDO = re.compile(r"aws-([a-z]+-)*global|fips-.*|.*-fips")
_OTHER_PARTITION = re.compile(r"us-iso[a-z]*-.*|eu-iso[a-z]*-.*|eusc-.*")
_VARIABLES = {
    "s3": "S3",
    "ssm": "SSM",
    "secretsmanager": "SECRETS_MANAGER",
    "sts": "STS",
    "cloudfront": "CLOUDFRONT",
}
# How the profile's `services` sections call them.
_SETTINGS = {"secretsmanager": "secrets_manager"}
_NO_REGION = "no region: set REGION in the configuration, or AWS_REGION"


class Endpoint(NamedTuple):
    """Where a service is asked.

    Attributes:
        origin: Scheme, host and port.
        host: Value of the `Host` header.
        path: What stands in front of every path, without a slash at its end.
        region: The Region that requests are signed for.
        is_configured: Whether somebody named it, rather than the Region.
    """

    origin: str
    host: str
    path: str
    region: str
    is_configured: bool


class _Partition(NamedTuple):
    """A group of Regions with host names of its own."""

    name: str
    suffix: str
    dual_suffix: str
    cloudfront_region: str


_PARTITIONS = {
    "aws": _Partition("aws", "amazonaws.com", "api.aws", "us-east-1"),
    "aws-cn": _Partition("aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1"),
    "aws-us-gov": _Partition("aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1"),
}


def check_region(source: str, region: str) -> str:
    """Return a Region if it can be one: it becomes part of a host name (END-1).

    Args:
        source: Where it is from, for the message.
        region: The Region.

    Raises:
        ConfigurationError: It is none.
    """
    if not _REGION.fullmatch(region) or len(region) > _REGION_CHARACTERS:
        raise ConfigurationError(f"{source} is a Region such as eu-central-1, not {region!r}")
    if _PSEUDO.fullmatch(region):
        raise ConfigurationError(
            f"{source} {region!r} is no Region of its own: name the Region, and set AWS_USE_FIPS_ENDPOINT for FIPS"
        )
    return region


def platform_region() -> str | None:
    """Return the Region that the environment or the profile names; None if neither does (END-1)."""
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if region := os.environ.get(variable):
            return check_region(variable, region)
    region = current_profile().text("region")
    return check_region("the profile's region", region) if region else None


def bucket_endpoint(bucket: str, region: str | None) -> Endpoint:
    """Return where a bucket is asked (END-6).

    Args:
        bucket: Its name.
        region: Its Region; None for the platform's.

    Raises:
        ConfigurationError: There is no Region, or what the environment says cannot be followed.
    """
    profile = current_profile()
    for setting in ("use_accelerate_endpoint", "use_dualstack_endpoint"):
        if profile.nested("s3").get(setting, "").lower() == "true":
            raise ConfigurationError(
                f"the AWS profile {profile.name!r} has {setting} for s3, which is not supported: for dual stack set"
                " AWS_USE_DUALSTACK_ENDPOINT"
            )
    endpoint = service_endpoint("s3", region)
    if endpoint.is_configured or "." in bucket:
        return endpoint._replace(path=f"{endpoint.path}/{bucket}")
    host = f"{bucket}.{endpoint.host}"
    return endpoint._replace(origin=f"https://{host}", host=host)


def role_endpoint(region: str | None) -> Endpoint:
    """Return where a role is assumed: in the platform's Region, and only then in another (END-1).

    Args:
        region: That of the configuration.

    Raises:
        ConfigurationError: As `service_endpoint` does.
    """
    return service_endpoint("sts", platform_region() or region)


def key_endpoint(service: str, arn: str) -> Endpoint:
    """Return where a parameter or secret is asked for: in the Region of its ARN (END-1).

    Args:
        service: `ssm` or `secretsmanager`.
        arn: The ARN.

    Raises:
        ConfigurationError: As `service_endpoint` does.
    """
    return service_endpoint(service, arn.split(":")[3])


def service_endpoint(service: str, region: str | None) -> Endpoint:
    """Return where a service is asked.

    Args:
        service: As AWS calls it, such as `s3`.
        region: The Region; None for the platform's.

    Raises:
        ConfigurationError: There is no Region, or what the environment says cannot be followed.
    """
    region = region or platform_region()
    if region is None:
        raise ConfigurationError(_NO_REGION)
    profile = current_profile()
    partition = _partition(region)
    fips = profile.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
    dual = profile.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
    signed = region
    if service == "cloudfront" and partition is not None:
        signed = partition.cloudfront_region
    own = _configured(service, profile)
    if own is not None:
        if fips or dual:
            switch = "AWS_USE_FIPS_ENDPOINT" if fips else "AWS_USE_DUALSTACK_ENDPOINT"
            raise ConfigurationError(
                f"{switch} is set, and so is {own[0]}: unset one of the two, as the endpoint of {service} is the URL's"
            )
        return _from_url(*own, signed)
    if partition is None:
        raise ConfigurationError(
            f"REGION {region!r} is of a partition that is not supported: aws, aws-cn and aws-us-gov are. Set"
            f" AWS_ENDPOINT_URL_{_VARIABLES[service]}"
        )
    if fips and partition.name == "aws-cn":
        raise ConfigurationError(
            "AWS_USE_FIPS_ENDPOINT is set, and the Regions of China have no FIPS endpoints"
        )
    host = _host(service, region, partition, fips=fips, dual=dual)
    return Endpoint(f"https://{host}", host, "", signed, is_configured=False)


def _partition(region: str) -> _Partition | None:
    if region.startswith("cn-"):
        return _PARTITIONS["aws-cn"]
    if region.startswith("us-gov-"):
        return _PARTITIONS["aws-us-gov"]
    return None if _OTHER_PARTITION.fullmatch(region) else _PARTITIONS["aws"]


def _host(service: str, region: str, partition: _Partition, *, fips: bool, dual: bool) -> str:
    """Return the host name (END-3)."""
    mark = "-fips" if fips else ""
    if service == "s3":
        return f"s3{mark}{'.dualstack' if dual else ''}.{region}.{partition.suffix}"
    if service == "cloudfront":
        if partition.name == "aws-cn":
            return (
                "cloudfront.api.amazonwebservices.com.cn"
                if dual
                else "cloudfront.cn-northwest-1.amazonaws.com.cn"
            )
        if not dual:
            return f"cloudfront{mark}.amazonaws.com"
        return f"cloudfront{mark}.{'global.' if partition.name == 'aws' else ''}api.aws"
    if service == "secretsmanager":
        return f"secretsmanager{mark}.{region}.{partition.suffix}"
    if dual:
        return f"{service}{mark}.{region}.{partition.dual_suffix}"
    return f"{service}{'' if partition.name == 'aws-us-gov' else mark}.{region}.{partition.suffix}"


def _configured(service: str, profile: Profile) -> tuple[str, str] | None:
    """Return the URL that somebody named for a service, and where (END-5)."""
    if profile.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"):
        return None
    for variable in (f"AWS_ENDPOINT_URL_{_VARIABLES[service]}", "AWS_ENDPOINT_URL"):
        if url := os.environ.get(variable):
            return variable, url
    url = profile.endpoint(_SETTINGS.get(service, service))
    return ("the profile's endpoint_url", url) if url else None


def _from_url(source: str, url: str, region: str) -> Endpoint:
    try:
        parts = urlsplit(url)
        is_valid = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_valid = False
    # urlsplit drops line ends and tabs, and a host may be anything: what goes into a request is checked here.
    if not is_valid or not url.isascii() or any(character <= " " for character in url):
        raise ConfigurationError(f"{source} is a URL such as https://s3.corp.example, not {url!r}")
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or parts.query or parts.fragment:
        # It may have a password.
        raise ConfigurationError(f"{source} is a URL of http or https, without a user, query or fragment")
    return Endpoint(
        f"{parts.scheme}://{parts.netloc}", parts.netloc, parts.path.rstrip("/"), region, is_configured=True
    )
