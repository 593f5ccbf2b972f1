"""The engine's process: what it listens on, what it hands to functions, what it leaves behind."""

from __future__ import annotations

import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from local_cloud import EngineError, LocalCloud
from local_cloud.engine import Engine, _free_port
from local_cloud.run_keys import RunKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LISTEN = "0A"  # in /proc/net/tcp
LOOPBACK = "0100007F"
linux_only = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc, which is Linux's")


@pytest.fixture
def engine() -> Iterator[Engine]:
    started = Engine.start(node=None, auth=False, variables={})
    yield started
    started.stop()


def listening_addresses(pid: int) -> set[str]:
    """Return the hexadecimal local addresses (IPv4 and IPv6) on which a process accepts connections."""
    links = [link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    inodes = {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:")}
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    ]
    return {row[1].split(":")[0] for row in rows if row[3] == LISTEN and row[9] in inodes}


def living_members(group: int) -> list[str]:
    """Return the processes of a process group, without those that are dead and only wait to be reaped."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if int(its_group) == group and state != "Z":
            members.append(stat.parent.name)
    return members


@linux_only
def test_engine_listens_on_loopback_only(engine: Engine) -> None:
    assert listening_addresses(engine.process.pid) == {LOOPBACK}


@linux_only
def test_stopping_ends_the_workers_of_functions_and_removes_the_folder(
    function_template: Callable[..., dict[str, object]],
) -> None:
    with LocalCloud.start() as cloud:
        engine = cloud._engine
        cloud.deploy(function_template("import time\ndef run(event, context): return 1"), stack_name="one")
        cloud.client("lambda").invoke(FunctionName="one")
        assert len(living_members(engine.process.pid)) == 2

    assert living_members(engine.process.pid) == []
    assert not engine.folder.exists()


def test_stopping_twice_does_nothing(engine: Engine) -> None:
    engine.stop()
    engine.stop()


def test_engine_that_ends_at_once_is_reported_with_the_end_of_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr("local_cloud.engine._free_port", lambda: taken.getsockname()[1])
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

        with pytest.raises(EngineError, match="already in use"):
            Engine.start(node=None, auth=False, variables={})

    assert list(tmp_path.iterdir()) == []


def test_another_engine_on_the_same_port_is_not_taken_for_this_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = iter([engine.port, _free_port()])
    monkeypatch.setattr("local_cloud.engine._free_port", lambda: next(ports))

    other = Engine.start(node=None, auth=False, variables={})
    other.stop()

    assert other.port != engine.port


def test_who_has_the_port_is_not_told_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Healthy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers}")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    keys = RunKeys()
    with ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        monkeypatch.setattr("local_cloud.engine._free_port", lambda: server.server_address[1])

        with pytest.raises(EngineError, match="already in use"):
            Engine.start(node=None, auth=False, variables={}, keys=keys)
        server.shutdown()

    assert asked
    assert not [text for text in asked if keys.engine in text]


def test_engine_that_has_ended_is_reported_with_its_exit_code() -> None:
    with LocalCloud.start() as cloud:
        cloud._engine.process.kill()
        cloud._engine.process.wait()

        with pytest.raises(ClientError, match=r"BadGateway.*The engine ended with -9"):
            cloud.client("s3").list_buckets()


def test_functions_run_on_this_python_and_see_the_given_variables_but_not_the_callers(
    cloud: LocalCloud, function_template: Callable[..., dict[str, object]]
) -> None:
    code = (
        "import os, sys\n"
        "def run(event, context): return [list(sys.version_info[:2]), os.environ.get('COLOUR'), "
        "[name for name in os.environ if name.startswith('PYTEST')]]"
    )
    cloud.deploy(function_template(code), stack_name="seen")

    answer = cloud.client("lambda").invoke(FunctionName="one")["Payload"].read()

    assert answer.decode() == f'[[{sys.version_info[0]}, {sys.version_info[1]}], "green", []]'


def test_functions_find_boto3_but_not_the_packages_that_a_layer_would_bring(
    cloud: LocalCloud, function_template: Callable[..., dict[str, object]]
) -> None:
    code = (
        "from importlib.util import find_spec\n"
        "def run(event, context):\n"
        "    return [bool(find_spec(name)) for name in ('boto3', 'requests', 'cryptography', 'aiohttp')]"
    )
    cloud.deploy(function_template(code, name="bare"), stack_name="bare")

    answer = cloud.client("lambda").invoke(FunctionName="bare")["Payload"].read()

    assert answer == b"[true, false, false, false]"
