"""`memory-service layers` against the engine's Lambda."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from click.testing import CliRunner
from layers.archive import zip_files
from local_cloud import LocalCloud
from memory_console.command import main
from memory_console.layer_versions import layer_versions
from moto import mock_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "arn:aws:iam::000000000000:role/any"
PYTHON, NODEJS = "lambda-cache-python-sdk", "lambda-cache-nodejs-sdk"


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud.start() as cloud:
        yield cloud


@pytest.fixture
def client(cloud: LocalCloud) -> Iterator[Any]:
    client = cloud.client("lambda")
    yield client
    for function in client.list_functions()["Functions"]:
        client.delete_function(FunctionName=function["FunctionName"])
    for layer in (PYTHON, NODEJS, "other-python-sdk"):
        for version in client.list_layer_versions(LayerName=layer)["LayerVersions"]:
            client.delete_layer_version(LayerName=layer, VersionNumber=version["Version"])


def publish(client: Any, layer: str) -> str:
    content = {"ZipFile": zip_files({f"python/{layer}.py": b""})}
    arn: str = client.publish_layer_version(LayerName=layer, Content=content)["LayerVersionArn"]
    return arn


def add_function(client: Any, name: str, *layers: str, publish: bool = False, role: str = ROLE) -> None:
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": zip_files({"index.py": b"def handler(event, context): pass"})},
        Layers=list(layers),
        Publish=publish,
    )


def run(cloud: LocalCloud, *arguments: str, answer: str | None = None) -> Any:
    command = ["layers", *arguments]
    return CliRunner(env=dict(cloud.environment())).invoke(main, command, input=answer)


def shown(cloud: LocalCloud, *arguments: str) -> dict[str, dict[str, Any]]:
    done = run(cloud, "--json", *arguments)
    assert done.exit_code == 0, done.output
    return {version["arn"]: version for version in json.loads(done.stdout)["layers"]}


def left(client: Any, layer: str) -> set[str]:
    return {
        version["LayerVersionArn"] for version in client.list_layer_versions(LayerName=layer)["LayerVersions"]
    }


def test_it_shows_each_version_with_the_functions_that_have_it(cloud: LocalCloud, client: Any) -> None:
    old, new = publish(client, PYTHON), publish(client, PYTHON)
    add_function(client, "reader", old)

    versions = shown(cloud)

    assert list(versions) == [new, old]
    assert (versions[old]["functions"], versions[old]["is_newest"]) == (["reader"], False)
    assert (versions[new]["functions"], versions[new]["is_newest"]) == ([], True)


def test_it_deletes_what_is_neither_newest_nor_used(cloud: LocalCloud, client: Any) -> None:
    unused, used, newest = (publish(client, PYTHON) for _ in range(3))
    only = publish(client, NODEJS)
    foreign = publish(client, "other-python-sdk")
    add_function(client, "reader", used)

    versions = shown(cloud, "--delete", "--yes")

    assert {arn for arn, version in versions.items() if version["deleted"]} == {unused}
    assert left(client, PYTHON) == {used, newest}
    assert left(client, NODEJS) == {only}
    assert left(client, "other-python-sdk") == {foreign}


@mock_aws
def test_a_published_version_of_a_function_keeps_its_layer() -> None:
    """With another engine: this one lists no published versions of functions."""
    iam, client = boto3.client("iam"), boto3.client("lambda", region_name="us-east-1")
    role = iam.create_role(RoleName="any", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    old, new = publish(client, PYTHON), publish(client, PYTHON)
    add_function(client, "reader", old, publish=True, role=role)
    client.update_function_configuration(FunctionName="reader", Layers=[new])

    versions = {version.arn: version for version in layer_versions(client, "lambda-cache")}

    assert versions[old].functions == ("reader:1",)
    assert versions[old].is_in_use


def test_what_is_to_be_kept_stays(cloud: LocalCloud, client: Any) -> None:
    old, new = publish(client, PYTHON), publish(client, PYTHON)

    shown(cloud, "--delete", "--yes", "--keep", old)

    assert left(client, PYTHON) == {old, new}


def test_a_version_to_keep_that_is_not_there_is_refused_and_nothing_deleted(
    cloud: LocalCloud, client: Any
) -> None:
    old, new = publish(client, PYTHON), publish(client, PYTHON)

    done = run(cloud, "--delete", "--yes", "--keep", f"{new}0")

    assert done.exit_code == 6
    assert f"there is no layer version {new}0" in done.output
    assert left(client, PYTHON) == {old, new}


def test_without_somebody_to_ask_nothing_is_deleted(cloud: LocalCloud, client: Any) -> None:
    old, new = publish(client, PYTHON), publish(client, PYTHON)

    done = run(cloud, "--delete")

    assert done.exit_code == 2
    assert left(client, PYTHON) == {old, new}


def test_no_layer_is_said(cloud: LocalCloud) -> None:
    done = run(cloud, "--prefix", "nobodys")

    assert done.exit_code == 0
    assert "there is no layer nobodys-… here" in done.output
