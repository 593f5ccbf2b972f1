"""One call for many names, several at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from memory._errors import BatchError, MemoryServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Enough to hide the latency of S3; more threads than that only wait for each other in Python.
CONCURRENCY = 16

Result = TypeVar("Result")


def for_each(names: Iterable[str], call: Callable[[str], Result]) -> dict[str, Result]:
    """Call a function with each name and return the results in the order of the names (MANY-1).

    The threads end with the call: nothing is left running after a handler returns.

    Raises:
        BatchError: Calls failed with errors of this SDK; it has those, and the results of the others.
    """
    distinct = list(dict.fromkeys(names))
    if not distinct:
        return {}
    from concurrent.futures import ThreadPoolExecutor

    results: dict[str, Result] = {}
    errors: dict[str, MemoryServiceError] = {}
    with ThreadPoolExecutor(min(CONCURRENCY, len(distinct)), thread_name_prefix="memory") as pool:
        for name, future in {name: pool.submit(call, name) for name in distinct}.items():
            try:
                results[name] = future.result()
            except MemoryServiceError as error:
                errors[name] = error
    raise_if_any(errors, results)
    return results


def raise_if_any(errors: dict[str, MemoryServiceError], results: dict[str, Any]) -> None:
    """Raise what went wrong with some names as one error.

    Raises:
        BatchError: There are errors.
    """
    if errors:
        name, first = next(iter(errors.items()))
        total = len(errors) + len(results)
        raise BatchError(f"{len(errors)} of {total} names failed, first {name!r}: {first}", errors, results)
