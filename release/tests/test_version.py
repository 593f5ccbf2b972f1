"""When a repository is in no state to be released."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from release.errors import ReleaseError
from release.version import obstacles, repository_url, version_of
from tagged_source import URL

if TYPE_CHECKING:
    from pathlib import Path

    from tagged_source import Source


def test_a_clean_tagged_tree_with_its_changelog_entry_has_no_obstacle(source: Source) -> None:
    assert version_of(source.root) == "1.0.0"
    assert obstacles(source.root, "1.0.0") == []


def test_a_change_that_is_not_committed_is_an_obstacle(source: Source) -> None:
    (source.root / "README.md").write_text("changed")
    [reason] = obstacles(source.root, "1.0.0")
    assert reason == "the tree has changes that are not committed (README.md): commit them, or put them aside"


def test_a_file_that_is_not_committed_is_an_obstacle(source: Source) -> None:
    (source.root / "python-sdk" / "src" / "memory" / "new.py").write_text("")
    [reason] = obstacles(source.root, "1.0.0")
    assert "(python-sdk/src/memory/new.py)" in reason


def test_the_record_of_what_is_published_may_change_while_it_is(source: Source) -> None:
    (source.root / "release" / "published.json").write_text('{"1.0.0": {}}')
    assert obstacles(source.root, "1.0.0") == []


def test_a_commit_behind_the_tag_is_an_obstacle(source: Source) -> None:
    (source.root / "README.md").write_text("changed")
    source.commit("Change")
    [reason] = obstacles(source.root, "1.0.0")
    assert reason.startswith("this commit has no tag v1.0.0: ")


def test_a_changelog_without_the_version_is_an_obstacle(source: Source) -> None:
    source.replace("CHANGELOG.md", "## 1.0.0 - 2026-11-23", "## 1.0.0")
    source.commit("Forget the date")
    source.git("tag", "--force", "v1.0.0")
    [reason] = obstacles(source.root, "1.0.0")
    assert reason == "CHANGELOG.md has no heading `## 1.0.0 - <date>`: rename Unreleased to it"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("python-sdk/src/memory/_version.py", '"1.0.0"'),
        ("nodejs-sdk/package.json", '"version": "1.0.0"'),
        ("nodejs-sdk/package-lock.json", '"version": "1.0.0"'),
        ("infra/template.yaml", "SemanticVersion: 1.0.0"),
    ],
)
def test_parts_with_different_versions_are_named(source: Source, name: str, text: str) -> None:
    source.replace(name, text, text.replace("1.0.0", "1.0.1"))
    with pytest.raises(ReleaseError, match=rf"the parts have different versions: .*{name} says 1\.0\.1"):
        version_of(source.root)


def test_this_repository_s_parts_have_one_version(pytestconfig: pytest.Config) -> None:
    assert version_of(pytestconfig.rootpath)


def test_where_the_source_is_published_comes_from_the_node_package(source: Source) -> None:
    assert repository_url(source.root) == URL
    source.replace("nodejs-sdk/package.json", '"repository"', '"elsewhere"')
    assert repository_url(source.root) is None


def test_what_is_no_repository_is_said(git: str, tmp_path: Path) -> None:  # noqa: ARG001 - git says it
    with pytest.raises(ReleaseError, match=r"`git status` failed: .*not a git repository"):
        obstacles(tmp_path, "1.0.0")
