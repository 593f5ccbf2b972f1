"""The configuration: every key, where it comes from and what it must look like."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from memory._endpoints import check_region
from memory._errors import ConfigurationError
from memory._options import MAX_EDGE_TTL, STORAGE_CLASSES

ENVIRONMENT_PREFIX = "MEMORY_"

_KEYS = (
    "DISTRIBUTION",
    "BUCKET_NAME",
    "REGION",
    "PK_PATH",
    "PUBLIC_KEY_ID",
    "VISIBILITY",
    "EDGE_TTL",
    "STORAGE_CLASS",
    "MAX_VALUE_BYTES",
    "EDGE_ENDPOINT",
    "SIGNATURE_LIFETIME",
    "HASH_ALGORITHM",
    "DEADLINE",
    "FAILOVER",
    "STALE_IF_ERROR",
    "LOCAL_MAX_ITEMS",
    "LOCAL_MAX_BYTES",
    "CHANGES",
    "DISTRIBUTION_ID",
    "ROLE_ARN",
    "MAX_GRANT",
    "LOG_LEVEL",
)
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HASH_ALGORITHMS = ("SHA256", "SHA1")
_LOG_LEVELS = ("debug", "info", "warn", "error", "silent")
_FLAGS = {"": False, "true": True, "false": False}
_PUBLIC_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_ORIGIN = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>(?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:.]+\])(?::(?P<port>[1-9][0-9]{0,4}))?/?"
)
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")
_MAX_PORT = 65_535
_WHOLE = re.compile(r"[0-9]{1,10}")
_AROUND = " \t\r\n"  # what is taken off a text
_DISTRIBUTION_ID = re.compile(r"[A-Z0-9]{1,64}")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]{0,20}:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,576}")
_KEY_ARN = re.compile(
    r"arn:aws[a-z-]{0,20}:(?P<service>ssm(?=[a-z0-9:-]*:parameter/)|secretsmanager(?=[a-z0-9:-]*:secret:))"
    r":(?!fips-|[a-z0-9-]*-fips:)(?=[a-z0-9-]{1,63}:)[a-z0-9]+(-[a-z0-9]+)*"
    r":[0-9]{12}:(parameter/|secret:)[A-Za-z0-9_+=,.@/-]{1,1011}"
)
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class Config(NamedTuple):
    """A checked configuration.

    Attributes:
        distribution: Origin of the URLs, `https://` and the host of the distribution.
        bucket_name: The bucket that holds the values.
        region: The bucket's region; None leaves it to the profile.
        visibility: `public` or `private`.
        pk_path: Private services: path of a PEM file, or ARN of a parameter or secret.
        public_key_id: Private services: id of the public key in CloudFront; None if the secret has it.
        edge_ttl: Seconds an edge may serve a copy without asking S3 (OBJ-3).
        storage_class: S3's storage class of what is put (OBJ-5).
        max_value_bytes: Largest document, in bytes of JSON (OBJ-4).
        edge_endpoint: Where to connect instead of the distribution; the Host header stays.
        signature_lifetime: Seconds a signed policy is valid.
        hash_algorithm: Hash of the signatures, `SHA256` or `SHA1`.
        deadline: Seconds a call may take (TIME-1).
        failover: Whether to read S3 when the edge cannot be read.
        stale_if_error: Seconds beyond its freshness that a copy may be served while S3 cannot be read.
        local_max_items: How many values to keep in memory; 0 for none.
        local_max_bytes: How many bytes of them; 0 for none.
        changes: Whether the service has a change record (specification, section 14).
        distribution_id: Id of the distribution, for invalidations.
        role_arn: Role to assume before asking S3 or CloudFront's API.
        max_grant: Seconds, the longest a grant may last.
        log_level: Level of the logger `memory`; None leaves it to the application.
    """

    distribution: str
    bucket_name: str
    region: str | None
    visibility: str
    pk_path: str | None
    public_key_id: str | None
    edge_ttl: int
    storage_class: str
    max_value_bytes: int
    edge_endpoint: str | None
    signature_lifetime: int
    hash_algorithm: str
    deadline: int
    failover: bool
    stale_if_error: int
    local_max_items: int
    local_max_bytes: int
    changes: bool
    distribution_id: str | None
    role_arn: str | None
    max_grant: int
    log_level: str | None

    @classmethod
    def resolve(cls, conf: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Config:
        """Read each key from `conf`, else from the environment as `MEMORY_<key>`.

        Raises:
            ConfigurationError: A key is unknown, missing or malformed. A service is private as soon as `PK_PATH` or
                `PUBLIC_KEY_ID` is present, even if undefined or empty, so that a variable somebody forgot to set
                never turns private data public.
        """
        given = _Given(conf, os.environ if environment is None else environment)
        visibility = _visibility(given)
        pk_path, public_key_id = _keys_of_private(given) if visibility == "private" else (None, None)
        return cls(
            distribution=_origin("DISTRIBUTION", given.required("DISTRIBUTION")),
            bucket_name=_bucket("BUCKET_NAME", given.required("BUCKET_NAME")),
            region=given.region(),
            visibility=visibility,
            pk_path=pk_path,
            public_key_id=public_key_id,
            edge_ttl=given.whole("EDGE_TTL", 5, 1, MAX_EDGE_TTL),
            storage_class=given.optional("STORAGE_CLASS", _storage_class) or STORAGE_CLASSES[0],
            max_value_bytes=given.whole("MAX_VALUE_BYTES", 2 * 2**20, 1, 256 * 2**20),
            edge_endpoint=given.optional("EDGE_ENDPOINT", _origin),
            signature_lifetime=given.whole("SIGNATURE_LIFETIME", 900, 10, 86_400),
            hash_algorithm=given.optional("HASH_ALGORITHM", _hash_algorithm) or _HASH_ALGORITHMS[0],
            deadline=given.whole("DEADLINE", 5, 1, 60),
            failover=given.flag("FAILOVER", default=True),
            stale_if_error=given.whole("STALE_IF_ERROR", 300, 0, 86_400),
            local_max_items=given.whole("LOCAL_MAX_ITEMS", 10_000, 0, 10_000_000),
            local_max_bytes=given.whole("LOCAL_MAX_BYTES", 16 * 2**20, 0, 2**31 - 1),
            changes=given.flag("CHANGES", default=False),
            distribution_id=given.optional("DISTRIBUTION_ID", _distribution_id),
            role_arn=given.optional("ROLE_ARN", _role_arn),
            max_grant=given.whole("MAX_GRANT", 3_600, 1, 86_400),
            log_level=given.optional("LOG_LEVEL", _log_level),
        )

    def __repr__(self) -> str:
        return (
            f"Config({self.visibility}, distribution={self.distribution!r}, bucket_name={self.bucket_name!r})"
        )


class _Given:
    """The values as given, each with the place it came from, for messages."""

    def __init__(self, conf: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        if not isinstance(conf, Mapping):
            raise ConfigurationError(f"the configuration is a dict of keys such as BUCKET_NAME, not {conf!r}")
        for key in conf:
            if key not in _KEYS:
                from difflib import get_close_matches

                near = get_close_matches(str(key).upper(), _KEYS, n=1, cutoff=0.4)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(_KEYS)}"
                raise ConfigurationError(f"configuration key {key!r} is unknown: {hint}")
        self.conf = conf
        self.environment = environment

    def present(self, key: str) -> bool:
        return key in self.conf or ENVIRONMENT_PREFIX + key in self.environment

    def text(self, key: str) -> str:
        """Return the text of a key; undefined is the same as empty."""
        value = self.conf.get(key)
        if value is None or (isinstance(value, str) and not value.strip(_AROUND)):
            value = self.environment.get(ENVIRONMENT_PREFIX + key, "")
        if key == "PK_PATH" and isinstance(value, os.PathLike):
            value = os.fspath(value)
        if not isinstance(value, str):
            raise ConfigurationError(f"{key} is a text, not {type(value).__name__}")
        return value.strip(_AROUND)

    def region(self) -> str | None:
        """Return the Region; None leaves it to the profile (END-1)."""
        self.text("REGION")  # refuses what is no text
        own = (str(self.conf.get("REGION") or ""), self.environment.get("MEMORY_REGION", ""))
        given = {"REGION": next((region for region in own if region.strip(_AROUND)), "")}
        given |= {name: self.environment.get(name, "") for name in ("AWS_REGION", "AWS_DEFAULT_REGION")}
        return next((check_region(source, region) for source, region in given.items() if region), None)

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.conf.get(key)
        if isinstance(value, bool):
            return value
        word = self.text(key).lower()
        if word not in _FLAGS:
            raise ConfigurationError(f"{key} is true or false, not {value!r}")
        return default if word == "" else _FLAGS[word]

    def required(self, key: str) -> str:
        value = self.text(key)
        if not value:
            state = "is empty or undefined" if self.present(key) else "is missing"
            raise ConfigurationError(
                f"{key} {state}: give it in the configuration or set {ENVIRONMENT_PREFIX}{key}"
            )
        return value

    def optional(self, key: str, check: Callable[[str, str], str]) -> str | None:
        value = self.text(key)
        return check(key, value) if value else None

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        given = self.conf.get(key)
        value = str(given) if type(given) is int else self.text(key)
        if not value:
            return default
        if not (_WHOLE.fullmatch(value) and least <= int(value) <= most):
            raise ConfigurationError(f"{key} is a whole number from {least} to {most}, not {value[:80]!r}")
        return int(value)


def _visibility(given: _Given) -> str:
    keys = [key for key in ("PK_PATH", "PUBLIC_KEY_ID") if given.present(key)]
    implied = "private" if keys else "public"
    if not given.present("VISIBILITY"):
        return implied
    pinned = given.text("VISIBILITY").lower()
    if pinned not in ("public", "private"):
        raise ConfigurationError(f"VISIBILITY is public or private, not {pinned!r}")
    if pinned != implied:
        found = f"{' and '.join(keys)} given" if keys else "neither PK_PATH nor PUBLIC_KEY_ID given"
        raise ConfigurationError(
            f"VISIBILITY is {pinned}, but there is {found}: one of the two must be wrong"
        )
    return pinned


def _keys_of_private(given: _Given) -> tuple[str, str | None]:
    pk_path, public_key_id = given.text("PK_PATH"), given.text("PUBLIC_KEY_ID")
    why = "a service with PK_PATH or PUBLIC_KEY_ID is private, and nothing of it is read or written without both"
    if not pk_path:
        raise ConfigurationError(f"PK_PATH is missing or empty: {why}")
    if not public_key_id and (given.present("PUBLIC_KEY_ID") or not arn_service(pk_path)):
        raise ConfigurationError(f"PUBLIC_KEY_ID is missing or empty: {why}")
    if public_key_id and not is_public_key_id(public_key_id):
        raise ConfigurationError(
            f"PUBLIC_KEY_ID is the id of a public key in CloudFront, not {public_key_id!r}"
        )
    return pk_path, public_key_id or None


def is_public_key_id(text: str) -> bool:
    """Return whether a text can be the id of a public key: it becomes part of URLs."""
    return _PUBLIC_KEY_ID.fullmatch(text) is not None


def arn_service(pk_path: str) -> str | None:
    """Return `ssm` or `secretsmanager` if the path is the ARN of a parameter or secret, None if it is a file.

    Raises:
        ConfigurationError: It is the ARN of something else.
    """
    if not pk_path.startswith("arn:"):
        return None
    found = _KEY_ARN.fullmatch(pk_path)
    if not found:
        raise ConfigurationError(
            f"PK_PATH {pk_path!r} is not the ARN of an SSM parameter or a Secrets Manager secret"
        )
    return found["service"]


def _origin(key: str, text: str) -> str:
    """Return scheme and host of a distribution or endpoint, `https` unless it is on this machine (CFG-4)."""
    found = _ORIGIN.fullmatch(text.lower())
    if not text.isascii() or not found or not _is_host(found["host"]) or int(found["port"] or 1) > _MAX_PORT:
        raise ConfigurationError(f"{key} is a host such as d111111abcdef8.cloudfront.net, not {text!r}")
    scheme, host, port = found["scheme"] or "https", found["host"], found["port"]
    if scheme == "http" and host not in _LOOPBACK:
        raise ConfigurationError(f"{key} {text!r} is not https: http is for this machine only")
    return f"{scheme}://{host}" + (f":{port}" if port else "")


def _is_host(host: str) -> bool:
    """Return whether a host that looks like an address is one: some resolvers take `127.1` and `0x7f000001`."""
    if host.startswith("["):
        from ipaddress import IPv6Address

        try:
            IPv6Address(host[1:-1])
        except ValueError:
            return False
        return True
    return _IPV4.fullmatch(host) is not None if _NUMERIC.fullmatch(host) else True


def _bucket(key: str, text: str) -> str:
    """Check what S3 takes as a name: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html."""
    if not _BUCKET_NAME.fullmatch(text):
        raise ConfigurationError(f"{key} is the name of an S3 bucket, not {text!r}")
    return text


def _distribution_id(key: str, text: str) -> str:
    if not _DISTRIBUTION_ID.fullmatch(text):
        raise ConfigurationError(
            f"{key} is the id of a CloudFront distribution such as E2EXAMPLE, not {text!r}"
        )
    return text


def _role_arn(key: str, text: str) -> str:
    if not _ROLE_ARN.fullmatch(text):
        raise ConfigurationError(f"{key} is the ARN of an IAM role, not {text!r}")
    return text


def _storage_class(key: str, text: str) -> str:
    if text not in STORAGE_CLASSES:
        raise ConfigurationError(f"{key} is one of {', '.join(STORAGE_CLASSES)}, not {text!r}")
    return text


def _hash_algorithm(key: str, text: str) -> str:
    algorithm = text.upper()
    if algorithm not in _HASH_ALGORITHMS:
        raise ConfigurationError(f"{key} is one of {', '.join(_HASH_ALGORITHMS)}, not {text!r}")
    return algorithm


def _log_level(key: str, text: str) -> str:
    level = text.lower()
    if level not in _LOG_LEVELS:
        raise ConfigurationError(f"{key} is one of {', '.join(_LOG_LEVELS)}, not {text!r}")
    return level
