"""Functions whose results are kept: their names, and what is called in their place (specification, section 8.5)."""

from __future__ import annotations

import functools
import inspect
import sys
from pathlib import Path
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from memory._cache_name import cache_name
from memory._errors import ConfigurationError
from memory._names import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory._compute import Computations
    from memory._options import PutOptions

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result", covariant=True)  # noqa: PLC0105 - a plain word, as everywhere

_ADVICE = 'give one that no other function of the service has: cached(name="…")'


class CachedFunction(Protocol[Parameters, Result]):
    """A function whose results are kept: gives the one that is, else what the function gives."""

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        """Return the result for these arguments."""

    def cache_name(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> str:
        """Return the name that the result for these arguments is stored under.

        Raises:
            UnsupportedTypeError: An argument is nothing that could be stored; its path is that in their list.
        """


class FunctionNames:
    """Which function has which name in one object: none has another's (CALL-1)."""

    def __init__(self) -> None:
        self._functions: dict[str, Callable[..., Any]] = {}

    def take(self, name: str, function: Callable[..., Any]) -> None:
        """Give a function a name.

        Raises:
            ConfigurationError: Another function has it.
        """
        owner = self._functions.setdefault(name, function)
        if not _is_same(owner, function):
            raise ConfigurationError(
                f"the name {quoted(name)} is taken by {_described(owner)}, so {_described(function)} would be given its"
                f" results: {_ADVICE}"
            )


class Cached:
    """Makes a function look in the cache first.

    Args:
        computations: Runs the function.
        function: The function, synchronous or not.
        options_of: Returns the options of the put for some arguments, checked.
        name: The name of the function.

    Raises:
        ConfigurationError: It is none whose result could be stored.
    """

    def __init__(
        self,
        computations: Computations,
        function: Callable[..., Any],
        options_of: Callable[..., PutOptions],
        name: str,
    ) -> None:
        self._computations = computations
        self._function = function
        self._options_of = options_of
        self._name = name
        called = getattr(function, "__call__", function)  # noqa: B004 - of an object, the method tells what it is
        if any(is_one(it) for it in (function, called) for is_one in _GENERATORS):
            raise ConfigurationError(
                f"{_described(function)} is a generator: only what it returns could be cached"
            )
        self._is_async = any(inspect.iscoroutinefunction(it) for it in (function, called))
        try:
            self._signature = inspect.signature(function)
        except (TypeError, ValueError):
            raise ConfigurationError(
                f"{_described(function)} does not say which parameters it has: call it in a function of your own"
            ) from None

    def wrapper(self) -> Any:
        """Return the function to use in its place. Its `cache_name` gives the name for some arguments."""
        function = self._function
        if self._is_async:

            @functools.wraps(function)
            async def call_async(*args: Any, **kwargs: Any) -> Any:
                return await self._computations.get_or_put_async(
                    self.cache_name(*args, **kwargs),
                    lambda: function(*args, **kwargs),
                    self._options_of(*args, **kwargs),
                )

            wrapped: Any = call_async
        else:

            @functools.wraps(function)
            def call(*args: Any, **kwargs: Any) -> Any:
                return self._computations.get_or_put(
                    self.cache_name(*args, **kwargs),
                    lambda: function(*args, **kwargs),
                    self._options_of(*args, **kwargs),
                )

            wrapped = call
        wrapped.cache_name = self.cache_name
        return wrapped

    def cache_name(self, *args: Any, **kwargs: Any) -> str:
        """Return the name that a call with these arguments is stored under (CALL-2, CALL-3).

        Raises:
            TypeError: The function does not take these arguments.
            UnsupportedTypeError: An argument is nothing that could be stored.
        """
        given = self._signature.bind(*args, **kwargs).arguments
        positional: list[Any] = []
        named: dict[str, Any] = {}
        left_out: list[Any] = []
        for parameter in self._signature.parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                named.update(given.get(parameter.name, {}))
            elif parameter.kind is parameter.VAR_POSITIONAL:
                positional += given.get(parameter.name, ())
            elif parameter.name not in given:
                left_out.append(parameter.default)
            elif parameter.kind is parameter.KEYWORD_ONLY:
                named[parameter.name] = given[parameter.name]
            else:
                positional += [*left_out, given[parameter.name]]
                left_out = []
        return cache_name(self._name, positional, named)


_GENERATORS = (inspect.isgeneratorfunction, inspect.isasyncgenfunction)


def own_name(function: Callable[..., Any]) -> str:
    """Return the name of a function that is given none.

    Raises:
        ConfigurationError: It has none that is its alone and stays (CALL-1).
    """
    why = _why_unnamed(function)
    module = _module_name(function)
    if why is None and module is None:
        why = "is of a program without a file"
    if why is not None:
        raise ConfigurationError(
            f"{_described(function)} {why}, and has no name that is its alone: {_ADVICE}"
        )
    return f"{module}.{function.__qualname__}"


def check_callable(function: object) -> None:
    """Refuse what is no function.

    Raises:
        ConfigurationError: It cannot be called.
    """
    if not callable(function):
        raise ConfigurationError(
            f"cached decorates a function, not {type(function).__name__}: put it below staticmethod or classmethod,"
            " and write its parentheses: @mem.cached(ttl=60)"
        )


def _why_unnamed(function: Callable[..., Any]) -> str | None:
    if isinstance(function, MethodType):
        return "is bound to an object, which is no part of the name"
    if not isinstance(function, FunctionType):
        return "is no plain function"
    if function.__code__.co_name == "<lambda>":
        return "is a lambda"
    if hasattr(function, "__wrapped__"):
        return "is behind a decorator"
    if "<locals>" in function.__qualname__ or function.__closure__:
        return "was made in another function's call, which is no part of the name"
    if function.__code__.co_name != function.__name__:
        return f"was made as {function.__code__.co_name}"
    return None


def _module_name(function: Callable[..., Any]) -> str | None:
    """Return the module as others import it, also if it is the program that runs."""
    module: str | None = getattr(function, "__module__", None)
    if module != "__main__":
        return module
    main = sys.modules["__main__"]
    spec, file = getattr(main, "__spec__", None), getattr(main, "__file__", None)
    if spec is not None:
        return str(spec.name)
    return None if file is None else Path(file).stem


def _is_same(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    """Return whether two are one function, maybe defined twice: a module reloaded, a notebook's cell run again."""
    if one is other:
        return True
    if not (isinstance(one, FunctionType) and isinstance(other, FunctionType)):
        return False
    has_more = any(it.__closure__ or it.__defaults__ or it.__kwdefaults__ for it in (one, other))
    return one.__globals__ is other.__globals__ and one.__code__ == other.__code__ and not has_more


def _described(function: Callable[..., Any]) -> str:
    name = getattr(function, "__qualname__", None)
    if name is None:
        return f"an object of the class {type(function).__qualname__}"
    code = getattr(function, "__code__", None)
    where = "" if code is None else f" ({Path(code.co_filename).name}:{code.co_firstlineno})"
    return f"{getattr(function, '__module__', None)}.{name}{where}"
