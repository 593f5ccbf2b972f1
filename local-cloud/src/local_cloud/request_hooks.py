"""Request hooks: what somebody else does just before a request is carried out, so that a race ends as wanted."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

#: Where requests are met: what viewers ask of CloudFront, applications of S3, and the edge of S3.
Place = Literal["edge", "s3", "origin"]


@dataclass
class _Hook:
    where: Place
    method: str | None
    path: str
    act: Callable[[], object]
    left: int


class RequestHooks:
    """The hooks of one local cloud, for any thread; of several for the same request the oldest is called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Hook] = []

    def add(
        self,
        where: Place,
        act: Callable[[], object],
        *,
        method: str | None = None,
        path: str = "/",
        times: int = 1,
    ) -> None:
        """Let something happen before a request, once it has come in and before it has any effect.

        Args:
            where: As for `Fault`: `edge`, `s3` or `origin`.
            act: Is called in a thread of its own; the request waits for it. It may use this cloud.
            method: The request's HTTP method; None is every one.
            path: What its path begins with, as it is sent; at S3 it is `/<bucket>/<key>`.
            times: Before how many requests it happens.

        Raises:
            ValueError: `times` is less than 1.
        """
        if times < 1:
            raise ValueError(f"times is at least 1, not {times}")
        with self._lock:
            self._waiting.append(_Hook(where, method, path, act, times))

    def clear(self) -> None:
        """Let nothing happen any more."""
        with self._lock:
            self._waiting.clear()

    def take(self, where: Place, method: str, path: str) -> Callable[[], object] | None:
        """Return what happens before this request, if anything."""
        with self._lock:
            for one in self._waiting:
                if one.where == where and one.method in (None, method) and path.startswith(one.path):
                    one.left -= 1
                    if not one.left:
                        self._waiting.remove(one)
                    return one.act
        return None
