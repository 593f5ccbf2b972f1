"""Whoever started a local cloud may end in any way: nothing of it stays."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

# A function runs as well, so that a worker of the engine's is there.
STARTER = """
from layers.archive import zip_files
from local_cloud import LocalCloud
cloud = LocalCloud.start(auth={auth})
cloud.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument="{{}}")
functions = cloud.client("lambda")
functions.create_function(
    FunctionName="waits", Runtime="python3.13", Role="arn:aws:iam::000000000000:role/any", Handler="index.handler",
    Code={{"ZipFile": zip_files({{"index.py": b"import time\\ndef handler(event, context): time.sleep(event)"}})}},
)
functions.invoke(FunctionName="waits", Payload=b"0")
print("ready", flush=True)
functions.invoke(FunctionName="waits", Payload=b"600")
"""
SOON = 10  # seconds in which everything is gone


def start(folder: Path, *, auth: bool = False) -> subprocess.Popen[bytes]:
    """Start a local cloud in a process of its own, whose files all lie in the folder."""
    return subprocess.Popen(
        [sys.executable, "-c", STARTER.format(auth=auth)],
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
    )


def processes_in(folder: Path) -> list[str]:
    """Return the command lines of those that work in the folder or below it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve().is_relative_to(folder):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:  # it has ended, or is another user's
            continue
    return found


def everything_goes(folder: Path, seconds: Callable[[float], float]) -> None:
    deadline = time.monotonic() + seconds(SOON)
    while processes_in(folder) or any(folder.iterdir()):
        assert time.monotonic() < deadline, (processes_in(folder), list(folder.iterdir()))
        time.sleep(0.05)


@pytest.mark.parametrize("auth", [False, True])
def test_a_starter_that_is_killed_leaves_no_process_and_no_folder(
    *, auth: bool, tmp_path: Path, seconds: Callable[[float], float]
) -> None:
    with start(tmp_path, auth=auth) as starter:
        assert starter.stdout
        assert starter.stdout.readline() == b"ready\n"
        assert processes_in(tmp_path)
        starter.send_signal(signal.SIGKILL)
    everything_goes(tmp_path, seconds)


@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_no_process_and_no_folder(
    tmp_path: Path, seconds: Callable[[float], float]
) -> None:
    seed = random.randrange(2**32)  # noqa: S311 - not for secrets
    print(f"seed {seed}")  # noqa: T201 - for whoever has to repeat it
    chance = random.Random(seed)  # noqa: S311
    for turn in range(10):
        with start(tmp_path, auth=bool(turn % 2)) as starter:
            # The moment may be any, but before there is a folder there is nothing to leave.
            while not any(tmp_path.glob("*/engine.log")):
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 2))
            starter.send_signal(signal.SIGKILL)
        everything_goes(tmp_path, seconds)


def test_what_the_engine_writes_is_nobody_elses(tmp_path: Path) -> None:
    with start(tmp_path) as starter:
        assert starter.stdout
        starter.stdout.readline()
        [folder] = tmp_path.iterdir()
        modes = {
            path: path.lstat().st_mode & 0o077
            for path in [folder, *folder.rglob("*")]
            if not path.is_symlink()
        }
        starter.send_signal(signal.SIGKILL)
    assert modes[folder] == 0
    assert modes[folder / "engine.log"] == 0
    assert {path for path, mode in modes.items() if mode and "s3" in path.parts} == set()
