"""Tells a program what its calls come to: for metrics and traces."""

from __future__ import annotations

import functools
import inspect
import logging
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from memory._errors import MemoryServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    class Observed(Protocol):
        """A service, as far as its observer has to know it."""

        def get(self, name: str, default: Any = None, *, consistent: bool = False) -> Any: ...
        def get_entry(self, name: str, *, consistent: bool = False) -> Any: ...
        def keys(self, prefix: str = "") -> Iterator[str]: ...


_CALLS = (
    "put",
    "put_many",
    "get_many",
    "remove",
    "remove_many",
    "clear",
    "update",
    "increment",
    "touch",
    "get_or_put",
    "grant",
    "grant_put",
)
_LOGGER = logging.getLogger("memory")


class Observation(NamedTuple):
    """One call of a service, after its end. It has no name and no value.

    Attributes:
        operation: The method, such as `get`; of a decorated function `get_or_put`.
        service: The service name.
        source: Of `get` and `get_entry`, where it was read: `memory`, `edge`, `s3` or `stale`; else None.
        duration: Seconds that it took.
        error: The code of the error that it raised, `other` for one that is not of this SDK; None if it raised none.
    """

    operation: str
    service: str
    source: str | None
    duration: float
    error: str | None


class Watch:
    """Observes the calls of one service. A service without an observer has nothing of this on its way.

    Args:
        observer: What is told.
        service_name: The service name.
    """

    def __init__(self, observer: Callable[[Observation], object], service_name: str) -> None:
        self._observer = observer
        self._service_name = service_name

    def over(self, service: Observed, read: Callable[..., Any]) -> None:
        """Put itself in front of the methods of a service.

        Args:
            service: The service.
            read: Reads a name, and returns what `get` makes its value of, with where it was read.
        """
        for operation in _CALLS:
            setattr(service, operation, self.call(operation, getattr(service, operation)))
        listed = service.keys

        @functools.wraps(listed)
        def keys(prefix: str = "") -> Iterator[str]:
            names = listed(prefix)
            return self._listing(names)

        @functools.wraps(service.get)
        def get(name: str, default: Any = None, *, consistent: bool = False) -> Any:
            return self._reading("get", lambda: read(name, default, consistent=consistent))

        entry_of = service.get_entry

        @functools.wraps(entry_of)
        def get_entry(name: str, *, consistent: bool = False) -> Any:
            def entry() -> tuple[Any, str | None]:
                found = entry_of(name, consistent=consistent)
                return found, found and found.source

            return self._reading("get_entry", entry)

        for method in (keys, get, get_entry):
            setattr(service, method.__name__, method)

    def call(self, operation: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function, synchronous or not, that is observed as an operation."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                began = time.monotonic()
                error: BaseException | None = None
                try:
                    return await function(*args, **kwargs)
                except BaseException as raised:
                    error = raised
                    raise
                finally:
                    self._tell(operation, began, None, error)

            return awaited

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            began = time.monotonic()
            error: BaseException | None = None
            try:
                return function(*args, **kwargs)
            except BaseException as raised:
                error = raised
                raise
            finally:
                self._tell(operation, began, None, error)

        return called

    def _reading(self, operation: str, read: Callable[[], tuple[Any, str | None]]) -> Any:
        began = time.monotonic()
        error: BaseException | None = None
        source: str | None = None
        try:
            value, source = read()
        except BaseException as raised:
            error = raised
            raise
        else:
            return value
        finally:
            self._tell(operation, began, source, error)

    def _listing(self, names: Iterator[str]) -> Iterator[str]:
        began = time.monotonic()
        error: BaseException | None = None
        try:
            yield from names
        except Exception as raised:
            error = raised
            raise
        finally:
            self._tell("keys", began, None, error)

    def _tell(self, operation: str, began: float, source: str | None, error: BaseException | None) -> None:
        code = None if error is None else error.code if isinstance(error, MemoryServiceError) else "other"
        duration = time.monotonic() - began
        try:
            self._observer(Observation(operation, self._service_name, source, duration, code))
        except Exception as raised:  # noqa: BLE001 - a call does not fail for its observer
            _LOGGER.warning("memory: the observer raised %s", type(raised).__name__)
