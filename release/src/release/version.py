"""The version of a release, and whether the repository is in a state to be released."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped] # it ships no types

from .errors import ReleaseError

if TYPE_CHECKING:
    from pathlib import Path

#: Where the template says what the Serverless Application Repository shows.
LISTING = "AWS::ServerlessRepo::Application"


def version_of(root: Path) -> str:
    """Return the version that all parts of the repository state.

    Raises:
        ReleaseError: they differ.
    """
    stated = _stated(root)
    if len(set(stated.values())) != 1:
        listed = ", ".join(f"{path} says {version}" for path, version in stated.items())
        raise ReleaseError(f"the parts have different versions: {listed}")
    return next(iter(stated.values()))


def obstacles(root: Path, version: str) -> list[str]:
    """Return what keeps this state of the repository from being published; nothing if it can be."""
    found = []
    # The record of what is published is written while it is: it must not keep a broken-off release from going on.
    if changed := _git(root, "status", "--porcelain", "--", ".", ":!release/published.json"):
        files = ", ".join(line.split(maxsplit=1)[1] for line in changed.splitlines()[:5])
        found.append(f"the tree has changes that are not committed ({files}): commit them, or put them aside")
    tag = f"v{version}"
    if tag not in _git(root, "tag", "--points-at", "HEAD").split():
        found.append(f"this commit has no tag {tag}: `git tag -s {tag}` it once its tests have passed")
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## \[?{re.escape(version)}\]? - \d{{4}}-\d{{2}}-\d{{2}}$", changelog, re.MULTILINE):
        found.append(f"CHANGELOG.md has no heading `## {version} - <date>`: rename Unreleased to it")
    return found


def repository_url(root: Path) -> str | None:
    """Return where the source is published, as the Node package states it; None if it does not."""
    stated = json.loads((root / "nodejs-sdk" / "package.json").read_text(encoding="utf-8")).get("repository")
    url = stated.get("url") if isinstance(stated, dict) else stated
    return str(url).removeprefix("git+").removesuffix(".git") if url else None


def _stated(root: Path) -> dict[str, str]:
    module = (root / "python-sdk" / "src" / "memory" / "_version.py").read_text(encoding="utf-8")
    package = json.loads((root / "nodejs-sdk" / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((root / "nodejs-sdk" / "package-lock.json").read_text(encoding="utf-8"))
    template = yaml_parse((root / "infra" / "template.yaml").read_text(encoding="utf-8"))
    found = re.search(r'^__version__ = "(.+)"$', module, re.MULTILINE)
    return {
        "python-sdk/src/memory/_version.py": found[1] if found else "nothing",
        "nodejs-sdk/package.json": package["version"],
        "nodejs-sdk/package-lock.json": lock["version"],
        "infra/template.yaml": template["Metadata"][LISTING]["SemanticVersion"],
    }


def _git(root: Path, *arguments: str) -> str:
    git = shutil.which("git")
    if not git:
        raise ReleaseError("a release is made of a tagged commit, and there is no git on PATH: install it")
    done = subprocess.run([git, "-C", str(root), *arguments], check=False, capture_output=True, text=True)  # noqa: S603 the words are ours
    if done.returncode:
        raise ReleaseError(f"`git {arguments[0]}` failed: {done.stderr.strip()}")
    return done.stdout.strip("\n")
