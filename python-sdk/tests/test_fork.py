"""A forked process shares nothing with its parent, and works at once (WIRE-7)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from broken import Broken

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud import Cloud

SRC = Path(__file__).resolve().parents[1] / "src"
CHILDREN = 200
AT_A_TIME = 10
REQUESTS = 2000
SECONDS = 60  # a busy machine is no failure; what hangs hangs for ever

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here"),
    # That a fork among threads may hang is what is tested.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


def in_child(act: Callable[[], object]) -> int:
    """Fork, and end the child with 0 if all is well."""
    child = os.fork()
    if child:
        return child
    try:
        signal.alarm(SECONDS)
        act()
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - the parent only sees the code
        os.write(2, f"child: {error!r}\n".encode())
    os._exit(1)


def ended_well(child: int) -> bool:
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.slow
def test_children_forked_under_load_read_and_write(cloud: Cloud) -> None:
    mem = cloud.service(DEADLINE=60)
    mem.put("a", 1)
    stopped = threading.Event()

    def load(number: int) -> None:
        turn = 0
        while not stopped.is_set():
            turn += 1
            mem.get(f"cold/{number}/{turn}")
            mem.put(f"own/{number}", turn)
            mem.get_or_put(f"computed/{number}/{turn % 3}", lambda: 1)
            time.sleep(0.005)

    def act() -> None:
        assert mem.get("a") == 1
        mem.put(f"of/{os.getpid()}", 2)
        assert mem.get(f"of/{os.getpid()}", consistent=True) == 2

    threads = [threading.Thread(target=load, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    bad = 0
    try:
        for _ in range(CHILDREN // AT_A_TIME):
            children = [in_child(act) for _ in range(AT_A_TIME)]
            bad += sum(not ended_well(child) for child in children)
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    assert bad == 0


def test_a_child_waits_for_no_request_of_its_parent(cloud: Cloud) -> None:
    mem = cloud.service(LOCAL_MAX_ITEMS=0)
    cloud.service().put("a", 1)
    asked, release = threading.Event(), threading.Event()
    get = mem._reader._edge.get

    def slow(path: str, deadline: float) -> Any:
        if threading.current_thread() is not threading.main_thread():
            asked.set()
            release.wait(SECONDS)
        return get(path, deadline)

    mem._reader._edge.get = slow  # type: ignore[assignment,method-assign]
    thread = threading.Thread(target=lambda: mem.get("a"))
    thread.start()
    asked.wait(SECONDS)
    assert ended_well(in_child(lambda: _expect(mem.get("a"), 1)))
    release.set()
    thread.join()


def test_a_child_waits_for_no_computation_of_its_parent(cloud: Cloud) -> None:
    mem = cloud.service()
    began, release = threading.Event(), threading.Event()

    def factory() -> str:
        began.set()
        release.wait(SECONDS)
        return "parent"

    thread = threading.Thread(target=lambda: mem.get_or_put("a", factory))
    thread.start()
    began.wait(SECONDS)
    assert ended_well(in_child(lambda: _expect(mem.get_or_put("a", lambda: "child"), "child")))
    release.set()
    thread.join()


def test_a_child_takes_no_lock_that_was_held(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", 1)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with mem._state.lock:
            held.set()
            release.wait(SECONDS)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(SECONDS)
    # What the other thread was changing is not to be trusted either: it is read again, and not from an old copy.
    assert ended_well(in_child(lambda: _expect((mem.get("a"), mem.stats().memory_hits), (1, 0))))
    release.set()
    thread.join()


def test_a_child_keeps_what_its_parent_knew(cloud: Cloud) -> None:
    mem, other = cloud.service(LOCAL_MAX_ITEMS=0), cloud.service()
    other.put("a", 1)
    assert other.get("a") == 1
    cloud.service(LOCAL_MAX_ITEMS=0).get("a")  # the edge has a copy from now on
    mem.put("a", 2)
    assert ended_well(in_child(lambda: _expect(mem.get("a"), 2)))


def test_a_child_of_parents_that_wrote_knows_nothing_of_the_outcome(cloud: Cloud) -> None:
    mem = cloud.service(LOCAL_MAX_ITEMS=0)
    mem.put("a", 1)
    mem.get("a")
    mem._state.begin("a", cloud.clock())  # another thread is about to put it
    cloud.service().put("a", 2)
    assert ended_well(in_child(lambda: _expect(mem.get("a"), 2)))


def test_no_connection_is_used_by_two_processes(cloud: Cloud) -> None:
    served: list[socket.socket] = []
    body = b'{"v":1,"type":"int","value":1}'

    def serve(connection: socket.socket) -> None:
        served.append(connection)
        with contextlib.suppress(OSError):
            while connection.recv(65_536):
                head = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: %d\r\n\r\n' % len(body)
                connection.sendall(head + body)

    broken = Broken(serve)
    mem = cloud.service(EDGE_ENDPOINT=f"http://127.0.0.1:{broken.port}", LOCAL_MAX_ITEMS=0)
    mem.get("a")
    assert ended_well(in_child(lambda: mem.get("a")))
    mem.get("a")
    # The child's own, and the parent's still the same one.
    assert len(served) == 2
    broken.close()


def _expect(found: Any, expected: Any) -> None:
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r}")


APPLICATION = """
import threading, time
import memory

mem = memory.MemoryService(
    {{
        "DISTRIBUTION": "d1.cloudfront.net",
        "BUCKET_NAME": "values",
        "REGION": "us-east-1",
        "EDGE_ENDPOINT": {url!r},
    }},
    "shop",
)
mem.put("a", 1)
mem.get("a")

def application(environ, start_response):
    path = environ["PATH_INFO"][1:]
    mem.put(path, path)
    right = mem.get(path, consistent=True) == path and mem.get("a") == 1
    start_response("200 OK" if right else "500 Wrong", [("Content-Type", "text/plain")])
    return [b"ok"]
"""


@pytest.mark.slow
def test_gunicorn_with_preload_serves_every_request(cloud: Cloud, tmp_path: Path) -> None:
    pytest.importorskip("gunicorn")
    (tmp_path / "served.py").write_text(APPLICATION.format(url=cloud.url))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--preload",
        "-w",
        "4",
        "-b",
        f"127.0.0.1:{port}",
        "--chdir",
        str(tmp_path),
        "--timeout",
        "120",
    ]
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--log-level", "critical", *options, "served:application"],
        env=environment,
    )
    try:
        _wait_for(port)
        failures: list[str] = []
        threads = [threading.Thread(target=_visit, args=(port, number, failures)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("gunicorn did not start")


def _visit(port: int, number: int, failures: list[str]) -> None:
    import http.client

    for turn in range(REQUESTS // 4):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            connection.request("GET", f"/v{number}/{turn % 50}")
            if connection.getresponse().status != 200:
                failures.append(f"{number}/{turn}")
        except OSError as error:
            failures.append(f"{number}/{turn}: {error!r}")
        finally:
            connection.close()
