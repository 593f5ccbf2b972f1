"""Values with tags: what it costs to read them, and that none outlives the invalidation of one (section 15)."""

from __future__ import annotations

import functools
import threading
import timeit
from typing import TYPE_CHECKING, Any

import pytest
from memory import ConfigurationError, InvalidNameError, MemoryService, UnavailableError, UnsupportedTypeError
from memory._reader import Reader
from memory.testing import Clock, Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memory._reading import Reading

MANY = 10_000
LEVELLED = 1.3  # times a get of a value without tags, from memory


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(Clock(1_800_000_000)) as cloud:
        yield cloud


def service(cloud: Cloud, **conf: object) -> MemoryService:
    return MemoryService(cloud.conf(**conf), "shop")


def asked(cloud: Cloud) -> list[tuple[str, str, str]]:
    """Return what was asked: where, how and for what, and forget it."""
    found = [
        (request.where, request.method, request.path.rpartition("/shop/")[2]) for request in cloud.requests
    ]
    cloud.requests.clear()
    return found


@pytest.mark.slow
def test_ten_thousand_values_are_misses_after_one_put(cloud: Cloud) -> None:
    mem, other = service(cloud), service(cloud, LOCAL_MAX_ITEMS=2 * MANY)
    mem.put_many({f"n/{number}": number for number in range(MANY)}, tags=["all"])
    mem.put("untagged", 1)
    assert len(other.get_many([f"n/{number}" for number in range(MANY)])) == MANY
    asked(cloud)

    mem.invalidate_tags(["all"])

    assert [how for _, how, _ in asked(cloud)] == ["PUT"]
    cloud.clock.advance(6)
    assert other.get_many([f"n/{number}" for number in range(MANY)]) == {}
    assert mem.get_many([f"n/{number}" for number in range(MANY)]) == {}
    assert other.get("untagged") == 1


