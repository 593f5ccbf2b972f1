"""Values whose end has come while edges hold copies of them, and who asks S3 for them (EXP-1, EXP-2, COMP-5)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from memory import MemoryService, UnavailableError
from memory._answer import Answer
from memory.testing import Clock, Cloud

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORGETS = {"LOCAL_MAX_ITEMS": 0}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(Clock(1_800_000_000)) as cloud:
        yield cloud


def service(cloud: Cloud, **conf: object) -> MemoryService:
    return MemoryService(cloud.conf(**conf), "shop")


def asked(cloud: Cloud) -> dict[str, int]:
    """Return how often the edge and S3 were asked to read, and forget it."""
    reads = [request.where for request in cloud.requests if request.method == "GET"]
    cloud.requests.clear()
    return {where: reads.count(where) for where in ("edge", "s3")}


def ended(cloud: Cloud) -> None:
    """Let an edge have a copy of a value that has ended since."""
    service(cloud).put("a", 1, ttl=3)
    cloud.clock.advance(2)
    assert service(cloud).get("a") == 1
    cloud.clock.advance(1.5)


def test_what_was_put_after_the_end_is_seen_in_every_way_to_read(cloud: Cloud) -> None:
    ended(cloud)
    service(cloud).put("a", 2, if_absent=True)
    assert service(cloud).get("a") == 2
    entry = service(cloud).get_entry("a")
    assert entry is not None
    assert (entry.value, entry.source) == (2, "s3")
    assert service(cloud).get_many(["a"]) == {"a": 2}


def test_a_value_that_stays_expired_costs_each_object_one_request_of_s3(cloud: Cloud) -> None:
    ended(cloud)
    readers = [service(cloud, **FORGETS) for _ in range(5)]
    cloud.requests.clear()
    for _ in range(20):
        assert [reader.get("a") for reader in readers] == [None] * 5
        cloud.clock.advance(0.05)
    assert asked(cloud) == {"edge": 100, "s3": 5}
    cloud.clock.advance(10)
    for _ in range(20):
        assert [service(cloud, **FORGETS).get("a") for _ in range(5)] == [None] * 5
        cloud.clock.advance(1)
    assert asked(cloud)["s3"] == 0


def test_who_shares_a_request_whose_value_has_ended_since_reads_s3(cloud: Cloud) -> None:
    mem = service(cloud, **FORGETS)
    mem.put("a", 1, ttl=3)
    flight, leads = mem._state.single_flight.join("a")
    assert leads
    reading = mem._reader._from_edge("a", "public/shop/a.json", 1e9)[0]
    assert reading.value == 1
    got: list[object] = []
    joining = threading.Thread(target=lambda: got.append(mem.get("a")))
    cloud.clock.advance(3)
    service(cloud).put("a", 2, if_absent=True)
    joining.start()
    flight.land(reading)
    joining.join()
    assert got == [2]


@pytest.mark.parametrize(
    ("headers", "age"),
    [
        ({"age": "4"}, 5),
        ({"age": "0", "x-cache": "Hit from cloudfront"}, 1),
        ({"x-cache": "Miss from cloudfront"}, 1),
        ({"x-cache": "RefreshHit from cloudfront"}, 1),
        ({"x-cache": "MISS"}, 1),
        ({"x-cache": "Hit from cloudfront"}, float("inf")),
        ({"x-cache": "Missing"}, float("inf")),
        ({}, float("inf")),
    ],
)
def test_an_answer_says_when_its_copy_was_fetched_at_the_earliest(
    headers: dict[str, str], age: float
) -> None:
    assert Answer(b"", "edge", headers).fetched(100.0) == 100 - age


def test_without_s3_an_expired_copy_is_no_miss(cloud: Cloud) -> None:
    ended(cloud)
    cloud.fail("s3", "status", method="GET")
    with pytest.raises(UnavailableError):
        service(cloud).get("a")


def by_get_or_put(cloud: Cloud, compute: Callable[[], int]) -> int:
    value: int = service(cloud, EDGE_TTL=5).get_or_put("a", compute, ttl=10)
    return value


def by_cached(cloud: Cloud, compute: Callable[[], int]) -> int:
    return service(cloud, EDGE_TTL=5).cached(ttl=10, name="a")(compute)()


@pytest.mark.parametrize("points_of_presence", [1, 3])
@pytest.mark.parametrize("ask", [by_get_or_put, by_cached])
def test_in_a_minute_of_a_new_object_each_second_a_value_of_ten_seconds_is_computed_seven_times_at_most(
    ask: Callable[[Cloud, Callable[[], int]], int], points_of_presence: int
) -> None:
    calls: list[int] = []

    def compute() -> int:
        calls.append(1)
        return 7

    with Cloud(Clock(1_800_000_000), points_of_presence=points_of_presence) as cloud:
        for second in range(61):
            cloud.roam(second % points_of_presence)
            assert ask(cloud, compute) == 7
            cloud.clock.advance(1)
    assert 6 <= len(calls) <= 7
