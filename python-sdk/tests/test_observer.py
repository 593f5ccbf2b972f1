from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import memory
import pytest
from memory import MemoryService, Observation

if TYPE_CHECKING:
    from memory.testing import Cloud


@pytest.fixture
def seen() -> list[Observation]:
    return []


@pytest.fixture
def mem(memory_cloud: Cloud, seen: list[Observation]) -> MemoryService:
    return MemoryService(memory_cloud.conf(), "shop", observer=seen.append)


def told(seen: list[Observation]) -> list[tuple[Any, ...]]:
    return [(one.operation, one.source, one.error) for one in seen]


def test_each_call_is_told_with_where_it_was_read(mem: MemoryService, seen: list[Observation]) -> None:
    mem.put("secret-name", 1)
    mem.get("secret-name")
    mem.get("secret-name", consistent=True)
    mem.get("none")
    entry = mem.get_entry("secret-name")
    assert entry is not None
    assert told(seen) == [
        ("put", None, None),
        ("get", "memory", None),
        ("get", "s3", None),
        ("get", "edge", None),
        ("get_entry", entry.source, None),
    ]
    assert all(one.service == "shop" and 0 <= one.duration < 60 for one in seen)
    assert "secret-name" not in repr(seen)


def test_a_call_that_is_made_of_others_is_one(mem: MemoryService, seen: list[Observation]) -> None:
    mem.put_many({"a": 1, "b": 2})
    mem.get_many(["a", "b"])
    mem.increment("a")
    mem.get_or_put("c", lambda: 1)
    assert list(mem.keys()) == ["a", "b", "c"]
    mem.remove_many(["a"])
    mem.clear("")
    calls = ["put_many", "get_many", "increment", "get_or_put", "keys", "remove_many", "clear"]
    assert told(seen) == [(call, None, None) for call in calls]


def test_a_decorated_function_is_observed(mem: MemoryService, seen: list[Observation]) -> None:
    @mem.cached(name="price")
    def price(item: str) -> str:
        return item

    @mem.cached(name="later")
    async def later(item: str) -> str:
        return item

    assert price("tea") == "tea"
    assert asyncio.run(later("tea")) == "tea"
    assert told(seen) == [("get_or_put", None, None)] * 2
    assert price.cache_name("tea").startswith("cached/price/")


def test_an_error_is_told_by_its_code(
    mem: MemoryService, seen: list[Observation], memory_cloud: Cloud
) -> None:
    memory_cloud.fail("s3", "reset")
    with pytest.raises(memory.UnavailableError):
        mem.put("a", 1)
    with pytest.raises(memory.InvalidNameError):
        mem.get("")
    with pytest.raises(ZeroDivisionError):
        mem.get_or_put("b", lambda: 1 // 0)
    assert told(seen) == [
        ("put", None, "unavailable"),
        ("get", None, "invalid_name"),
        ("get_or_put", None, "other"),
    ]


def test_an_observer_that_raises_fails_no_call(memory_cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    def observer(_: Observation) -> None:
        raise ValueError("secret")

    MemoryService(memory_cloud.conf(), "shop", observer=observer).put("a", 1)
    assert caplog.messages == ["memory: the observer raised ValueError"]


def test_without_an_observer_there_is_nothing_on_the_way(memory_cloud: Cloud) -> None:
    assert MemoryService(memory_cloud.conf(), "shop").get.__func__ is MemoryService.get  # type: ignore[attr-defined]
