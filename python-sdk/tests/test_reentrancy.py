"""Calls from a signal's handler, a destructor, a factory and at the interpreter's end end as any other (WIRE-8)."""

from __future__ import annotations

import contextvars
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from memory import MemoryService, UnavailableError
from memory._wait_queue import WaitQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloud import Cloud
    from typing_extensions import Self

SRC = Path(__file__).resolve().parents[1] / "src"


class Everywhere:
    """Calls something between any two lines of the SDK's modules, as a signal or a collection would, but not in itself.

    Attributes:
        count: How often it was called.
    """

    def __init__(self, act: Callable[[], object], modules: tuple[str, ...], every: int = 1) -> None:
        self._act = act
        self._modules = modules
        self._every = every
        self._seen = 0
        self._is_inside = False
        self.count = 0

    def __enter__(self) -> Self:
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _trace(self, frame: Any, event: str, _argument: object) -> Any:
        if self._is_inside or not frame.f_code.co_filename.endswith(self._modules):
            return None if event == "call" else self._trace
        self._seen += 1
        if self._seen % self._every == 0:
            self._is_inside = True
            try:
                self._act()
                self.count += 1
            finally:
                self._is_inside = False
        return self._trace


HOLDING = (
    "_state.py",
    "_session.py",
    "_local.py",
    "_single_flight.py",
    "_wait_queue.py",
    "_pool.py",
    "_reader.py",
)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("inner", ["get", "put", "get_or_put", "remove", "another get"])
def test_a_call_between_any_two_lines_of_another_ends(cloud: Cloud, inner: str) -> None:
    mem = cloud.service(EDGE_TTL=1)
    acts: dict[str, Callable[[], object]] = {
        "get": lambda: mem.get("a"),
        "another get": lambda: mem.get("b"),
        "put": lambda: mem.put("a", 7),
        "remove": lambda: mem.remove("a"),
        "get_or_put": lambda: mem.get_or_put("c", lambda: 1),
    }
    mem.put("a", 1)
    with Everywhere(acts[inner], HOLDING, every=3) as everywhere:
        for turn in range(2):
            mem.get("a")
            mem.put("b", turn)
            mem.get("b")
            mem.remove("b")
            mem.clear("none/")
            cloud.clock.now += 2
    assert everywhere.count > 20
    # Nothing of what was left behind in the middle is wrong afterwards.
    mem.put("a", 2)
    assert mem.get("a") == 2
    mem.remove("a")
    assert mem.get("a", "none") == "none"
    assert not mem._state.doubted
    kept = mem._state.local._copies.items()
    assert mem.stats().bytes == sum(copy.size + len(name) for name, copy in kept)


def test_what_a_handler_puts_in_the_middle_of_a_read_is_not_hidden_by_it(cloud: Cloud) -> None:
    mem = cloud.service()
    cloud.service().put("a", "old")
    keep = mem._state.local.keep

    def interrupted(name: str, copy: Any) -> None:
        keep(name, copy)
        mem._state.local.keep = keep  # type: ignore[method-assign]
        mem.put("a", "new")
        assert mem.get("a") == "new"

    mem._state.local.keep = interrupted  # type: ignore[method-assign]
    assert mem.get("a") == "old"
    assert mem.get("a") == "new"


