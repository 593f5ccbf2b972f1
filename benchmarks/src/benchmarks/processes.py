"""Processes that a run starts for itself: the one core that they share, and servers."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from typing_extensions import Self

HOST = "127.0.0.1"
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_POLL = 0.02


@contextmanager
def on_one_core() -> Iterator[None]:
    """Let processes that are started within this use one core, always the same, where the system can do that.

    Whether a wake-up goes to another core, which has to wake up itself, is a matter of luck and takes longer than most
    of what is measured. A Lambda function below 1,769 MB has less than one ("Configure Lambda function memory" in its
    developer guide).
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


class Server:
    """A running process that listens on a port; use it in a `with` statement. What it says goes to the log."""

    def __init__(self, name: str, command: Sequence[str], port: int, log: Path) -> None:
        with log.open("wb") as out, on_one_core():
            self._process = subprocess.Popen(  # noqa: S603 - the harness names the programs
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # safe from the terminal's Ctrl-C
            )
        deadline = time.monotonic() + _START_SECONDS
        while not _listens(port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                said = log.read_text(errors="replace")[-2000:]
                raise ServerError(f"{name} does not listen on port {port}. It said:\n{said}")
            time.sleep(_POLL)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
