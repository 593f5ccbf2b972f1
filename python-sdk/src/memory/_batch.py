"""One call for many names, several at a time."""

from __future__ import annotations

from collections import deque
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from memory._errors import BatchError, MemoryServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Enough to hide the latency of S3; more threads than that only wait for each other in Python.
CONCURRENCY = 16

Result = TypeVar("Result")


def for_each(names: Iterable[str], call: Callable[[str], Result]) -> dict[str, Result]:
    """Call a function with each name and return the results in the order of the names (MANY-1).

    The threads end with the call: nothing is left running after a handler returns. The caller's thread is one of
    them, and the only one when there are no others to be had, as at the interpreter's end (WIRE-8).

    Raises:
        BatchError: Calls failed with errors of this SDK; it has those, and the results of the others.
    """
    waiting = deque(dict.fromkeys(names))
    order = tuple(waiting)
    results: dict[str, Result] = {}
    errors: dict[str, BaseException] = {}

    def work() -> None:
        while waiting:
            try:
                name = waiting.popleft()
            except IndexError:
                return
            try:
                results[name] = call(name)
            except BaseException as error:  # noqa: BLE001 - it is raised below, in the caller's thread
                errors[name] = error
                if not isinstance(error, Exception):
                    waiting.clear()  # somebody wants all of it to end

    helpers = _started(work, min(CONCURRENCY, len(order)) - 1)
    try:
        work()
    finally:
        for helper in helpers:
            helper.join()
    known: dict[str, MemoryServiceError] = {}
    for name in order:
        error = errors.get(name)
        if isinstance(error, MemoryServiceError):
            known[name] = error
        elif error is not None:
            raise error
    in_order = {name: results[name] for name in order if name in results}
    raise_if_any(known, in_order)
    return in_order


def _started(work: Callable[[], None], count: int) -> list[Thread]:
    """Return threads that do some work, as many as can be had."""
    threads: list[Thread] = []
    for number in range(count):
        thread = Thread(target=work, name=f"memory-{number}")
        try:
            thread.start()
        except RuntimeError:
            break
        threads.append(thread)
    return threads


def raise_if_any(errors: dict[str, MemoryServiceError], results: dict[str, Any]) -> None:
    """Raise what went wrong with some names as one error.

    Raises:
        BatchError: There are errors.
    """
    if errors:
        name, first = next(iter(errors.items()))
        total = len(errors) + len(results)
        raise BatchError(f"{len(errors)} of {total} names failed, first {name!r}: {first}", errors, results)
