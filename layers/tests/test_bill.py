from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from layers.bill import LicenceError, bill_of_materials, licence_list, licence_of_all
from layers.layer import CRYPTOGRAPHY_LICENCES
from layers.package import Package
from layers.wheels import Native, packages_of_lock

if TYPE_CHECKING:
    from pathlib import Path

    from layers.layer import Built

MINE = Package("pypi", "mine", "1.0", "MIT", None, {"mine/LICENSE": b"free"})


def contents(built: Built, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(built.content)) as archive:
        return archive.read(name)


def bill(built: Built, layer: str) -> dict[str, Any]:
    return dict(json.loads(contents(built, f"sbom/{layer}.cdx.json")))


def test_each_layer_s_bill_is_valid_cyclonedx(python: Built, nodejs: Built, cryptography: Built) -> None:
    layers = {"python": python, "nodejs": nodejs, Native.local().named("cryptography"): cryptography}
    for name, built in layers.items():
        text = contents(built, f"sbom/{name}.cdx.json").decode()
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        assert bill(built, name)["metadata"]["component"]["name"] == name


def test_a_bill_that_breaks_the_schema_is_noticed() -> None:
    broken = bill_of_materials("layer", [MINE]).replace(b'"version": "1.0"', b'"version": 1')
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(broken.decode()) is not None


def test_the_bill_names_every_package_with_the_hash_that_the_lock_file_pins(
    python: Built, nodejs: Built, cryptography: Built, repository: Path
) -> None:
    [own] = bill(python, "python")["components"]
    assert own["name"] == "sdk-memory-service"
    assert "hashes" not in own  # made here
    pinned = (repository / "layers" / "cryptography.txt").read_text()
    components = bill(cryptography, Native.local().named("cryptography"))["components"]
    assert "cryptography" in {component["name"] for component in components}
    for component in components:
        name = component["name"].replace("_", "-")  # as indexes and lock files write it (PEP 503)
        assert f"{name}=={component['version']} " in pinned
        assert f"--hash=sha256:{component['hashes'][0]['content']}" in pinned
    [aws4, sdk] = bill(nodejs, "nodejs")["components"]
    assert (aws4["purl"], sdk["purl"]) == ("pkg:npm/aws4@1.13.2", "pkg:npm/sdk-memory-service@0.1.0")
    assert aws4["hashes"][0]["alg"] == "SHA-512"


def test_the_bill_lists_what_a_wheel_s_own_bill_says_of_its_native_code(cryptography: Built) -> None:
    components = bill(cryptography, Native.local().named("cryptography"))["components"]
    (package,) = (one for one in components if one["name"] == "cryptography")
    (openssl,) = (one for one in package["components"] if one["purl"].startswith("pkg:generic/openssl@"))
    assert openssl["hashes"][0]["alg"] == "SHA-256"
    assert openssl["licenses"] == [{"expression": "Apache-2.0"}]
    crates = {one["name"] for one in package["components"] if one["purl"].startswith("pkg:cargo/")}
    assert {"asn1", "pyo3"} <= crates
    assert "cc" not in crates  # has built it, and is not in it
    text = contents(cryptography, f"sbom/{Native.local().named('cryptography')}.licences.txt").decode()
    assert f"  contains openssl {openssl['version']}: Apache-2.0\n" in text


@pytest.mark.slow
def test_the_layer_with_native_code_is_stated_to_be_under_all_licences_of_what_it_holds(
    repository: Path,
) -> None:
    packages = packages_of_lock(repository / "layers" / "cryptography.txt", Native.local())
    assert licence_of_all(packages) == CRYPTOGRAPHY_LICENCES
    template = (repository / "infra" / "template.yaml").read_text(encoding="utf-8")
    assert template.count(f"LicenseInfo: {CRYPTOGRAPHY_LICENCES}\n") == 2


def test_what_is_inside_of_a_wheel_without_a_known_licence_is_refused() -> None:
    inside = {"components": [{"name": "zlib", "version": "1.3", "purl": "pkg:generic/zlib@1.3"}]}
    files = {"odd-1.0.dist-info/sboms/sbom.json": json.dumps(inside).encode()}
    with pytest.raises(
        LicenceError, match=r"zlib 1\.3 has a licence that is no SPDX expression: 'none stated'"
    ):
        bill_of_materials("layer", [Package("pypi", "odd", "1.0", "MIT", None, files)])


def test_the_list_of_licences_names_their_texts_which_are_there(python: Built, cryptography: Built) -> None:
    for name, built in (("python", python), (Native.local().named("cryptography"), cryptography)):
        text = contents(built, f"sbom/{name}.licences.txt").decode()
        paths = [line.strip().removeprefix("/opt/") for line in text.splitlines() if line.startswith("  /")]
        assert paths
        assert all(contents(built, path) for path in paths)


def test_the_same_packages_make_the_same_bill_in_whatever_order() -> None:
    other = Package("pypi", "other", "2.0", "Apache-2.0 OR BSD-3-Clause", ("sha256", "0" * 64), {})
    assert bill_of_materials("layer", [MINE, other]) == bill_of_materials("layer", [other, MINE])
    assert bill_of_materials("layer", [MINE]) != bill_of_materials("layer", [other])


@pytest.mark.parametrize("licence", ["none stated", "BSD License", "MIT AND", ""])
def test_a_licence_that_cannot_be_recognized_is_refused(licence: str) -> None:
    package = Package("pypi", "odd", "1.0", licence, None, {})
    with pytest.raises(LicenceError, match=r"odd 1\.0 has a licence that is no SPDX expression: "):
        bill_of_materials("layer", [package])


def test_a_package_without_the_text_of_its_licence_is_refused() -> None:
    with pytest.raises(LicenceError, match=r"odd 1\.0 comes without the text of its licence"):
        licence_list("layer", "python", [Package("pypi", "odd", "1.0", "MIT", None, {"odd.py": b""})])
