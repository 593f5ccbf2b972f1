"""Publishing packages with the tools that really do it, to registries on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from package_registry import PackageRegistry
from release.__main__ import main
from release.artifacts import Artifacts
from release.registries import Npm
from release.sender import Sender
from release.settings import Settings
from release.target import Release
from tagged_source import URL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import NoReturn

    from tagged_source import Source

WHEEL, SDIST = "sdk_memory_service-1.0.0-py3-none-any.whl", "sdk_memory_service-1.0.0.tar.gz"


@pytest.fixture
def registry(built: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageRegistry]:
    with PackageRegistry() as registry:
        path = built.root / "release" / "publish.yaml"
        given = yaml.safe_load(path.read_text())
        given["pypi"] = {"upload": f"{registry.url}/legacy/", "index": registry.url}
        given["npm"] = {"registry": registry.url, "provenance": False}  # which only a known workflow can make
        path.write_text(yaml.safe_dump(given))
        built.commit("Settings")
        built.git("tag", "--force", "v1.0.0")
        (tmp_path / "npmrc").write_text(f"//{registry.url.removeprefix('http://')}/:_authToken=test\n")
        monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(tmp_path / "npmrc"))
        monkeypatch.setenv("TWINE_USERNAME", "__token__")
        monkeypatch.setenv("TWINE_PASSWORD", "test")
        yield registry


def publish(source: Source, *words: str) -> int:
    return main(["publish", "--for-real", "--only", *words], source.root)


def test_the_wheel_and_the_source_reach_pypi_once(
    built: Source, registry: PackageRegistry, capfd: pytest.CaptureFixture[str]
) -> None:
    assert publish(built, "pypi") == 0
    assert set(registry.python["1.0.0"]) == {WHEEL, SDIST}
    sent = registry.python["1.0.0"][WHEEL]
    assert sent["content"] == (built.root / "build" / "release" / "python" / WHEEL).read_bytes()
    assert (sent["name"], sent["license_expression"]) == ("sdk-memory-service", "MIT")
    assert sent["description"].startswith("# Memory Service for Python")
    assert publish(built, "pypi") == 1
    assert "1.0.0 is published already, everywhere and completely" in capfd.readouterr().err


def test_an_upload_to_pypi_that_broke_off_goes_on_with_the_file_that_is_missing(
    built: Source, registry: PackageRegistry, capfd: pytest.CaptureFixture[str]
) -> None:
    registry.uploads_left = 1
    assert publish(built, "pypi") == 1
    assert set(registry.python["1.0.0"]) == {WHEEL}
    registry.uploads_left = 1
    assert publish(built, "pypi") == 1
    assert f"PyPI has {WHEEL} already" in capfd.readouterr().err
    assert publish(built, "pypi", "--resume") == 0
    assert set(registry.python["1.0.0"]) == {WHEEL, SDIST}


def test_another_file_of_the_same_name_on_pypi_is_refused(
    built: Source, registry: PackageRegistry, capfd: pytest.CaptureFixture[str]
) -> None:
    registry.python["1.0.0"] = {WHEEL: {"content": b"somebody else's"}}
    assert publish(built, "pypi", "--resume") == 1
    assert f"PyPI has another {WHEEL}, which cannot be replaced" in capfd.readouterr().err


def test_the_tarball_reaches_npm_once(
    built: Source, registry: PackageRegistry, capfd: pytest.CaptureFixture[str]
) -> None:
    assert publish(built, "npm") == 0
    [tarball] = (built.root / "build" / "release" / "nodejs").iterdir()
    assert registry.tarball("1.0.0") == tarball.read_bytes()
    assert registry.nodejs["1.0.0"]["access"] == "public"
    assert publish(built, "npm") == 1
    assert "1.0.0 is published already" in capfd.readouterr().err
    tarball.write_bytes(b"another")
    assert publish(built, "npm", "--resume") == 1
    assert "npm has another sdk-memory-service 1.0.0, which cannot be replaced" in capfd.readouterr().err


def test_provenance_without_the_url_of_the_repository_is_refused(
    built: Source, registry: PackageRegistry, capfd: pytest.CaptureFixture[str]
) -> None:
    built.replace("release/publish.yaml", "provenance: false", "provenance: true")
    built.replace("nodejs-sdk/package.json", '"repository"', '"elsewhere"')
    built.commit("Forget the repository")
    built.git("tag", "--force", "v1.0.0")
    assert publish(built, "npm") == 1
    assert "refused: npm: provenance needs the URL of the repository" in capfd.readouterr().err
    assert registry.nodejs == {}


def test_provenance_outside_of_a_workflow_is_refused_before_anything_is_sent(
    built: Source,
    registry: PackageRegistry,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built.replace("release/publish.yaml", "provenance: false", "provenance: true")
    built.commit("Provenance")
    built.git("tag", "--force", "v1.0.0")
    for name in ("ACTIONS_ID_TOKEN_REQUEST_URL", "SIGSTORE_ID_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert publish(built, "pypi", "npm") == 1
    reason = "provenance is stated by a workflow with the permission `id-token: write` only: push the tag"
    assert f"refused: npm: {reason}" in capfd.readouterr().err
    assert (registry.python, registry.nodejs) == ({}, {})
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", "https://example.com")
    settings = Settings.read(built.root / "release" / "publish.yaml")
    release = Release("1.0.0", Artifacts(built.root / "build" / "release"), settings, URL)
    assert Npm(Sender(print, for_real=True), release).obstacles() == []


def test_the_settings_as_shipped_are_refused_until_the_repository_is_stated(
    built: Source, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every place at once, and nobody is asked: there is nobody here, which would be another message."""
    built.replace("nodejs-sdk/package.json", '"repository"', '"elsewhere"')
    built.commit("As it is")
    built.git("tag", "--force", "v1.0.0")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", "https://example.com")
    monkeypatch.setattr(Sender, "account", forbidden)
    monkeypatch.setattr(Sender, "read", forbidden)
    monkeypatch.setattr(Sender, "pages", forbidden)
    monkeypatch.setattr(Sender, "send", forbidden)
    monkeypatch.setattr(Sender, "run", forbidden)
    assert main(["publish", "--for-real"], built.root) == 1
    refused = [line for line in capfd.readouterr().err.splitlines() if "refused:" in line]
    assert len(refused) == 2
    assert all("set `repository` in nodejs-sdk/package.json" in line for line in refused)
    assert "application: " in refused[0]
    assert "npm: provenance needs the URL of the repository" in refused[1]


def forbidden(*_: object, **__: object) -> NoReturn:
    pytest.fail("somebody was asked, or something sent")


def test_a_registry_that_cannot_be_asked_ends_it(built: Source, capfd: pytest.CaptureFixture[str]) -> None:
    with PackageRegistry() as registry:
        url = registry.url
    built.replace("release/publish.yaml", "https://pypi.org", url)
    built.commit("Nowhere")
    built.git("tag", "--force", "v1.0.0")
    assert publish(built, "pypi") == 1
    assert "cannot be reached" in capfd.readouterr().err


def test_what_was_built_of_another_version_is_refused(
    built: Source, registry: PackageRegistry, capfd: pytest.CaptureFixture[str]
) -> None:
    [tarball] = (built.root / "build" / "release" / "nodejs").iterdir()
    tarball.rename(tarball.with_name("sdk-memory-service-0.9.0.tgz"))
    assert publish(built, "npm") == 1
    message = capfd.readouterr().err
    assert "holds another version: sdk-memory-service-0.9.0.tgz: build them with" in message
    assert registry.nodejs == {}