def test_a_cold_get_of_sixteen_tags_takes_two_rounds(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = [f"t/{number}" for number in range(16)]
    service(cloud).put("a", 1, tags=tags)
    all_read = threading.Barrier(16)
    read = Reader._by

    def meeting(self: Reader, name: str, *rest: Any) -> Reading:
        if name.startswith("/"):
            all_read.wait(10)  # which it does only if all of them are read at the same time
        return read(self, name, *rest)

    monkeypatch.setattr(Reader, "_by", meeting)
    cloud.requests.clear()
    assert service(cloud).get("a") == 1
    first, *others = asked(cloud)
    assert first == ("edge", "GET", "a.json")
    assert sorted(others) == sorted(("edge", "GET", f".tags/{tag}.json") for tag in tags)


def test_a_get_from_memory_costs_what_one_without_tags_does(cloud: Cloud) -> None:
    mem = service(cloud)
    mem.put("plain", "x")
    mem.put("tagged", "x", tags=["p", "q"])
    assert (mem.get("plain"), mem.get("tagged")) == ("x", "x")
    plain, tagged = (functools.partial(mem.get, name) for name in ("plain", "tagged"))
    # In turns, so that a busy machine is busy for both.
    times = [(timeit.timeit(plain, number=300), timeit.timeit(tagged, number=300)) for _ in range(60)]
    of_plain, of_tagged = map(min, zip(*times, strict=True))
    assert of_tagged <= LEVELLED * of_plain


def test_what_cannot_be_stored_is_refused_before_a_tag_is_looked_at(cloud: Cloud) -> None:
    mem = service(cloud)
    with pytest.raises(UnsupportedTypeError):
        mem.put("a", {1, 2}, tags=["p"])
    with pytest.raises(UnsupportedTypeError):
        mem.put_many({"a": 1, "b": object()}, tags=["p"])
    assert asked(cloud) == []


@pytest.mark.parametrize("tags", ["pq", ["p", 7], [f"t/{n}" for n in range(17)], {"p": 1}, 7, [None]])
def test_what_is_no_list_of_tags_is_refused(cloud: Cloud, tags: Any) -> None:
    mem = service(cloud)
    for call in (
        lambda: mem.put("a", 1, tags=tags),
        lambda: mem.put_many({"a": 1}, tags=tags),
        lambda: mem.update("a", lambda _: 1, tags=tags),
        lambda: mem.increment("a", tags=tags),
        lambda: mem.get_or_put("a", lambda: 1, tags=tags),
        lambda: mem.cached(tags=tags, name="f"),
    ):
        with pytest.raises(ConfigurationError, match="tags"):
            call()
    assert asked(cloud) == []


@pytest.mark.parametrize("tag", ["", "a//b", "/a", "\ud800", "x" * 1100])
def test_a_tag_is_a_name(cloud: Cloud, tag: str) -> None:
    mem = service(cloud)
    for call in (lambda: mem.put("a", 1, tags=[tag]), lambda: mem.invalidate_tags(["p", tag])):
        with pytest.raises(InvalidNameError, match="tag"):
            call()
    assert asked(cloud) == []


def test_any_number_of_tags_is_invalidated(cloud: Cloud) -> None:
    mem = service(cloud)
    mem.put_many({f"n/{n}": n for n in range(40)})
    for n in range(40):
        mem.put(f"n/{n}", n, tags=[f"t/{n}"])
    mem.invalidate_tags({f"t/{n}" for n in range(40)})
    assert mem.get_many([f"n/{n}" for n in range(40)]) == {}


def test_the_tags_of_a_call_may_follow_from_its_arguments(cloud: Cloud) -> None:
    mem = service(cloud)
    calls: list[str] = []

    @mem.cached(name="page", tags=lambda user: [f"user/{user}"])
    def page(user: str) -> str:
        calls.append(user)
        return user.upper()

    assert (page("joe"), page("ann"), page("joe")) == ("JOE", "ANN", "JOE")
    assert mem.get_entry(page.cache_name("joe")).tags == ("user/joe",)  # type: ignore[union-attr]
    mem.invalidate_tags(["user/joe"])
    assert (page("joe"), page("ann")) == ("JOE", "ANN")
    assert calls == ["joe", "ann", "joe"]


def test_without_the_tags_a_value_is_computed_and_not_put(cloud: Cloud) -> None:
    mem = service(cloud)
    cloud.fail("s3", "status", path="/testing/public/shop/.tags/")
    assert mem.get_or_put("a", lambda: 1, tags=["p"]) == 1
    cloud.heal()
    assert mem.get("a") is None


def test_an_invalidation_by_another_thread_counts_for_the_get_that_follows_it(cloud: Cloud) -> None:
    mem = service(cloud, EDGE_TTL=60)
    mem.put("a", 1, tags=["p"])
    reader = service(cloud, EDGE_TTL=60)
    assert reader.get("a") == 1
    thread = threading.Thread(target=reader.invalidate_tags, args=[["p"]])
    thread.start()
    thread.join()
    assert reader.get("a") is None


def test_a_record_that_nobody_can_read_is_an_error_and_no_miss(cloud: Cloud) -> None:
    service(cloud).put("a", 1, tags=["p"])
    for where in ("edge", "s3"):
        cloud.fail(where, "status")
    with pytest.raises(UnavailableError):
        service(cloud).get("a")


def test_an_invalidation_that_is_sent_again_brings_nothing_back(cloud: Cloud) -> None:
    mem, other, third = service(cloud), service(cloud), service(cloud)
    key, puts = "public/shop/.tags/p.json", []

    def meanwhile() -> None:
        puts.append(key)
        if len(puts) == 2:  # the answer to the first one was lost
            other.put("a", 1, tags=["p"])
            third.invalidate_tags(["p"])

    cloud.meanwhile(meanwhile, method="PUT", key=key, times=2)
    cloud.fail("s3", "lost", method="PUT", times=1)
    mem.invalidate_tags(["p"])
    assert len(puts) >= 2
    assert third.get("a") is None
    assert other.get("a", consistent=True) is None
