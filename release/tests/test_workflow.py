"""The workflows trust nothing that can change under them, and run what there is; those with an identity run little."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
#: What runs the code of packages that are only tested or built with.
BUILDS = re.compile(r"\.ci/run|noxfile\.py -s (?!publish )|npm |pip ")


def workflow(name: str) -> dict[str, Any]:
    read = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in read.items()}  # YAML 1.1 reads `on` as true


def runs(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job.get("steps", []) if "run" in step]


@pytest.mark.parametrize("name", ["ci", "release"])
def test_each_job_says_what_it_may_and_the_workflow_gives_nothing(name: str) -> None:
    described = workflow(name)
    assert described["permissions"] == {}
    assert all("permissions" in job for job in described["jobs"].values())


@pytest.mark.parametrize("name", ["ci", "release"])
def test_each_action_is_pinned_by_its_commit_with_its_version_beside_it(name: str) -> None:
    text = (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8")
    steps = [step for job in workflow(name)["jobs"].values() for step in job.get("steps", [])]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    for action in used:
        assert re.search(rf"uses: {re.escape(action)} # v\d+\.\d+\.\d+$", text, re.MULTILINE)
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
        if action.startswith("actions/checkout@"):
            assert all(
                step["with"]["persist-credentials"] is False for step in steps if step.get("uses") == action
            )


@pytest.mark.parametrize("name", ["ci", "release"])
def test_no_secret_is_stored(name: str) -> None:
    assert "secrets." not in (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8")


def test_pushes_and_pull_requests_run_each_session_of_ci_run_beside_the_others() -> None:
    described = workflow("ci")
    assert {"push", "pull_request", "workflow_call"} <= described["on"].keys()
    (job,) = described["jobs"].values()
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    rows = re.findall(r"^python3 noxfile\.py -s ([\w ]+?)(?: >| &&|$)", script, re.MULTILINE)
    sessions = [session for row in rows for session in row.split()]
    assert len(sessions) > 5
    assert sorted(job["strategy"]["matrix"]["session"]) == sorted(sessions)
    assert runs(job) == ['.ci/run "$SESSION"']
    assert job["permissions"] == {"contents": "read"}


def test_what_tests_and_builds_has_no_identity() -> None:
    jobs = workflow("release")["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/ci.yml"
    builders = {name for name, job in jobs.items() if any(BUILDS.search(run) for run in runs(job))}
    assert builders == {"build"}
    for name in ("test", "build"):
        assert jobs[name]["permissions"] == {"contents": "read"}
        assert "environment" not in jobs[name]


def test_what_has_an_identity_waits_for_reviewers_and_sends_the_bytes_that_were_built() -> None:
    jobs = workflow("release")["jobs"]
    with_identity = {name for name, job in jobs.items() if "id-token" in job["permissions"]}
    assert with_identity == {"provenance", "publish"}
    for name in with_identity:
        assert jobs[name]["environment"] == "release"
        assert any("sha256sum --check" in run for run in runs(jobs[name]))
        (check,) = (step for step in jobs[name]["steps"] if "sha256sum" in step.get("run", ""))
        assert check["env"] == {"SUMS": "${{ needs.build.outputs.sums }}"}
        assert "build" in jobs[name]["needs"]
    assert "test" in jobs["provenance"]["needs"]
    assert "provenance" in jobs["publish"]["needs"]


def test_publishing_installs_nothing_but_what_sends_and_builds_nothing() -> None:
    (command,) = (run for run in runs(workflow("release")["jobs"]["publish"]) if "noxfile" in run)
    assert command.startswith("python3 noxfile.py -s publish -- --for-real ")
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    (session,) = re.findall(r"^def publish\(session.+?(?=^@)", noxfile, re.DOTALL | re.MULTILINE)
    assert '_install(session, "publish")' in session
    assert '"package"' not in session
    assert "_node_packages" not in session
    pinned = (ROOT / "requirements" / "publish.txt").read_text(encoding="utf-8")
    for tool in ("pytest", "mypy", "moto", "playwright", "hatchling"):
        assert f"\n{tool}==" not in pinned


def test_no_script_of_a_node_package_runs_when_it_is_installed() -> None:
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    assert re.findall(r'_npm\(session, \w+, "(ci|install)"(.*)\)', noxfile) == [
        ("ci", ', "--ignore-scripts"')
    ]


def test_what_is_pinned_is_asked_for_newer_versions_and_they_wait() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    folders = {
        update["package-ecosystem"]: update.get("directories") or [update["directory"]] for update in updates
    }
    listed = {f"/{path.parent.relative_to(ROOT).as_posix()}" for path in _locks()}
    assert set(folders["npm"]) == listed
    assert set(folders["pip"]) == {"/requirements", "/layers"}
    assert folders["github-actions"] == ["/"]
    assert all(update["cooldown"]["default-days"] >= 7 for update in updates)


def _locks() -> list[Path]:
    found = [path for path in ROOT.glob("**/package-lock.json") if "node_modules" not in path.parts]
    own = [path for path in found if not {"build", ".nox"} & set(path.relative_to(ROOT).parts)]
    assert all(json.loads(path.read_text(encoding="utf-8"))["lockfileVersion"] == 3 for path in own)
    return own
