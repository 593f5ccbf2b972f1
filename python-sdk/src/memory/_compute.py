"""Compute if absent: one factory at a time, an early refresh by chance (specification, section 8.4)."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import hashlib
import inspect
import json
import logging
import math
import threading
from collections import OrderedDict
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar, cast

from memory._envelope import decode, encode
from memory._errors import AccessDeniedError, ConfigurationError, UnavailableError
from memory._names import quoted
from memory._value_writer import refuse_text, write_value

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from memory._local import CachedValue
    from memory._options import PutOptions
    from memory._reader import Reading

_LOGGER = logging.getLogger("memory")
_HASH_DIGITS = 32
_ENDS_REMEMBERED = 1000

# What is being computed by this thread or task: the service's computations and the name.
_COMPUTING: contextvars.ContextVar[frozenset[tuple[int, str]]] = contextvars.ContextVar(
    "memory_computing", default=frozenset()
)

Function = TypeVar("Function", bound="Callable[..., Any]")


class Cache(Protocol):
    """What computations need of a service."""

    def find(self, name: str, *, consistent: bool) -> Reading:
        """Read what is stored, from S3 itself if that is wanted."""

    def find_fresh(self, name: str) -> CachedValue | None:
        """Return the copy in memory if it may be served without asking."""

    def store(self, name: str, value: Any, options: PutOptions, took: int) -> None:
        """Put a value."""


class _Finding(NamedTuple):
    """What there is under a name.

    Attributes:
        copy: The value; None if there is none.
        is_readable: Whether somebody could be asked (COMP-3).
        is_of_s3: Whether S3 itself says so (COMP-5).
    """

    copy: CachedValue | None
    is_readable: bool
    is_of_s3: bool


class _AbandonedError(Exception):
    """Whoever computed was interrupted."""


class _Computation(Future[bytes]):
    """A computation that is under way, begun by the thread that made this object."""

    def __init__(self) -> None:
        super().__init__()
        self.leader = threading.get_ident()


class Computations:
    """Runs factories.

    Args:
        cache: Where values are found and put.
        clock: Returns Unix time in seconds.
        random: Returns a number from 0 to 1.
    """

    def __init__(self, cache: Cache, clock: Callable[[], float], random: Callable[[], float]) -> None:
        self._cache = cache
        self._clock = clock
        self._random = random
        # Of the kind that a thread may take twice: a destructor may come in the middle (WIRE-8).
        self._lock = threading.RLock()
        self._running: dict[str, _Computation] = {}
        # When computations ended, by count: who looked before may have missed what they stored.
        self._ends = 0
        self._ended: OrderedDict[str, int] = OrderedDict()

    def reset_after_fork(self) -> None:
        """Wait for no computation of the parent's (WIRE-7)."""
        self._lock = threading.RLock()
        self._running = {}

    def get_or_put(self, name: str, factory: Callable[[], Any], options: PutOptions) -> Any:
        """Return the value of a name, computed if there is none.

        Raises:
            RuntimeError: The factory asks for its own name.
            MemoryServiceError: The value cannot be read or stored.
        """
        while True:
            looked = self._ends
            finding = self._find(name)
            copy = finding.copy
            if copy is not None and not self._is_due(copy):
                return copy.value()
            future, leads = self._join(name, looked)
            if future is None:
                continue
            if leads:
                return self._lead(name, future, factory, options, finding)
            if copy is not None:
                return copy.value()
            if future.leader == threading.get_ident():
                # A signal's handler or a destructor, or a call in the event loop that would stop the loop (WIRE-8).
                raise RuntimeError(
                    f"{quoted(name)} is being computed by this thread, which cannot wait for itself"
                )
            try:
                return decode(future.result()).value
            except _AbandonedError:
                continue

    async def get_or_put_async(
        self, name: str, factory: Callable[[], Awaitable[Any]], options: PutOptions
    ) -> Any:
        """Do the same with a factory that is awaited. What blocks is done in a thread."""
        while True:
            looked = self._ends
            finding = _Finding(self._cache.find_fresh(name), is_readable=True, is_of_s3=False)
            if finding.copy is None:
                finding = await asyncio.to_thread(self._find, name)
            copy = finding.copy
            if copy is not None and not self._is_due(copy):
                return copy.value()
            future, leads = self._join(name, looked)
            if future is None:
                continue
            if leads:
                return await self._lead_async(name, future, factory, options, finding)
            if copy is not None:
                return copy.value()
            try:
                return decode(await asyncio.shield(asyncio.wrap_future(future))).value
            except _AbandonedError:
                continue

    def _find(self, name: str) -> _Finding:
        try:
            reading = self._cache.find(name, consistent=False)
        except UnavailableError as error:
            _LOGGER.warning("memory: %s cannot be read, computing it: %s", quoted(name), error)
            return _Finding(None, is_readable=False, is_of_s3=False)
        return _Finding(reading.copy, is_readable=True, is_of_s3=reading.source == "s3")

    def _confirm(self, name: str, finding: _Finding) -> tuple[_Finding, CachedValue | None]:
        """Ask S3, unless it was S3 that was asked (COMP-5).

        Returns:
            What there is, and what makes the factory needless.
        """
        if finding.is_of_s3 or not finding.is_readable:
            return finding, None
        due = finding.copy
        try:
            newest = self._cache.find(name, consistent=True).copy
        except UnavailableError as error:
            _LOGGER.warning("memory: S3 does not say whether %s is newer: %s", quoted(name), error)
            return finding._replace(is_readable=False), due
        except AccessDeniedError:
            # Without s3:ListBucket that is S3's word for a name that is not there (CON-2).
            return finding, None
        is_other = newest is not None and (due is None or newest.version != due.version)
        return _Finding(newest, is_readable=True, is_of_s3=True), newest if is_other else None

    def _is_due(self, copy: CachedValue) -> bool:
        """Return whether to refresh a value before its end (COMP-4).

        https://www.vldb.org/pvldb/vol8/p886-vattani.pdf, with a beta of 1.
        """
        if copy.expires_at is None or not copy.took:
            return False
        left = copy.expires_at - self._clock() * 1000
        return copy.took * -math.log(1 - self._random()) >= left

    def _join(self, name: str, looked: int) -> tuple[_Computation | None, bool]:
        """Return the computation of a name and whether the caller is to do it; None to look again first."""
        with self._lock:
            running = self._running.get(name)
            if running is not None:
                if (id(self), name) in _COMPUTING.get():
                    raise RuntimeError(f"the factory of {quoted(name)} asks for {quoted(name)} itself")
                return running, False
            if self._ended.get(name, 0) > looked:
                return None, False
            future = _Computation()
            self._running[name] = future
            return future, True

    def _lead(
        self,
        name: str,
        future: _Computation,
        factory: Callable[[], Any],
        options: PutOptions,
        finding: _Finding,
    ) -> Any:
        token = _COMPUTING.set(_COMPUTING.get() | {(id(self), name)})
        try:
            finding, newest = self._confirm(name, finding)
            if newest is not None:
                return self._shared(future, newest)
            began = self._clock()
            try:
                value = factory()
            except Exception as error:  # noqa: BLE001 - a factory may raise anything
                return self._kept(name, future, finding.copy, error)
            took = self._took(began)
            future.set_result(self._stored(name, value, options, took, finding.is_readable))
            return value  # noqa: TRY300 - an else would hide that this is the way out
        except Exception as error:
            if not future.done():
                future.set_exception(error)
            raise
        finally:
            _COMPUTING.reset(token)
            self._leave(name, future)

    async def _lead_async(
        self,
        name: str,
        future: _Computation,
        factory: Callable[[], Awaitable[Any]],
        options: PutOptions,
        finding: _Finding,
    ) -> Any:
        token = _COMPUTING.set(_COMPUTING.get() | {(id(self), name)})
        try:
            finding, newest = await asyncio.to_thread(self._confirm, name, finding)
            if newest is not None:
                return self._shared(future, newest)
            began = self._clock()
            try:
                value = await factory()
            except Exception as error:  # noqa: BLE001 - a factory may raise anything
                return self._kept(name, future, finding.copy, error)
            took = self._took(began)
            stored = await asyncio.to_thread(self._stored, name, value, options, took, finding.is_readable)
            future.set_result(stored)
            return value  # noqa: TRY300 - as above
        except Exception as error:
            if not future.done():
                future.set_exception(error)
            raise
        finally:
            _COMPUTING.reset(token)
            self._leave(name, future)

    def _took(self, began: float) -> int:
        return max(0, round((self._clock() - began) * 1000))

    def _kept(self, name: str, future: _Computation, copy: CachedValue | None, error: Exception) -> Any:
        """Return the value there is, as its refresh failed; else raise."""
        if copy is None or copy.is_expired(self._clock()):
            raise error
        _LOGGER.warning("memory: refreshing %s failed, keeping the value: %r", quoted(name), error)
        return self._shared(future, copy)

    @staticmethod
    def _shared(future: _Computation, copy: CachedValue) -> Any:
        """Return the value there is, and give it to those who wait."""
        value = copy.value()
        future.set_result(encode(value))
        return value

    def _stored(
        self,
        name: str,
        value: Any,
        options: PutOptions,
        took: int,
        is_readable: bool,  # noqa: FBT001 - private
    ) -> bytes:
        """Put a value if that is possible, and return a document of it for those who wait."""
        document = encode(value)
        if is_readable:
            try:
                self._cache.store(name, value, options, took)
            except UnavailableError as error:
                _LOGGER.warning("memory: %s cannot be stored: %s", quoted(name), error)
        return document

    def _leave(self, name: str, future: _Computation) -> None:
        with self._lock:
            if self._running.get(name) is future:
                del self._running[name]
            self._ends += 1
            self._ended[name] = self._ends
            self._ended.move_to_end(name)
            if len(self._ended) > _ENDS_REMEMBERED:
                self._ended.popitem(last=False)
        if not future.done():
            future.set_exception(_AbandonedError())


