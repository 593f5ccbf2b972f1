"""A repository in a state to be released: committed and tagged."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.wheels import Native

if TYPE_CHECKING:
    from pathlib import Path

#: The layer with native code that the template names; what holds for it holds for the others, and takes long enough.
NATIVES = [Native("3.13", "arm64"), Native("3.13", "x86_64")]
URL = "https://github.com/example/memory-service"


def plain_environment() -> dict[str, str]:
    """Return the environment of a user: without what makes this repository's own code importable."""
    ours = ("AWS_", "MEMORY_", "PYTHON", "NODE_")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


@dataclass(frozen=True)
class Source:
    """A repository in a state to be released.

    Attributes:
        root: its folder.
        git_path: the program git.
    """

    root: Path
    git_path: str

    def git(self, *arguments: str) -> None:
        who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(
            [self.git_path, "-C", str(self.root), *who, *arguments], check=True, capture_output=True
        )

    def replace(self, name: str, text: str, instead: str) -> None:
        path = self.root / name
        before = path.read_text()
        assert text in before, f"{name} has no {text!r}"
        path.write_text(before.replace(text, instead, 1))

    def set_version(self, old: str, new: str) -> None:
        """Raise the version in every place, write it into the changelog, commit and tag it."""
        self.replace("python-sdk/src/memory/_version.py", f'"{old}"', f'"{new}"')
        self.replace("infra/template.yaml", f"SemanticVersion: {old}", f"SemanticVersion: {new}")
        for name in ("package.json", "package-lock.json"):
            self.replace(f"nodejs-sdk/{name}", f'"version": "{old}"', f'"version": "{new}"')
        self.replace("CHANGELOG.md", "## Unreleased\n", f"## Unreleased\n\n## {new} - 2026-11-23\n")
        self.commit(f"Release {new}")
        self.git("tag", f"v{new}")
        for built in (self.root / "build").glob("release/*/sdk*"):  # as if built anew
            built.rename(built.with_name(built.name.replace(old, new)))

    def commit(self, subject: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject)