@pytest.mark.timeout(60)
def test_a_signal_that_comes_at_any_moment_hangs_nothing(cloud: Cloud) -> None:
    mem = cloud.service(DEADLINE=60)
    mem.put("a", 1)
    handled: list[Any] = []
    nested = 0

    def handle(*_: object) -> None:
        nonlocal nested
        nested += 1
        if (
            nested < NESTED
        ):  # a handler is interrupted as well, but on a busy machine not by one signal after the other
            signal.setitimer(signal.ITIMER_REAL, SOON)
        handled.append(mem.get("a", consistent=len(handled) % 2 == 0))
        mem.put("h", len(handled))
        nested -= 1
        arm()

    def arm() -> None:
        signal.setitimer(signal.ITIMER_REAL, SOON if time.monotonic() < until else 0)

    until = time.monotonic() + 3
    before = signal.signal(signal.SIGALRM, handle)
    arm()
    try:
        turn = 0
        while time.monotonic() < until:
            turn += 1
            mem.get(f"cold/{turn}")
            mem.put("a", 1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert handled
    assert set(handled) == {1}


@pytest.mark.timeout(60)
def test_a_destructor_that_reads_hangs_nothing(cloud: Cloud) -> None:
    mem = cloud.service(DEADLINE=60)
    mem.put("a", 1, edge_ttl=3600)
    ended: list[Any] = []

    class Visit:
        def __init__(self) -> None:
            self.me = self  # a cycle: the collector ends it, whenever that runs

        def __del__(self) -> None:
            ended.append(mem.get("a"))

    threshold = gc.get_threshold()
    gc.set_threshold(3, 2, 2)
    try:
        for turn in range(150):
            Visit()
            mem.get(f"cold/{turn}")
            if turn % 5 == 0:
                mem.put(f"warm/{turn % 50}", turn)
    finally:
        gc.set_threshold(*threshold)
    gc.collect()
    assert set(ended) == {1}


def test_a_get_of_the_same_name_in_the_middle_of_its_own_request_reads_s3(cloud: Cloud) -> None:
    mem = cloud.service()
    cloud.service().put("a", 1)
    get, inner = mem._reader._edge.get, list[Any]()

    def interrupted(path: str, deadline: float) -> Any:
        mem._reader._edge.get = get  # type: ignore[method-assign]
        began = time.monotonic()
        inner.append(mem.get("a"))
        assert time.monotonic() - began < 4
        return get(path, deadline)

    mem._reader._edge.get = interrupted  # type: ignore[assignment,method-assign]
    assert (mem.get("a"), inner) == (1, [1])


def test_who_computes_a_name_cannot_wait_for_it_in_the_same_thread(cloud: Cloud) -> None:
    mem = cloud.service()

    def factory() -> int:
        # A callback of the event loop: the same thread, and nothing is known of what it interrupted.
        return contextvars.Context().run(mem.get_or_put, "a", lambda: 1)

    with pytest.raises(RuntimeError, match="being computed by this thread"):
        mem.get_or_put("a", factory)
    assert mem.get_or_put("a", lambda: 1) == 1


AT_EXIT = """
import atexit, sys, threading, time
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

def work():
    mem.put_many({{"a": 1, "b": 2}})
    print(mem.get_many(["a", "b"]), mem.get("c"), mem.get_or_put("d", lambda: 4), flush=True)
    mem.remove_many(["a", "b"])

if sys.argv[1] == "atexit":
    atexit.register(work)
else:
    threading.Thread(target=lambda: (time.sleep(0.3), work())).start()
"""


@pytest.mark.parametrize("when", ["atexit", "thread"])
def test_batches_work_while_the_interpreter_ends(cloud: Cloud, when: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_EXIT.format(url=cloud.url), when],
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("{'a': 1, 'b': 2} None 4\n", "", 0)


def test_forty_threads_that_put_say_nothing(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    mem = cloud.service(DEADLINE=60)
    threads = [threading.Thread(target=mem.put, args=(f"a{number}", number)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cloud.objects) == 40
    assert caplog.records == []


def test_a_wait_queue_loses_no_wake() -> None:
    wait_queue, places = WaitQueue(), [None] * 2
    done: list[bool] = []

    def take() -> bool:
        try:
            places.pop()
        except IndexError:
            return False
        return True

    def work() -> None:
        for _ in range(200):
            done.append(wait_queue.wait(take, time.monotonic() + 30))
            places.append(None)
            wait_queue.wake_one()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert done == [True] * 1200
    assert not wait_queue.wait(lambda: False, time.monotonic() + 0.01)


SOON = 0.01  # seconds to the next signal
NESTED = 3  # handlers within each other


@pytest.fixture(autouse=True)
def _no_trace() -> Iterator[None]:
    yield
    sys.settrace(None)


def test_the_time_of_a_call_in_the_queue_is_the_callers(cloud: Cloud) -> None:
    mem: MemoryService = cloud.service(DEADLINE=1, FAILOVER=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("memory._pool.Pool.enter", lambda _, deadline: deadline < 0)
        with pytest.raises(UnavailableError, match="no free connection"):
            mem.get("a")
