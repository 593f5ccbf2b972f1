"""What is refused is refused with advice that fits it."""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import ipaddress
import pathlib
import re
import types
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from memory import UnsupportedTypeError
from memory._envelope import encode

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.timezone.utc)


class Point(NamedTuple):
    x: int


@dataclasses.dataclass
class Order:
    number: int


class Level(enum.IntEnum):
    LOW = 1


class Colour(enum.Enum):
    RED = "red"


class Name(str):
    __slots__ = ()


class Plain:
    def __init__(self) -> None:
        self.number = 1


class Slotted:
    __slots__ = ()


class Scalar(float):
    """As numpy's float64, which is a float as well."""

    __slots__ = ()
    __module__ = "numpy"

    def item(self) -> float:
        return float(self)


class Array:
    __module__ = "numpy"
    ndim = 1

    def tolist(self) -> list[int]:
        return [1]


class Zero(Array):
    ndim = 0

    def item(self) -> int:
        return 1


Zero.__module__ = "numpy"


class Model:
    def model_dump(self) -> dict[str, int]:
        return {}


async def coroutine() -> None:
    """Nothing."""


CASES: list[tuple[Any, str]] = [
    (NOW, "its isoformat(), or its timestamp()"),
    (NOW.date(), "its isoformat()"),
    (NOW.time(), "its isoformat()"),
    (dt.timedelta(1), "its total_seconds()"),
    (decimal.Decimal(1), "str(it), or float(it) if that is exact enough"),
    (uuid.UUID(int=1), "str(it)"),
    (pathlib.Path("a"), "str(it)"),
    (ipaddress.ip_address("::1"), "str(it)"),
    (ValueError("a"), "str(it)"),
    ((1,), "a list"),
    ({1}, "a list"),
    (range(3), "a list"),
    (collections.deque([1]), "a list"),
    ({}.keys(), "a list"),
    ((n for n in (1,)), "a list"),
    (Point(1), "it._asdict()"),
    (Order(1), "dataclasses.asdict(it)"),
    (collections.OrderedDict(), "dict(it)"),
    (collections.defaultdict(list), "dict(it)"),
    (types.MappingProxyType({}), "dict(it)"),
    (Level.LOW, "its value"),
    (Colour.RED, "its value"),
    (Name("a"), "str(it)"),
    (bytearray(1), "bytes"),
    (memoryview(b"a"), "bytes"),
    (1j, "[it.real, it.imag]"),
    (re.compile("a"), "its pattern"),
    (len, "what it returns: call it"),
    (Model().model_dump, "what it returns: call it"),
    (Plain, "its name, or an instance's members"),
    (Scalar(1.5), "its item()"),
    (Array(), "its tolist()"),
    (Zero(), "its item()"),
    (Model(), "it.model_dump()"),
    (Plain(), "a dict of what is to be kept, such as vars(it)"),
]


@pytest.mark.parametrize(("value", "advice"), CASES, ids=[type(value).__name__ for value, _ in CASES])
def test_what_is_refused_is_refused_with_advice_that_fits(value: Any, advice: str) -> None:
    with pytest.raises(UnsupportedTypeError) as raised:
        encode({"a": value})
    assert str(raised.value).startswith(f"$.a: {type(value).__qualname__}")
    assert str(raised.value).endswith(f": store {advice} instead")


def test_a_coroutine_is_to_be_awaited() -> None:
    made = coroutine()
    with pytest.raises(UnsupportedTypeError, match="store what it gives: await it instead"):
        encode(made)
    asyncio.run(made)


def test_without_advice_there_is_none() -> None:
    with pytest.raises(UnsupportedTypeError, match=r"^\$: Slotted cannot be stored$"):
        encode(Slotted())


@pytest.mark.parametrize(
    ("value", "kept"),
    [((1,), [1]), (Level.LOW, 1), (Name("a"), "a"), (Scalar(1.5), 1.5), (Order(1), {"number": 1})],
)
def test_the_advice_can_be_followed(value: Any, kept: Any) -> None:
    ways: dict[str, Callable[[Any], Any]] = {
        "tuple": list,
        "Level": lambda it: it.value,
        "Name": str,
        "Scalar": lambda it: it.item(),
        "Order": dataclasses.asdict,
    }
    followed = ways[type(value).__name__](value)
    encode(followed)
    assert (followed, type(followed)) == (kept, type(kept))
