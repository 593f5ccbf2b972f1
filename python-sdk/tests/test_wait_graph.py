"""No call waits for what waits for it, and none without an end (WAIT-1, WAIT-2)."""

from __future__ import annotations

import asyncio
import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from memory import ConfigurationError, UnavailableError, _compute

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud import Cloud


def outcomes(*calls: Callable[[], Any]) -> list[Any]:
    """What calls return or raise that run at the same time."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except ConfigurationError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_a_factory_that_asks_for_its_own_name_is_told(cloud: Cloud) -> None:
    mem = cloud.service()
    with pytest.raises(ConfigurationError, match='the factory of "a" asks for "a" itself') as raised:
        mem.get_or_put("a", lambda: mem.get_or_put("a", lambda: 1))
    assert isinstance(raised.value, RuntimeError)
    assert mem.get_or_put("a", lambda: mem.get_or_put("b", lambda: 2)) == 2


@pytest.mark.parametrize("length", [2, 3, 7])
@pytest.mark.parametrize("objects", [1, 2])
def test_a_ring_of_factories_ends_with_an_error_that_names_it(
    cloud: Cloud, length: int, objects: int
) -> None:
    services = [cloud.service() for _ in range(objects)]
    meeting = threading.Barrier(length)
    names = [f"n{number}" for number in range(length)]

    def ask(number: int) -> Any:
        def factory() -> Any:
            meeting.wait(10)
            following = (number + 1) % length
            return services[following % objects].get_or_put(names[following], lambda: "never")

        return services[number % objects].get_or_put(names[number], factory)

    calls = [functools.partial(ask, number) for number in range(length)]
    said = {str(error) for error in outcomes(*calls)}
    (text,) = said  # the error of the one that would have closed the ring is everybody's
    assert "factories wait for each other: " in text
    assert all(f'"{name}"' in text for name in names)


def test_a_ring_through_a_nested_factory_is_seen(cloud: Cloud) -> None:
    mem, meeting = cloud.service(), threading.Barrier(2)

    def first() -> Any:
        def inner() -> Any:
            meeting.wait(10)
            return mem.get_or_put("b", lambda: 0)

        return mem.get_or_put("inner", inner)

    def second() -> Any:
        meeting.wait(10)
        return mem.get_or_put("a", lambda: 0)

    said = outcomes(lambda: mem.get_or_put("a", first), lambda: mem.get_or_put("b", second))
    assert all("wait for each other" in str(one) for one in said)


def test_a_ring_of_coroutines_is_seen(cloud: Cloud) -> None:
    mem = cloud.service()

    async def run() -> list[Any]:
        both = asyncio.Barrier(2) if hasattr(asyncio, "Barrier") else None

        @mem.cached(name="load")
        async def load(this: str, other: str) -> Any:
            await (both.wait() if both else asyncio.sleep(0.3))
            return await load(other, this)

        return list(await asyncio.gather(load("a", "b"), load("b", "a"), return_exceptions=True))

    for error in asyncio.run(run()):
        assert isinstance(error, ConfigurationError)
        assert "wait for each other" in str(error)


def test_a_blocking_call_holds_up_every_task_of_its_loop(cloud: Cloud) -> None:
    mem, is_led = cloud.service(), threading.Event()

    @mem.cached(name="slow")
    async def slow() -> int:
        await asyncio.sleep(0.2)
        return 1

    def needs_slow() -> Any:
        is_led.set()
        while mem.stats().edge_reads < 1:
            pass
        return mem.get_or_put(slow.cache_name(), lambda: 0)

    async def run() -> Any:
        task = asyncio.create_task(slow())
        await asyncio.sleep(0.1)
        thread = threading.Thread(target=lambda: outcomes(lambda: mem.get_or_put("b", needs_slow)))
        thread.start()
        is_led.wait(10)
        blocked = outcomes_here(lambda: mem.get_or_put("b", lambda: 0))
        await task
        await asyncio.to_thread(thread.join)
        return blocked

    assert "wait for each other" in str(asyncio.run(run()))


def outcomes_here(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ConfigurationError as error:
        return error


def test_waits_that_have_ended_are_forgotten(cloud: Cloud) -> None:
    from memory._wait_graph import GRAPH

    mem = cloud.service()
    for _ in range(3):
        with pytest.raises(ConfigurationError):
            mem.get_or_put("a", lambda: mem.get_or_put("b", lambda: mem.get_or_put("a", lambda: 1)))
    assert mem.get_or_put("b", lambda: mem.get_or_put("a", lambda: 1)) == 1
    assert not GRAPH._led


def test_a_factory_whose_task_goes_on_may_ask_for_its_name_when_it_has_ended(cloud: Cloud) -> None:
    mem = cloud.service()

    async def run() -> Any:
        later: list[asyncio.Task[Any]] = []

        @mem.cached(name="load")
        async def load() -> int:
            later.append(asyncio.create_task(after()))
            return 1

        async def after() -> Any:
            await asyncio.sleep(0.1)
            mem.remove(load.cache_name())
            return await load()

        await load()
        return await later[0]

    assert asyncio.run(run()) == 1


def test_a_wait_that_no_ring_is_seen_in_ends(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_compute, "PATIENCE", 0.3)
    mem = cloud.service()

    def factory() -> Any:
        with ThreadPoolExecutor(1) as pool:  # whose threads do not know what they work for
            return pool.submit(lambda: mem.get_or_put("x", lambda: 7)).result()

    assert mem.get_or_put("x", factory) == 7


def test_a_factory_that_always_asks_for_its_own_name_is_not_called_for_ever(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_compute, "PATIENCE", 0.02)
    mem, called = cloud.service(), []

    def factory() -> Any:
        called.append(1)
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: mem.get_or_put("x", factory)).result()

    with pytest.raises(UnavailableError, match='"x" is being computed by 10 callers'):
        mem.get_or_put("x", factory)
    assert len(called) == 10


def test_of_those_who_have_waited_for_long_one_computes_and_all_are_given_the_first_outcome(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_compute, "PATIENCE", 1.0)
    mem, go, called = cloud.service(), threading.Event(), []

    def slow() -> str:
        go.wait(10)
        return "slow"

    def quick() -> str:
        called.append(1)
        return "quick"

    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(mem.get_or_put, "a", slow)
        while mem.stats().edge_reads < 1:
            pass
        others = [pool.submit(mem.get_or_put, "a", quick) for _ in range(5)]
        assert [other.result(10) for other in others] == ["quick"] * 5
        go.set()
        assert first.result(10) == "slow"
    assert called == [1]


def test_asynchronous_waits_end_too(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_compute, "PATIENCE", 0.3)
    mem, calls = cloud.service(), []

    @mem.cached(name="load")
    async def load() -> int:
        calls.append(1)
        if len(calls) == 1:
            await asyncio.sleep(30)
        return len(calls)

    async def run() -> int:
        hanging = asyncio.create_task(load())
        while not calls:  # noqa: ASYNC110 - until another thread has asked the edge
            await asyncio.sleep(0.001)
        value = await load()
        hanging.cancel()
        return value

    assert asyncio.run(run()) == 2


def test_an_update_in_the_function_of_an_update_of_its_name_is_refused(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", 1)
    for inner in (
        lambda: mem.update("a", lambda _: 2),
        lambda: mem.increment("a"),
        lambda: mem.touch("a", 5),
        lambda: mem.update("b", lambda _: mem.increment("a"), default=0),
        lambda: mem.get_or_put("c", lambda: mem.increment("a")),
    ):
        with pytest.raises(ConfigurationError, match='the change of "a" changes "a" itself'):
            mem.update("a", lambda _: [inner(), 3])  # noqa: B023 - it is called at once
    assert mem.update("a", lambda _: mem.increment("b")) == mem.get("b")
    assert cloud.service().get("a") == 1