class Cached(Generic[Function]):
    """Makes a function look in the cache first.

    Args:
        computations: Runs the function.
        function: The function, synchronous or not.
        options: The options of the put, checked.
        name: What its names begin with behind `cached/`; None for its qualified name.
    """

    def __init__(
        self,
        computations: Computations,
        function: Function,
        options: PutOptions,
        name: str | None,
    ) -> None:
        self._computations = computations
        self._function = function
        self._options = options
        self._prefix = name or f"{function.__module__}.{function.__qualname__}"
        self._signature = inspect.signature(function)

    def wrapper(self) -> Function:
        """Return the function to use in its place. Its `cache_name` gives the name for some arguments."""
        if inspect.iscoroutinefunction(self._function):

            @functools.wraps(self._function)
            async def call_async(*args: Any, **kwargs: Any) -> Any:
                return await self._computations.get_or_put_async(
                    self.cache_name(*args, **kwargs), lambda: self._function(*args, **kwargs), self._options
                )

            wrapped: Any = call_async
        else:
            if inspect.isgeneratorfunction(self._function) or inspect.isasyncgenfunction(self._function):
                raise ConfigurationError(
                    f"{self._prefix} is a generator: only what it returns could be cached"
                )

            @functools.wraps(self._function)
            def call(*args: Any, **kwargs: Any) -> Any:
                return self._computations.get_or_put(
                    self.cache_name(*args, **kwargs), lambda: self._function(*args, **kwargs), self._options
                )

            wrapped = call
        wrapped.cache_name = self.cache_name
        return cast("Function", wrapped)

    def cache_name(self, *args: Any, **kwargs: Any) -> str:
        """Return the name that a call with these arguments is stored under.

        Raises:
            UnsupportedTypeError: An argument is nothing that could be stored; its path begins with the parameter.
        """
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        given = {
            parameter: list(value) if self._is_variadic(parameter) else value
            for parameter, value in bound.arguments.items()
        }
        node, tagged = write_value(given)
        text = json.dumps([tagged, node], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        try:
            encoded = text.encode()
        except UnicodeEncodeError:
            refuse_text(given)
        return f"cached/{self._prefix}/{hashlib.sha256(encoded).hexdigest()[:_HASH_DIGITS]}"

    def _is_variadic(self, parameter: str) -> bool:
        return self._signature.parameters[parameter].kind is inspect.Parameter.VAR_POSITIONAL
