"""The workflow trusts nothing that can change under it, and runs what there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath


@pytest.fixture
def text(root: Path) -> str:
    return (root / ".github" / "workflows" / "release.yml").read_text()


@pytest.fixture
def job(text: str) -> dict[str, Any]:
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    return dict(workflow["jobs"]["publish"])


def test_it_may_read_the_source_and_say_who_it_is(job: dict[str, Any]) -> None:
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert job["environment"] == "release"


def test_each_action_is_pinned_by_its_commit_with_its_version_beside_it(
    text: str, job: dict[str, Any]
) -> None:
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert len(used) == 2
    for action in used:
        assert re.search(rf"uses: {re.escape(action)} # v\d+\.\d+\.\d+$", text, re.MULTILINE)
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)


def test_it_uses_no_stored_secret(text: str) -> None:
    assert "secrets." not in text


def test_it_publishes_with_the_session_that_people_use_after_the_tests(
    root: Path, job: dict[str, Any]
) -> None:
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands[0] == ".ci/run"
    assert (root / ".ci" / "run").is_file()
    assert commands[1].startswith("python3 noxfile.py -s release -- publish --for-real ")
    assert "\ndef release(session: nox.Session) -> None:" in (root / "noxfile.py").read_text()
