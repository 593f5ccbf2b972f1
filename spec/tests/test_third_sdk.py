"""A third SDK in the tree: its folder is all that is added, and it breaks nothing that is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conformance.home import REPOSITORY
from toy import add_sdk

if TYPE_CHECKING:
    from collections.abc import Callable

LINKED = ("build", ".nox", "*/node_modules", "*/*/node_modules")  # too large to copy
_LEFT_BEHIND = shutil.ignore_patterns(
    "__pycache__", ".*_cache", ".hypothesis", ".git", *(Path(linked).name for linked in LINKED)
)
SUITES = ("reading", "objects", "sessions")
NEIGHBOURS = ("spec/tests", "docs/tests")  # what looks for SDKs: the kit's own tests and the pages'


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy this repository, with one more SDK."""
    copy = tmp_path_factory.mktemp("third") / "tree"
    shutil.copytree(REPOSITORY, copy, ignore=_LEFT_BEHIND, symlinks=True)
    for linked in LINKED:
        for found in REPOSITORY.glob(linked):
            (copy / found.relative_to(REPOSITORY)).symlink_to(found)
    add_sdk(copy, "toy", home=copy)
    return copy


@pytest.fixture
def run(tree: Path) -> Callable[..., str]:
    """Run a module of the copy and return what it says; its exit status must be 0."""
    here, there = str(REPOSITORY), str(tree)
    paths = [path.replace(here, there, 1) for path in sys.path if path.startswith(here)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", *arguments]
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        return done.stdout

    return run


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_third_sdk_passes_documents_pairs_and_the_store(run: Callable[..., str]) -> None:
    pairs = [f"--only={pair}/store/{suite}/*" for pair in ("toy→nodejs", "python→toy") for suite in SUITES]
    said = run("conformance", "--only=*wire/*", "--only=*names/*", "--only=toy→toy/store/*", *pairs)
    assert " 0 failed" in said
    rows = {line.split()[0]: line for line in said.splitlines() if line.strip()}
    assert "toy" in rows


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_third_sdk_passes_the_store_in_its_own_double(run: Callable[..., str]) -> None:
    assert " 0 failed" in run("conformance", "--s3", "double", "--sdk", "toy")


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_tests_of_a_tree_with_a_third_sdk_are_green(run: Callable[..., str]) -> None:
    run("pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow and not long", *NEIGHBOURS)
