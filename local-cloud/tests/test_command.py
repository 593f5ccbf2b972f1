"""The command: what it prints, and that nothing of it outlives it."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = {
    "Parameters": {"Word": {"Type": "String"}},
    "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
    "Outputs": {
        "StorageBucket": {"Value": {"Ref": "Bucket"}},
        "SomeText": {"Value": {"Ref": "Word"}},
    },
}


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make processes of this test write below a folder of their own, and return it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    return folder


def start(template: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "local_cloud", "--template", str(template), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def written(tmp_path: Path, template: object) -> Path:
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template))
    return path


@pytest.mark.parametrize("ending", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_command_prints_a_working_environment_and_ends_with_all_that_belongs_to_it(
    tmp_path: Path, environment: Path, ending: signal.Signals
) -> None:
    with start(written(tmp_path, TEMPLATE), "--parameter", "Word=two words") as process:
        assert process.stdout
        assert process.stderr
        exported: dict[str, str] = {}
        while "SOME_TEXT" not in exported:
            export, assignment = shlex.split(process.stdout.readline())
            name, _, exported[name] = assignment.partition("=")
            assert export == "export"
        s3 = boto3.client(
            "s3",
            endpoint_url=exported["AWS_ENDPOINT_URL"],
            aws_access_key_id=exported["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=exported["AWS_SECRET_ACCESS_KEY"],
            region_name=exported["AWS_REGION"],
        )
        s3.head_bucket(Bucket=exported["STORAGE_BUCKET"])
        while "ready" not in process.stderr.readline():
            pass
        process.send_signal(ending)
        assert process.wait() == 0

    assert exported["SOME_TEXT"] == "two words"
    for name in ("MEMORY_EDGE_ENDPOINT", "MEMORY_LOCAL_CLOUD_CONTROL"):
        assert exported[name].startswith("http://127.0.0.1:")
    assert list(environment.iterdir()) == []


def test_template_that_is_no_yaml_is_reported(tmp_path: Path, environment: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("Resources: [")
    with start(path) as process:
        _, said = process.communicate()
    assert process.returncode == 1
    assert f"{path} is not a template" in said
    assert "Traceback" not in said
    assert list(environment.iterdir()) == []


def test_template_that_fails_is_reported_and_leaves_nothing(tmp_path: Path, environment: Path) -> None:
    template = {"Resources": {"It": {"Type": "AWS::Nothing::Here"}}}

    with start(written(tmp_path, template), "--stack-name", "mine") as process:
        _, said = process.communicate()

    assert process.returncode == 1
    assert "Stack mine was refused" in said
    assert "Traceback" not in said
    assert list(environment.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--template", "nowhere.json"], "there is no file nowhere.json"),
        (["--template", __file__, "--parameter", "word"], "'word' is not of the form NAME=VALUE"),
        (["--template", __file__, "--points-of-presence", "0"], "'0' is not a number from 1"),
    ],
)
def test_unusable_command_line_is_explained(
    arguments: list[str],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from local_cloud.__main__ import main

    monkeypatch.setattr(sys, "argv", ["local_cloud", *arguments])

    with pytest.raises(SystemExit, match="2"):
        main()
    assert complaint in capsys.readouterr().err
