"""Where a release goes: `publish.yaml`, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from .errors import ReleaseError

if TYPE_CHECKING:
    from pathlib import Path

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
# Partitions of AWS where CloudFront is missing, or is another that this was never tried with.
_ELSEWHERE = ("us-gov-", "cn-", "us-iso", "eu-isoe-", "eusc-")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_ACCOUNT = re.compile(r"\d{12}")
_KEYS = {
    "regions": (),
    "layers": ("share_with",),
    "application": ("regions", "share_with", "artifacts_bucket"),
    "pypi": ("upload", "index"),
    "npm": ("registry", "provenance"),
}


@dataclass(frozen=True)
class Audience:
    """Whom something is shared with, beside its own account.

    Attributes:
        accounts: account ids; `*` alone is everybody; none is nobody.
        organization: id of an organization, None if it is not shared with one.
    """

    accounts: tuple[str, ...] = ()
    organization: str | None = None

    @classmethod
    def read(cls, where: str, given: Any) -> Audience:
        """Read `nobody`, `everybody`, an organization's id or a list of account ids.

        Raises:
            ReleaseError: it is none of these.
        """
        if given == "nobody":
            return cls()
        if given == "everybody":
            return cls(("*",))
        if isinstance(given, str) and _ORGANIZATION.fullmatch(given):
            return cls(organization=given)
        if isinstance(given, list) and given and all(_ACCOUNT.fullmatch(str(account)) for account in given):
            return cls(tuple(str(account) for account in given))
        raise ReleaseError(
            f"{where} is nobody, everybody, an organization such as o-a1b2c3d4e5 or a list of account ids"
            f" in quotes, not {given!r}"
        )

    @property
    def everybody(self) -> bool:
        """Whether all accounts are meant."""
        return self.accounts == ("*",)


@dataclass(frozen=True)
class Settings:
    """Where a release goes.

    Attributes:
        regions: the AWS Regions of the layers, in the order of publishing.
        application_regions: the AWS Regions that the application is published in; one, if everybody sees it.
        layers: whom the layers are shared with.
        application: whom the application is shared with.
        artifacts_bucket: the bucket for the application's code, with `{account}` and `{region}` to be filled in.
        pypi_upload: URL that packages for Python are sent to.
        pypi_index: URL of the index that answers which are there.
        npm_registry: URL of the registry for Node.js.
        npm_provenance: whether npm states where the package was built.
    """

    regions: tuple[str, ...]
    application_regions: tuple[str, ...]
    layers: Audience
    application: Audience
    artifacts_bucket: str
    pypi_upload: str
    pypi_index: str
    npm_registry: str
    npm_provenance: bool

    @classmethod
    def read(cls, path: Path) -> Settings:
        """Read the settings.

        Raises:
            ReleaseError: the file is missing or is not what it must be; the message names the key.
        """
        given = _checked(path)
        return cls(
            regions=tuple(given["regions"]),
            application_regions=tuple(given["application"]["regions"]),
            layers=Audience.read("layers.share_with", given["layers"]["share_with"]),
            application=Audience.read("application.share_with", given["application"]["share_with"]),
            artifacts_bucket=given["application"]["artifacts_bucket"],
            pypi_upload=_url("pypi.upload", given["pypi"]["upload"]),
            pypi_index=_url("pypi.index", given["pypi"]["index"]),
            npm_registry=_url("npm.registry", given["npm"]["registry"]),
            npm_provenance=given["npm"]["provenance"] is True,
        )


def _checked(path: Path) -> dict[str, Any]:
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ReleaseError(f"cannot read the settings: {error}") from error
    if not isinstance(given, dict) or set(given) != set(_KEYS):
        raise ReleaseError(f"{path} has the keys {', '.join(_KEYS)}, these and no others")
    for key, members in _KEYS.items():
        if members and (not isinstance(given[key], dict) or set(given[key]) != set(members)):
            raise ReleaseError(f"{path}: {key} has {' and '.join(members)}, and nothing else")
    _check_regions(f"{path}: regions", given["regions"])
    application = given["application"]
    _check_regions(f"{path}: application.regions", application["regions"])
    if application["share_with"] == "everybody" and len(application["regions"]) > 1:
        raise ReleaseError(
            f"{path}: application.regions is one Region if everybody sees the application: the repository shows a"
            " public one in all Regions, so that people would find as many of the same name"
        )
    if "{region}" not in str(given["application"]["artifacts_bucket"]):
        raise ReleaseError(
            f"{path}: application.artifacts_bucket has {{region}} in it: each Region has its own"
        )
    return given


def _check_regions(where: str, given: Any) -> None:
    if not isinstance(given, list) or not given or not all(_REGION.fullmatch(str(name)) for name in given):
        raise ReleaseError(f"{where} is a list of AWS Regions such as eu-central-1, not {given!r}")
    if elsewhere := [name for name in given if name.startswith(_ELSEWHERE)]:
        raise ReleaseError(
            f"{where}: {elsewhere[0]} is in a partition of AWS without the CloudFront that this needs"
        )


def _url(where: str, given: Any) -> str:
    parts = urlsplit(str(given))
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ReleaseError(f"{where} is a URL, not {given!r}")
    return str(given)
