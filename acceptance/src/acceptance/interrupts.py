"""Ctrl-C and its like: the first ends the run, and none ends the deletion."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_by_signal() -> Iterator[None]:
    """Let Ctrl-C, a closed terminal and a polite end of the process raise KeyboardInterrupt."""
    with _handled(_interrupt):
        yield


@contextmanager
def held_back(task: str) -> Iterator[None]:
    """Answer the same signals with a word, and go on."""
    line = f"Still {task}: what is left would stay in your account.\n".encode()
    # Not by print: the signal may come in the middle of one.
    with _handled(lambda *_: os.write(1, line)):
        yield


@contextmanager
def _handled(handler: Callable[..., object]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
