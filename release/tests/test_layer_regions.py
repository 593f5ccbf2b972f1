"""Publishing layers on an engine that speaks Lambda's API for them."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from layers.layer import CRYPTOGRAPHY_LICENCES
from layers.wheels import Native
from release.errors import ReleaseError
from release.layers import LayerVersion, RegionOfLayers, layer_versions
from release.sender import Sender
from release.settings import Audience, Settings
from release.target import Release

if TYPE_CHECKING:
    from local_cloud import LocalCloud
    from release.artifacts import Artifacts

REGION = "us-east-1"
ORGANIZATION = "o-a1b2c3d4e5"
NOBODY = Audience()
_versions = (f"{count}.0.0" for count in itertools.count(1))


@pytest.fixture(autouse=True)
def _environment(aws: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in aws.environment().items():
        monkeypatch.setenv(variable, value)


@pytest.fixture
def version() -> str:
    """A version that no other test publishes."""
    return next(_versions)


@pytest.fixture
def layers(artifacts: Artifacts) -> list[LayerVersion]:
    return layer_versions(artifacts.natives)


def region(  # noqa: PLR0913 - each test says what it differs in
    version: str,
    artifacts: Artifacts,
    audience: Audience = NOBODY,
    *,
    for_real: bool = True,
    said: list[str] | None = None,
    noted: dict[str, str] | None = None,
) -> RegionOfLayers:
    settings = Settings(
        (REGION,),
        (REGION,),
        audience,
        Audience(),
        "{region}",
        "http://a",
        "http://a",
        "http://a",
        npm_provenance=False,
    )
    lines = said if said is not None else []
    arns = noted if noted is not None else {}

    def note(_: str, layer: str, arn: str) -> None:
        arns[layer] = arn

    sender = Sender(lines.append, for_real=for_real)
    release = Release(version, artifacts, settings, None)
    return RegionOfLayers(sender, REGION, release, layer_versions(artifacts.natives), note)


def statements(aws: LocalCloud, arn: str) -> list[dict[str, Any]]:
    name, number = arn.split(":")[-2:]
    policy = aws.client("lambda").get_layer_version_policy(LayerName=name, VersionNumber=int(number))[
        "Policy"
    ]
    return list(json.loads(policy)["Statement"])


def test_each_layer_is_published_for_its_runtimes_and_architectures(
    aws: LocalCloud, artifacts: Artifacts, version: str
) -> None:
    arns: dict[str, str] = {}
    target = region(version, artifacts, noted=arns)
    assert target.look().missing == (
        "memory-service-python", "memory-service-nodejs",
        "memory-service-cryptography-python313-x86_64", "memory-service-cryptography-python313-arm64",
    )  # fmt: skip
    target.publish()
    assert list(arns) == ["python", "nodejs", "cryptography-3.13-x86_64", "cryptography-3.13-arm64"]
    found = {name: aws.client("lambda").get_layer_version_by_arn(Arn=arn) for name, arn in arns.items()}
    for name, layer in found.items():
        expected = base64.b64encode(hashlib.sha256(artifacts.layer(name)).digest()).decode()
        assert layer["Content"]["CodeSha256"] == expected
        assert layer["Description"] == f"Memory Service {version}"
    assert found["python"]["CompatibleRuntimes"] == [f"python3.{minor}" for minor in range(10, 15)]
    assert found["nodejs"]["CompatibleRuntimes"] == ["nodejs20.x", "nodejs22.x", "nodejs24.x"]
    assert sorted(found["python"]["CompatibleArchitectures"]) == ["arm64", "x86_64"]
    native = found["cryptography-3.13-arm64"]
    assert (native["CompatibleRuntimes"], native["CompatibleArchitectures"]) == (["python3.13"], ["arm64"])
    assert native["LicenseInfo"] == CRYPTOGRAPHY_LICENCES


def test_what_is_shared_with_nobody_has_no_policy(
    aws: LocalCloud, artifacts: Artifacts, version: str
) -> None:
    arns: dict[str, str] = {}
    region(version, artifacts, noted=arns).publish()
    awslambda = aws.client("lambda")
    with pytest.raises(awslambda.exceptions.ResourceNotFoundException):
        statements(aws, arns["python"])


@pytest.mark.parametrize(
    ("audience", "principals"),
    [
        (Audience(("*",)), [("*", None)]),
        (Audience(organization=ORGANIZATION), [("*", ORGANIZATION)]),
        (Audience(("111122223333", "444455556666")), [("111122223333", None), ("444455556666", None)]),
    ],
)
def test_a_layer_is_shared_as_the_settings_say_for_use_and_nothing_else(
    aws: LocalCloud,
    artifacts: Artifacts,
    version: str,
    audience: Audience,
    principals: list[tuple[str, str | None]],
) -> None:
    arns: dict[str, str] = {}
    region(version, artifacts, audience, noted=arns).publish()
    for arn in arns.values():
        found = statements(aws, arn)
        assert {statement["Action"] for statement in found} == {"lambda:GetLayerVersion"}
        assert len(found) == len(principals)
        for statement, (principal, organization) in zip(found, principals, strict=True):
            assert principal in json.dumps(statement["Principal"])
            condition = statement.get("Condition", {}).get("StringEquals", {})
            assert condition.get("aws:PrincipalOrgID") == organization


def test_what_is_there_is_found_and_not_published_again(
    artifacts: Artifacts, version: str, layers: list[LayerVersion]
) -> None:
    first: dict[str, str] = {}
    region(version, artifacts, Audience(("*",)), noted=first).publish()
    again: dict[str, str] = {}
    said: list[str] = []
    target = region(version, artifacts, Audience(("*",)), noted=again, said=said)
    found = target.look()
    assert (found.present, found.missing) == (tuple(layer.name for layer in layers), ())
    target.publish()
    assert again == first
    assert said == []


def test_a_layer_that_was_published_and_not_shared_is_shared_only(
    aws: LocalCloud, artifacts: Artifacts, version: str
) -> None:
    first: dict[str, str] = {}
    region(version, artifacts, noted=first).publish()
    said: list[str] = []
    again: dict[str, str] = {}
    target = region(version, artifacts, Audience(("*",)), said=said, noted=again)
    assert target.look().present == ()
    target.publish()
    assert {line.partition("\n")[0] for line in said} == {f"lambda add_layer_version_permission in {REGION}"}
    assert again == first
    assert statements(aws, first["nodejs"])[0]["Sid"] == "everybody"


def test_other_bytes_under_the_same_version_are_refused(
    aws: LocalCloud, artifacts: Artifacts, version: str
) -> None:
    content = {"ZipFile": artifacts.layer("nodejs")}
    description = f"Memory Service {version}"
    aws.client("lambda").publish_layer_version(
        LayerName="memory-service-python", Description=description, Content=content
    )
    with pytest.raises(
        ReleaseError, match=rf"says it is {description} and holds something else.*Raise the version"
    ):
        region(version, artifacts).look()


def test_a_rehearsal_publishes_nothing_and_holds_the_calls_against_the_model(
    artifacts: Artifacts, version: str
) -> None:
    said: list[str] = []
    arns: dict[str, str] = {}
    region(version, artifacts, Audience(("*",)), for_real=False, said=said, noted=arns).publish()
    assert [line.partition("\n")[0].split()[1] for line in said] == [
        "publish_layer_version", "add_layer_version_permission",
    ] * 4  # fmt: skip
    digest = hashlib.sha256(artifacts.layer("python")).hexdigest()
    assert f'"ZipFile": "<{len(artifacts.layer("python")):,} bytes, SHA-256 {digest}>"' in said[0]
    assert region(version, artifacts).look().present == ()
    broken = RegionOfLayers(
        Sender(said.append, for_real=False),
        REGION,
        Release(
            version,
            artifacts,
            Settings((REGION,), (REGION,), Audience(), Audience(), "", "", "", "", npm_provenance=False),
            None,
        ),
        [LayerVersion("python", ("python3.13",), (3,), "MIT")],  # type: ignore[arg-type] # wrong on purpose
        lambda *_: None,
    )
    with pytest.raises(
        ReleaseError, match=r"publish_layer_version in us-east-1 failed: Parameter validation failed"
    ):
        broken.publish()


def test_layers_have_names_that_lambda_takes() -> None:
    names = [layer.name for layer in layer_versions([Native("3.10", "x86_64"), Native("3.14", "arm64")])]
    assert names[2:] == [
        "memory-service-cryptography-python310-x86_64", "memory-service-cryptography-python314-arm64",
    ]  # fmt: skip
