from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from release.errors import ReleaseError
from release.settings import Audience, Settings

if TYPE_CHECKING:
    from pathlib import Path


APPLICATION = {"regions": ["us-east-1"], "share_with": "everybody", "artifacts_bucket": "one-{region}"}


@pytest.fixture
def given(pytestconfig: pytest.Config) -> dict[str, Any]:
    """The repository's own settings."""
    return dict(yaml.safe_load((pytestconfig.rootpath / "release" / "publish.yaml").read_text()))


def read(tmp_path: Path, given: Any) -> Settings:
    (tmp_path / "publish.yaml").write_text(yaml.safe_dump(given))
    return Settings.read(tmp_path / "publish.yaml")


def test_the_repository_s_own_settings_are_valid(tmp_path: Path, given: dict[str, Any]) -> None:
    settings = read(tmp_path, given)
    assert len(settings.regions) > len(settings.application_regions) == 1
    assert settings.npm_provenance is True


@pytest.mark.parametrize(
    ("given", "audience"),
    [
        ("nobody", Audience()),
        ("everybody", Audience(("*",))),
        ("o-a1b2c3d4e5", Audience(organization="o-a1b2c3d4e5")),
        (["111122223333"], Audience(("111122223333",))),
    ],
)
def test_an_audience_is_nobody_everybody_an_organization_or_accounts(given: Any, audience: Audience) -> None:
    assert Audience.read("layers.share_with", given) == audience


@pytest.mark.parametrize("given", ["*", "all", "", None, [], ["1234"], [11122223333], "o-", True, {"a": 1}])
def test_another_audience_is_refused(given: Any) -> None:
    with pytest.raises(ReleaseError, match=r"layers\.share_with is nobody, everybody, an organization"):
        Audience.read("layers.share_with", given)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"regions": []}, "regions is a list of AWS Regions"),
        ({"regions": "us-east-1"}, "regions is a list of AWS Regions"),
        ({"regions": ["Frankfurt"]}, "regions is a list of AWS Regions"),
        ({"region": ["us-east-1"]}, "has the keys regions, layers"),
        ({"layers": {}}, "layers has share_with, and nothing else"),
        ({"layers": {"share_with": "nobody", "with": 1}}, "layers has share_with, and nothing else"),
        (
            {"application": {"regions": ["us-east-1"], "share_with": "nobody", "artifacts_bucket": "one"}},
            "has {region} in it",
        ),
        (
            {"application": {"share_with": "nobody", "artifacts_bucket": "one-{region}"}},
            "has regions and share_with",
        ),
        ({"application": {**APPLICATION, "regions": []}}, "application.regions is a list of AWS Regions"),
        ({"application": {**APPLICATION, "regions": ["us-gov-west-1"]}}, "in a partition of AWS without"),
        ({"regions": ["eu-west-1", "cn-north-1"]}, "cn-north-1 is in a partition of AWS without"),
        (
            {"application": {**APPLICATION, "regions": ["us-east-1", "eu-west-1"]}},
            "is one Region if everybody sees the application",
        ),
        ({"npm": {"registry": "registry.npmjs.org", "provenance": True}}, "npm.registry is a URL"),
        ({"pypi": {"upload": "https://a", "index": "a b"}}, "pypi.index is a URL"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, given: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ReleaseError, match=message):
        read(tmp_path, {**given, **change})


def test_settings_that_are_missing_or_no_yaml_are_said(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="cannot read the settings"):
        Settings.read(tmp_path / "none.yaml")
    (tmp_path / "publish.yaml").write_text("a: [")
    with pytest.raises(ReleaseError, match="cannot read the settings"):
        Settings.read(tmp_path / "publish.yaml")


def test_an_application_that_not_everybody_sees_goes_to_each_region_of_those_who_do(
    tmp_path: Path, given: dict[str, Any]
) -> None:
    own = {**APPLICATION, "regions": ["us-east-1", "eu-west-1"], "share_with": "o-a1b2c3d4e5"}
    assert read(tmp_path, {**given, "application": own}).application_regions == ("us-east-1", "eu-west-1")
