"""A bucket with a million names: what is shown first takes one page of S3's, and what is shown last no more memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from generated_bucket import FOLDER, GeneratedBucket, generated_bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

MILLION = 1_000_000
MOST_KIB = 200 * 1024


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeneratedBucket]:
    with generated_bucket(MILLION) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("MEMORY_BUCKET_NAME", "values")
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        yield server


def test_first_lines_of_ls_take_one_page(bucket: GeneratedBucket, run: Callable[..., Result]) -> None:
    result = run("ls", "shop", "n/", "--limit", "3")

    assert [line.split()[-1] for line in result.stdout.splitlines()] == [
        "n/0000000",
        "n/0000001",
        "n/0000002",
    ]
    assert bucket.pages == [(FOLDER, 1000)]


def test_lines_are_printed_while_the_listing_goes_on(bucket: GeneratedBucket) -> None:
    command = [sys.executable, "-m", "memory_console", "ls", "shop", "--recursive"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        seen = len(bucket.pages)
        process.stdout.close()  # as `| head -1` does
        process.wait()

    assert first.endswith("n/0000000\n")
    assert seen < MILLION / 1000
    assert len(bucket.pages) < MILLION / 1000


@pytest.mark.slow
def test_ls_of_all_stays_under_200_mb(bucket: GeneratedBucket, tmp_path: Path) -> None:
    script, peak = str(Path(__file__).with_name("peak_memory.py")), tmp_path / "peak"
    command = [sys.executable, script, str(peak), "ls", "shop", "--recursive"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ)) as process:
        assert process.stdout is not None
        lines = last = 0
        for line in process.stdout:
            lines += 1
            last = int(line.rpartition(b"/")[2])

    print(f"peak memory {int(peak.read_text()) / 1024:.0f} MiB")
    assert (process.returncode, lines, last) == (0, MILLION, MILLION - 1)
    assert int(peak.read_text()) < MOST_KIB
