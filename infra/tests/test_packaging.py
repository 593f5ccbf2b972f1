from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from layers.wheels import Native

from infra import PackagingError, package, translate

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Name: {Type: String}}
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: code, Handler: index.handler, Runtime: nodejs22.x, Description: !Sub '${Name}'}
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer.zip}
  Published:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: 's3://elsewhere/layer.zip'}
"""


class Uploads(dict[str, bytes]):
    def store(self, key: str, content: bytes) -> str:
        self[key] = content
        return f"s3://bucket/{key}"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.js").write_text("exports.handler = 1")
    (tmp_path / "layer.zip").write_bytes(b"a zip file")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path / "template.yaml"


def test_folders_are_zipped_zip_files_kept_and_uploads_left_alone(template: Path) -> None:
    uploads = Uploads()
    resources = package(template, uploads.store)["Resources"]
    code = resources["Function"]["Properties"]["CodeUri"].removeprefix("s3://bucket/")
    with zipfile.ZipFile(io.BytesIO(uploads[code])) as archive:
        assert archive.namelist() == ["index.js"]
    layer = resources["Layer"]["Properties"]["ContentUri"].removeprefix("s3://bucket/")
    assert uploads[layer] == b"a zip file"
    assert resources["Published"]["Properties"]["ContentUri"] == "s3://elsewhere/layer.zip"
    assert len(uploads) == 2


def test_short_forms_of_functions_become_long_ones(template: Path) -> None:
    properties = package(template, Uploads().store)["Resources"]["Function"]["Properties"]
    assert properties["Description"] == {"Fn::Sub": "${Name}"}


def test_the_same_code_has_the_same_key_and_other_code_another(template: Path) -> None:
    first, again, changed = Uploads(), Uploads(), Uploads()
    package(template, first.store)
    (template.parent / "code" / "index.js").touch()
    package(template, again.store)
    assert again == first
    (template.parent / "code" / "index.js").write_text("exports.handler = 2")
    package(template, changed.store)
    assert len(changed.keys() - first.keys()) == 1


def test_a_layer_that_was_not_built_is_named_with_what_to_do(template: Path) -> None:
    (template.parent / "layer.zip").unlink()
    with pytest.raises(
        PackagingError, match=r"Layer: there is no .*layer\.zip; build the layers first: python3 "
    ):
        package(template, Uploads().store)


def test_layers_with_native_code_are_taken_for_where_the_code_runs(template: Path) -> None:
    named = template.with_name("crypto-3.13-arm64.zip")
    named.write_bytes(b"for Lambda")
    template.with_name("crypto-3.12-x86_64.zip").write_bytes(b"for this machine")
    template.write_text(TEMPLATE.replace("layer.zip", named.name, 1))

    def layer(**choices: Any) -> bytes:
        uploads = Uploads()
        resources = package(template, uploads.store, **choices)["Resources"]
        return uploads[resources["Layer"]["Properties"]["ContentUri"].removeprefix("s3://bucket/")]

    assert layer() == b"for Lambda"
    assert layer(locate=Native("3.12", "x86_64").stand_in) == b"for this machine"
    with pytest.raises(
        PackagingError, match=r"Layer: there is no .*crypto-3\.12-arm64\.zip; build the layers"
    ):
        layer(locate=Native("3.12", "arm64").stand_in)


def test_code_that_is_missing_is_named(template: Path) -> None:
    (template.parent / "code" / "index.js").unlink()
    (template.parent / "code").rmdir()
    with pytest.raises(PackagingError, match=r"Function: there is no .*code; check the path"):
        package(template, Uploads().store)


def test_translating_makes_roles_and_leaves_the_template_alone(template: Path) -> None:
    packaged = package(template, Uploads().store)
    translated = translate(packaged, "eu-central-1")
    assert packaged["Resources"]["Function"]["Type"] == "AWS::Serverless::Function"
    assert translated["Resources"]["Function"]["Type"] == "AWS::Lambda::Function"
    assert translated["Resources"]["FunctionRole"]["Type"] == "AWS::IAM::Role"
    assert "Transform" not in translated


def test_the_partition_of_the_region_is_used(template: Path) -> None:
    role = translate(package(template, Uploads().store), "cn-north-1")["Resources"]["FunctionRole"]
    assert role["Properties"]["ManagedPolicyArns"][0].startswith("arn:aws-cn:iam::")
