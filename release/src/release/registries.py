"""Publishing the packages: the wheel and the source distribution to PyPI, the tarball to npm."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests

from .errors import ReleaseError
from .sender import UnknownError
from .target import Found

if TYPE_CHECKING:
    from .sender import Sender
    from .target import Release

#: The name in both registries.
PACKAGE = "sdk-memory-service"
#: One of them is set where npm can state provenance, on GitHub and on GitLab: `ensureProvenanceGeneration` in npm's
#: libnpmpublish. npm itself finds out only after everything else has been sent.
_IDENTITY = ("ACTIONS_ID_TOKEN_REQUEST_URL", "SIGSTORE_ID_TOKEN")
_TIMEOUT = 30
_OK, _NOT_FOUND = 200, 404


class PyPI:
    """The index of Python packages.

    Args:
        sender: the way out.
        release: what is published.
    """

    name = "PyPI"

    def __init__(self, sender: Sender, release: Release) -> None:
        self._sender = sender
        self._settings = release.settings
        self._version = release.version
        self._files = release.artifacts.python
        self._missing = list(self._files)

    def obstacles(self) -> list[str]:
        """Return nothing: PyPI asks for nothing but credentials, or a trusted publisher's workflow."""
        return []

    def look(self) -> Found:
        """Ask which of the files are there, and compare them."""
        there = _fetch(f"{self._settings.pypi_index}/pypi/{PACKAGE}/{self._version}/json")
        digests = {item["filename"]: item["digests"]["sha256"] for item in (there or {}).get("urls", [])}
        for path in self._files:
            ours = hashlib.sha256(path.read_bytes()).hexdigest()
            if digests.get(path.name, ours) != ours:
                raise ReleaseError(
                    f"PyPI has another {path.name}, which cannot be replaced: raise the version"
                )
        self._missing = [path for path in self._files if path.name not in digests]
        return Found(
            tuple(path.name for path in self._files if path.name in digests),
            tuple(path.name for path in self._missing),
        )

    def publish(self) -> None:
        """Upload the files that are not there."""
        upload = [sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar"]
        where = ["--repository-url", self._settings.pypi_upload]
        self._sender.run([*upload, *where, *(str(path) for path in self._missing)])


class Npm:
    """The registry of Node.js packages.

    Args:
        sender: the way out.
        release: what is published.
    """

    name = "npm"

    def __init__(self, sender: Sender, release: Release) -> None:
        self._sender = sender
        self._settings = release.settings
        self._version = release.version
        self._tarball = release.artifacts.nodejs
        self._repository = release.repository

    def obstacles(self) -> list[str]:
        """Return what a statement of provenance asks for and the package, or this machine, lacks."""
        if not self._settings.npm_provenance:
            return []
        found = []
        if not self._repository:
            why = "provenance needs the URL of the repository that the package is built in"
            found.append(
                f"npm: {why}: set `repository` in nodejs-sdk/package.json, or `provenance: false` in publish.yaml"
            )
        if self._sender.for_real and not any(os.environ.get(name) for name in _IDENTITY):
            why = "provenance is stated by a workflow with the permission `id-token: write` only"
            found.append(f"npm: {why}: push the tag, or set `provenance: false` in publish.yaml")
        return found

    def look(self) -> Found:
        """Ask whether the version is there, and compare it."""
        registry = self._settings.npm_registry.rstrip("/")
        there = _fetch(f"{registry}/{quote(PACKAGE, safe='')}")
        published = (there or {}).get("versions", {}).get(self._version)
        stated = f"{PACKAGE} {self._version}"
        if published is None:
            return Found((), (stated,))
        ours = "sha512-" + base64.b64encode(hashlib.sha512(self._tarball.read_bytes()).digest()).decode()
        if published["dist"].get("integrity") != ours:
            raise ReleaseError(f"npm has another {stated}, which cannot be replaced: raise the version")
        return Found((stated,), ())

    def publish(self) -> None:
        """Publish the tarball."""
        provenance = "--provenance" if self._settings.npm_provenance else "--provenance=false"
        where = ["--registry", self._settings.npm_registry]
        # What the tarball holds was built before: nothing of it runs where it could be signed for.
        fixed = ["--access", "public", "--ignore-scripts"]
        self._sender.run(["npm", "publish", str(self._tarball), *fixed, provenance, *where])


def _fetch(url: str) -> dict[str, Any] | None:
    """Return the JSON at a URL, None if there is nothing.

    Raises:
        UnknownError: there was no answer that says so.
    """
    try:
        answer = requests.get(url, timeout=_TIMEOUT)
        if answer.status_code == _NOT_FOUND:
            return None
        if answer.status_code == _OK:
            return dict(answer.json())
    except requests.RequestException as error:
        raise UnknownError(f"{url} cannot be reached: {error}") from error
    raise UnknownError(f"{url} answered {answer.status_code}")
