"""What is built for a release."""

from __future__ import annotations

import hashlib
import json
import tarfile
from typing import TYPE_CHECKING

import pytest
from release.artifacts import Artifacts, build
from release.errors import ReleaseError
from tagged_source import NATIVES

if TYPE_CHECKING:
    from pathlib import Path

    from tagged_source import Source


def test_built_again_in_another_folder_every_file_has_the_same_hash(
    source: Source, artifacts: Artifacts, tmp_path: Path
) -> None:
    again = build(source.root, tmp_path / "again", NATIVES)
    assert (again.folder / "SHA256SUMS").read_text() == (artifacts.folder / "SHA256SUMS").read_text()


def test_the_hashes_are_those_of_all_files(artifacts: Artifacts) -> None:
    lines = (artifacts.folder / "SHA256SUMS").read_text().splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = {path for path in artifacts.folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS"}
    found = {
        path.relative_to(artifacts.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    assert listed == found
    assert len(listed) > 15


def test_the_application_s_template_names_code_that_lies_beside_it(artifacts: Artifacts) -> None:
    template = json.loads(artifacts.template.read_text())
    named = {
        resource["Properties"].get("CodeUri") or resource["Properties"].get("ContentUri")
        for resource in template["Resources"].values()
        if resource["Type"].startswith("AWS::Serverless::")
    }
    assert len(named) >= 8
    assert all((artifacts.template.parent / name).is_file() for name in named)


def test_the_page_of_the_application_describes_every_parameter(artifacts: Artifacts) -> None:
    parameters = json.loads(artifacts.template.read_text())["Parameters"]
    for name, parameter in parameters.items():
        [line] = [line for line in artifacts.readme.splitlines() if line.startswith(f"| `{name}` |")]
        assert parameter["Description"].strip() in line


def test_the_source_distribution_holds_what_the_wheel_is_built_of(artifacts: Artifacts) -> None:
    [sdist] = [path for path in artifacts.python if path.name.endswith(".tar.gz")]
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "src/memory/__init__.py", "PKG-INFO"} <= names
    assert not [name for name in names if {"tests", "conformance"} & set(name.split("/"))]


def test_what_was_not_built_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ReleaseError, match=r"layers/python\.zip is not there: build it with `python3 noxfile\.py -s release"
    ):
        Artifacts(tmp_path).layer("python")
    [reason] = Artifacts(tmp_path).obstacles("1.0.0")
    assert reason.startswith(f"nothing is built in {tmp_path}: ")
