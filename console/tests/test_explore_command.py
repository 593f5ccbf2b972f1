"""`memory-service explore` as a process: it prints a link, serves it, and ends with Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from click.testing import Result

    from conftest import Values


def test_link_opens_the_page_until_ctrl_c(values: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    command = [sys.executable, "-m", "memory_console", "explore", "--no-browser", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        link = json.loads(process.stdout.readline())["link"]
        with urllib.request.urlopen(link, timeout=60) as answer:
            page = answer.read().decode()
        process.send_signal(signal.SIGINT)
        code = process.wait()

    assert link.startswith("http://127.0.0.1:")
    assert 'http-equiv="refresh"' in page
    assert code == 0


def test_bucket_that_is_not_there_is_told_at_once(values: Values, run: Callable[..., Result]) -> None:
    assert run("explore", "--no-browser", "--bucket", "not-there").exit_code == 6


def test_port_that_is_taken_is_told(values: Values, run: Callable[..., Result]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("explore", "--no-browser", "--port", str(taken.getsockname()[1]))

    assert (result.exit_code, "--port" in result.stderr) == (6, True)
