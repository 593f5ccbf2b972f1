"""Faults on demand: what is to go wrong, where, and how often."""

from __future__ import annotations

import threading
from dataclasses import KW_ONLY, asdict, dataclass, fields
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, get_args

from local_cloud.request_hooks import Place, RequestHooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Kind = Literal[
    "refuse",
    "reset",
    "reset-kept",
    "hang",
    "slow",
    "slow-head",
    "status",
    "keys",
    "cut",
    "garbled",
    "headers",
    "early",
    "no-http",
    "lost",
]
_NUMBERS = {"delay", "pause"}
_WHOLE_NUMBERS = {"pop", "times", "every", "status"}


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with the requests it is for.

    Attributes:
        where: `edge`: what viewers ask of CloudFront. `s3`: what applications ask of S3. `origin`: what the
            edge asks of S3.
        kind: How it goes wrong:

            - `refuse`: there are no connections any more; kept ones are reset. For all that is asked there,
              at `s3` for every AWS service, since they share the address.
            - `reset`: the connection is reset; the request is not carried out.
            - `reset-kept`: the same, but only where the connection has carried a request before: what a
              function meets that was frozen in between.
            - `hang`: no answer ever comes, until the fault is cleared.
            - `slow`: the right answer comes slowly, by `delay` and `pause`.
            - `slow-head`: the same, and its headers come as slowly as its body.
            - `status`: the answer is an error with `status`.
            - `keys`: of a removal of many keys S3 says that none could be removed, each for the error `code`;
              none is.
            - `cut`: half of the body comes, then the connection ends.
            - `garbled`: the headers are right, every byte of the body is wrong.
            - `headers`: the body is right, and the lines of `headers` replace the answer's own of these names.
            - `early`: before the right answer comes a `103 Early Hints`; with `pause` one comes after another, and
              no answer.
            - `no-http`: the answer is not HTTP.
            - `lost`: the request is carried out, but instead of an answer the connection is reset.
        path: What the path begins with, as it is sent; at S3 it is `/<bucket>/<key>`.
        method: The HTTP method; None is every one.
        pop: At an edge, the number of the point of presence, from 0; None is every one.
        times: How many requests meet it; None is all of them, until it is cleared.
        every: Of the requests that it is for, every how many-th meets it.
        status: For the kind `status`: 400 to 599.
        code: For the kinds `status` and `keys`: the error's code. Empty for the one that S3 has for the status, and for
            CloudFront's page, which has none.
        delay: Seconds before anything happens, whatever the kind.
        pause: For the kinds `slow`, `slow-head` and `early`: seconds before each byte, or each hint.
        headers: For the kind `headers`: `Name: value` on a line each, sent as they are; the first may be a status line.

    Raises:
        ValueError: An attribute is none of these, or not for this kind.
    """

    where: Place
    kind: Kind
    _: KW_ONLY
    path: str = "/"
    method: str | None = None
    pop: int | None = None
    times: int | None = None
    every: int = 1
    status: int = 503
    code: str = ""
    delay: float = 0.0
    pause: float = 0.0
    headers: str = ""

    def __post_init__(self) -> None:
        if self.where not in get_args(Place):
            raise ValueError(f"where is one of {', '.join(get_args(Place))}, not {self.where!r}")
        if self.kind not in get_args(Kind):
            raise ValueError(f"kind is one of {', '.join(get_args(Kind))}, not {self.kind!r}")
        if not self.path.startswith("/"):
            raise ValueError(f"path starts with /, unlike {self.path!r}")
        if self.pop is not None and self.where != "edge":
            raise ValueError("only an edge has points of presence: leave pop out")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times is at least 1, not {self.times}")
        if self.every < 1:
            raise ValueError(f"every is at least 1, not {self.every}")
        if self.status not in {*HTTPStatus} or self.status < HTTPStatus.BAD_REQUEST:
            raise ValueError(f"status is an HTTP error, not {self.status}")
        if min(self.delay, self.pause) < 0:
            raise ValueError("delay and pause are not negative")
        self._check_kind()

    def _check_kind(self) -> None:
        if self.code and self.kind not in {"status", "keys"}:
            raise ValueError("only an error has a code: leave it out")
        if self.kind == "keys" and self.where != "s3":
            raise ValueError("keys is for what applications ask of S3")
        if self.kind == "refuse" and (self.path, self.method, self.times, self.every) != ("/", None, None, 1):
            raise ValueError(
                "refuse is for all requests, until it is cleared: no path, method, times or every"
            )

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Fault:
        """Return the fault that a JSON object describes, which has the attributes as members.

        Raises:
            ValueError: A member is unknown, missing, or not what it must be.
        """
        unknown = set(given) - {field.name for field in fields(cls)}
        if unknown or not {"where", "kind"} <= set(given):
            raise ValueError(
                f"a fault has where, kind and maybe more; unknown here: {', '.join(sorted(unknown)) or 'none'}"
            )
        for name, value in given.items():
            if value is None and name in {"method", "pop", "times"}:
                continue
            kinds: tuple[type, ...] = (
                (int,) if name in _WHOLE_NUMBERS else (int, float) if name in _NUMBERS else (str,)
            )
            if not isinstance(value, kinds) or isinstance(value, bool):
                raise ValueError(f"{name} is not {value!r}")  # noqa: TRY004 - one kind of error for the caller
        return cls(**given)

    def is_for(self, where: Place, pop: int | None, method: str, path: str, *, kept: bool) -> bool:
        """Return whether it is for this request; `kept` says that its connection has carried another one."""
        return (
            self.where == where
            and self.pop in (None, pop)
            and self.method in (None, method)
            and path.startswith(self.path)
            and (kept or self.kind != "reset-kept")
        )


@dataclass
class _Active:
    """A fault that has not healed, how many requests may still meet it, and how many it was for."""

    fault: Fault
    left: int | None
    seen: int = 0


class Faults:
    """The faults of one local cloud, for any thread; of several for the same request the oldest counts.

    Attributes:
        request_hooks: what somebody else does between two requests.
    """

    def __init__(self, places: frozenset[Place], points_of_presence: int) -> None:
        """Know where faults are possible.

        Args:
            places: Where this cloud can have faults.
            points_of_presence: How many points of presence there are.
        """
        self.request_hooks = RequestHooks()
        self._places = places
        self._points = points_of_presence
        self._lock = threading.Lock()
        self._active: list[_Active] = []
        self._listeners: list[Callable[[], None]] = []

    def add(self, fault: Fault) -> None:
        """Let it go wrong from now on.

        Raises:
            ValueError: This cloud cannot have a fault there.
        """
        if fault.where not in self._places:
            raise ValueError(f"faults at {fault.where} need a local cloud that was started with faults=True")
        if fault.pop is not None and not 0 <= fault.pop < self._points:
            raise ValueError(f"there is no point of presence {fault.pop}: there are {self._points}")
        with self._lock:
            self._active.append(_Active(fault, fault.times))
        self._tell()

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._active.clear()
        self._tell()

    def active(self) -> list[dict[str, Any]]:
        """Return the faults that have not healed, each with `left`: how many requests may still meet it."""
        with self._lock:
            return [{**asdict(one.fault), "left": one.left} for one in self._active]

    def take(self, where: Place, pop: int | None, method: str, path: str, *, kept: bool) -> Fault | None:
        """Return the fault that a request meets, if any, which thereby may heal for the next one."""
        with self._lock:
            for one in self._active:
                if one.fault.kind != "refuse" and one.fault.is_for(where, pop, method, path, kept=kept):
                    one.seen += 1
                    if one.seen % one.fault.every:
                        continue
                    if one.left is not None:
                        one.left -= 1
                        if not one.left:
                            self._active.remove(one)
                    return one.fault
        return None

    def refuses(self, where: Place, pop: int | None) -> bool:
        """Return whether there are no connections at this place."""
        with self._lock:
            faults = [one.fault for one in self._active if one.fault.kind == "refuse"]
        return any(fault.where == where and fault.pop in (None, pop) for fault in faults)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call the listener after each `add` and `clear`, which return after it has."""
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
