import asyncio
import json
import logging
import threading
import time
from typing import Any

import pytest
from cloud import Cloud
from memory import UnsupportedTypeError


class Factory:
    """Counts its calls, and takes as long as it is told."""

    def __init__(self, cloud: Cloud, takes: float = 0.0) -> None:
        self.cloud = cloud
        self.takes = takes
        self.calls = 0

    def __call__(self) -> list[int]:
        self.calls += 1
        self.cloud.clock.now += self.takes
        return [self.calls]


def test_a_value_is_computed_once(cloud: Cloud) -> None:
    mem, factory = cloud.service(), Factory(cloud)
    assert [mem.get_or_put("a", factory) for _ in range(3)] == [[1]] * 3
    assert cloud.service().get_or_put("a", factory) == [1]


def test_a_stored_null_is_a_value(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", None)
    assert mem.get_or_put("a", lambda: 1) is None


def test_an_error_of_the_factory_reaches_the_caller_and_is_not_kept(cloud: Cloud) -> None:
    mem, factory = cloud.service(), Factory(cloud)
    with pytest.raises(ZeroDivisionError):
        mem.get_or_put("a", lambda: 1 / 0)
    assert mem.get_or_put("a", factory) == [1]


def test_of_fifty_threads_one_computes(cloud: Cloud) -> None:
    mem, go, values = cloud.service(), threading.Event(), []
    calls: list[int] = []

    def factory() -> list[int]:
        calls.append(1)
        go.wait(10)
        return [7]

    threads = [
        threading.Thread(target=lambda: values.append(mem.get_or_put("a", factory))) for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    while not calls:
        time.sleep(0.001)
    go.set()
    for thread in threads:
        thread.join()
    assert (values, calls) == ([[7]] * 50, [1])
    assert len({id(value) for value in values}) == 50


def test_the_error_reaches_those_who_wait_too(cloud: Cloud) -> None:
    mem, go, errors = cloud.service(), threading.Event(), []
    waiting = threading.Barrier(2)

    def factory() -> int:
        waiting.wait(10)
        go.wait(10)
        raise LookupError("no price")

    def ask() -> None:
        with pytest.raises(LookupError) as raised:
            mem.get_or_put("a", factory)
        errors.append(raised.value)

    first = threading.Thread(target=ask)
    first.start()
    waiting.wait(10)
    second = threading.Thread(target=ask)
    second.start()
    while mem.stats().edge_reads != 2:
        time.sleep(0.001)
    go.set()
    first.join()
    waiting.abort()  # in case the second came too late and computes itself
    second.join()
    assert len(errors) == 2


def test_while_the_cache_cannot_be_read_values_are_computed_and_not_put(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    mem, factory = cloud.service(), Factory(cloud)
    cloud.down = {"edge", "s3"}
    assert [mem.get_or_put("a", factory) for _ in range(2)] == [[1], [2]]
    assert "s3 PUT" not in cloud.requests
    assert 'memory: "a" cannot be read, computing it' in caplog.text


def test_a_value_that_cannot_be_put_is_returned(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    mem = cloud.service()

    def fails_s3() -> list[int]:
        cloud.down = {"s3"}
        return [1]

    assert mem.get_or_put("a", fails_s3) == [1]
    assert 'memory: "a" cannot be stored' in caplog.text


def test_what_s3_does_not_confirm_is_computed_and_not_put(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    mem, factory = cloud.service(), Factory(cloud)
    cloud.edge = lambda _: (404, {}, b"")  # type: ignore[method-assign, assignment]
    cloud.down = {"s3"}
    assert mem.get_or_put("a", factory) == [1]
    assert 'memory: S3 does not say whether "a" is newer' in caplog.text
    assert "s3 PUT" not in cloud.requests


def test_a_value_that_cannot_be_stored_is_refused(cloud: Cloud) -> None:
    with pytest.raises(UnsupportedTypeError):
        cloud.service().get_or_put("a", lambda: (1, 2))


def test_a_value_is_computed_anew_before_its_end_by_chance(cloud: Cloud) -> None:
    chance = [0.0]
    mem, factory = cloud.service(random=lambda: chance[0]), Factory(cloud, takes=2)
    mem.get_or_put("a", factory, ttl=100)
    assert json.loads(cloud.objects["public/shop/a.json"].body)["took"] == 2000
    # 2 s x -ln(1 - 0.99) = 9.2 s before the end
    chance[0] = 0.99
    cloud.clock.now += 100 - 9.3
    assert mem.get_or_put("a", factory, ttl=100) == [1]
    cloud.clock.now += 0.2
    chance[0] = 0.0
    assert mem.get_or_put("a", factory, ttl=100) == [1]
    chance[0] = 0.99
    assert mem.get_or_put("a", factory, ttl=100) == [2]
    chance[0] = 0.0
    cloud.clock.now += 50
    assert cloud.service().get_or_put("a", factory, ttl=100) == [2]


def test_the_old_value_is_kept_if_its_refresh_fails(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    chance = [0.0]
    mem = cloud.service(random=lambda: chance[0])
    mem.get_or_put("a", Factory(cloud, takes=2), ttl=100)
    cloud.clock.now += 99
    chance[0] = 0.99

    def failing() -> list[int]:
        raise ZeroDivisionError

    assert mem.get_or_put("a", failing, ttl=100) == [1]
    assert 'memory: refreshing "a" failed' in caplog.text
    cloud.clock.now += 1
    with pytest.raises(ZeroDivisionError):
        mem.get_or_put("a", failing, ttl=100)


def test_others_are_given_the_old_value_while_one_refreshes(cloud: Cloud) -> None:
    chance = [0.0]
    mem = cloud.service(random=lambda: chance[0])
    mem.get_or_put("a", Factory(cloud, takes=2), ttl=100)
    cloud.clock.now += 99
    chance[0] = 0.99
    others: list[Any] = []

    def refresh() -> list[int]:
        thread = threading.Thread(
            target=lambda: others.append(mem.get_or_put("a", lambda: ["never"], ttl=100))
        )
        thread.start()
        thread.join(10)
        return [2]

    assert (mem.get_or_put("a", refresh, ttl=100), others) == ([2], [[1]])


def test_an_async_function_is_awaited_once_for_all_tasks(cloud: Cloud) -> None:
    mem, calls = cloud.service(), []

    @mem.cached(ttl=60, name="price")
    async def price(item: str) -> list[str]:
        calls.append(item)
        await asyncio.sleep(0.01)
        return [item]

    async def ask() -> list[list[str]]:
        return await asyncio.gather(*(price("tea") for _ in range(50)))

    assert asyncio.run(ask()) == [["tea"]] * 50
    assert asyncio.run(price("tea")) == ["tea"]
    assert calls == ["tea"]


def test_an_async_call_that_is_cancelled_leaves_the_computing_to_another(cloud: Cloud) -> None:
    mem, calls = cloud.service(), []

    @mem.cached(ttl=60, name="price")
    async def price(item: str) -> str:
        calls.append(item)
        if len(calls) == 1:
            await asyncio.sleep(60)
        return item

    async def ask() -> str:
        first = asyncio.create_task(price("tea"))
        while not calls:  # noqa: ASYNC110 - until another thread has asked the edge
            await asyncio.sleep(0.001)
        second = asyncio.create_task(price("tea"))
        while mem.stats().edge_reads < 2:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)
        first.cancel()
        return await second

    assert asyncio.run(ask()) == "tea"
    assert len(calls) == 2


def test_an_error_of_an_async_function_reaches_the_caller(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    chance = [0.0]
    mem = cloud.service(random=lambda: chance[0])
    fails = [False]

    @mem.cached(ttl=100, name="price")
    async def price() -> int:
        cloud.clock.now += 2
        if fails[0]:
            raise LookupError("no price")
        return 7

    assert asyncio.run(price()) == 7
    fails[0], chance[0] = True, 0.99
    cloud.clock.now += 97
    with caplog.at_level(logging.WARNING, "memory"):
        cloud.clock.now -= 2
        assert asyncio.run(price()) == 7
    cloud.clock.now += 10
    with pytest.raises(LookupError):
        asyncio.run(price())
