"""Pauses between the steps of clients."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from history import intermission
from history.clock import SharedClock
from history.intermission import Intermission

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SOON = 10  # seconds, which nothing here takes


def nobody(stepping: set[object]) -> bool:
    return not stepping


def test_what_is_done_alone_waits_for_steps_and_steps_for_it() -> None:
    pauses, said = Intermission(), []
    may_end, is_alone, may_go_on = threading.Event(), threading.Event(), threading.Event()

    def step(name: str) -> None:
        with pauses.step(name):
            said.append(f"{name} begins")
            may_end.wait(SOON)
            said.append(f"{name} ends")

    def act() -> None:
        is_alone.set()
        said.append("alone")
        may_go_on.wait(SOON)
        said.append("no more")

    with ExitStack() as running:
        threads = [
            threading.Thread(target=step, args=["a"]),
            threading.Thread(target=pauses.alone, args=[act, nobody]),
            threading.Thread(target=step, args=["b"]),
        ]
        for thread in threads[:2]:
            thread.start()
            running.callback(thread.join)
            time.sleep(0.05)
        assert not is_alone.is_set()
        may_end.set()
        assert is_alone.wait(SOON)
        threads[2].start()
        running.callback(threads[2].join)
        time.sleep(0.05)
        may_go_on.set()

    assert said == ["a begins", "a ends", "alone", "no more", "b begins", "b ends"]


def test_whoever_is_frozen_in_a_step_is_not_waited_for() -> None:
    pauses, done = Intermission(), []
    with pauses.step("frozen"):
        pauses.alone(lambda: done.append(1), lambda stepping: stepping <= {"frozen"})
    assert done == [1]


def test_what_cannot_be_done_alone_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intermission, "_PATIENCE", 0.01)
    pauses, done = Intermission(), []
    with pauses.step("a"):
        pauses.alone(lambda: done.append(1), nobody)
    with pauses.step("b"):
        assert done == []


def test_a_wrong_clock_moves_with_the_right_one(tmp_path: Path) -> None:
    clock = SharedClock(tmp_path / "ahead")
    fast = clock.file_of(25)
    clock.advance(4)
    assert [float(file.read_text("ascii")) for file in (clock.file, fast)] == [4, 29]
    assert clock.file_of(25) == fast
    assert clock.file_of(0) == clock.file
