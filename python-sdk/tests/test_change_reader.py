"""A record confirms copies in memory, and a reader that has none does as without (CHG-14 to CHG-20)."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from changing import KEY, NOW, PLACE, aged, asked, service, store, stored
from memory._changes import bucket_of
from memory.testing import Clock, Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memory import MemoryService
    from memory._observer import Observation

RECORD = "GET .changes.json"
AT_ONCE = (
    126  # seconds after an announcement from when an edge's answer can be confirmed: 120, its max-age and one
)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(Clock(NOW), points_of_presence=2) as cloud:
        aged(cloud)
        yield cloud


def put_and_read(cloud: Cloud, after: float = AT_ONCE, **conf: Any) -> MemoryService:
    """Have a value put, and read by another service so many seconds later."""
    service(cloud, **conf).put("a", [1])
    cloud.clock.advance(after)
    reader = service(cloud, **conf)
    assert reader.get("a") == [1]
    cloud.requests.clear()
    return reader


def test_what_has_not_changed_costs_a_look_at_the_record_and_no_read(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    for _ in range(20):
        cloud.clock.advance(5)
        assert reader.get("a") == [1]

    assert set(asked(cloud, "edge")) == {RECORD}
    stats = reader.stats()
    assert (stats.memory_hits, stats.confirmed, stats.records_read, stats.edge_reads) == (20, 20, 20, 1)


def test_the_second_get_in_an_edge_ttl_looks_at_nothing(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    cloud.clock.advance(5)
    reader.get("a")
    cloud.requests.clear()
    cloud.clock.advance(4.9)

    assert reader.get("a") == [1]
    assert asked(cloud, "edge") == []
    assert reader.stats().confirmed == 2


def test_one_look_is_for_all_names(cloud: Cloud) -> None:
    service(cloud).put_many({f"n/{number}": number for number in range(100)})
    cloud.clock.advance(AT_ONCE)
    reader = service(cloud)
    names = [f"n/{number}" for number in range(100)]
    reader.get_many(names)
    cloud.clock.advance(5)
    cloud.requests.clear()

    assert len(reader.get_many(names)) == 100
    assert asked(cloud, "edge") == [RECORD]
    assert reader.stats().confirmed == 100


def test_the_record_is_asked_for_with_its_version_and_not_sent_again(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    for _ in range(3):
        cloud.clock.advance(5)
        reader.get("a")

    assert [entry.status for entry in cloud.requests] == [200, 304, 304]


@pytest.mark.parametrize(("after", "confirmed"), [(125.9, 0), (126, 1)])
def test_a_copy_is_confirmed_from_120_seconds_on(cloud: Cloud, after: float, confirmed: int) -> None:
    reader = put_and_read(cloud, after)
    cloud.clock.advance(5)
    reader.get("a")

    assert asked(cloud, "edge") == [RECORD] + ([] if confirmed else ["GET a.json"])
    assert reader.stats().confirmed == confirmed


@pytest.mark.parametrize(("after", "confirmed"), [(120.9, 0), (121, 1)])
def test_a_copy_of_s3_has_no_tier_to_wait_for(cloud: Cloud, after: float, confirmed: int) -> None:
    service(cloud).put("a", 1)
    cloud.clock.advance(after)
    reader = service(cloud)
    reader.get("a", consistent=True)
    cloud.clock.advance(5)
    reader.get("a")

    assert reader.stats().confirmed == confirmed


def test_the_record_is_not_asked_for_again_if_it_rules_the_copy_out(cloud: Cloud) -> None:
    reader = put_and_read(cloud, 60)
    for _ in range(3):
        cloud.clock.advance(5)
        reader.get("a")

    assert asked(cloud, "edge") == [RECORD, "GET a.json", "GET a.json", "GET a.json"]


def test_a_fresh_process_reads_no_record(cloud: Cloud) -> None:
    service(cloud).put("a", 1)
    cloud.clock.advance(AT_ONCE)
    cloud.requests.clear()
    service(cloud).get("a")

    assert asked(cloud, "edge") == ["GET a.json"]


def test_an_own_put_is_not_confirmed(cloud: Cloud) -> None:
    mem = service(cloud)
    mem.put("a", 1)
    cloud.clock.advance(300)
    cloud.requests.clear()
    mem.get("a")

    assert asked(cloud, "edge") == ["GET a.json"]
    assert mem.stats().confirmed == 0


def test_a_change_is_seen_within_edge_ttl(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    cloud.clock.advance(5)
    assert reader.get("a") == [1]
    service(cloud).put("a", [2])
    cloud.clock.advance(5)

    assert reader.get("a") == [2]


def test_a_remove_is_seen_within_edge_ttl(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    cloud.clock.advance(5)
    assert reader.get("a") == [1]
    service(cloud).remove("a")
    cloud.clock.advance(5)

    assert reader.get("a") is None


def test_a_clear_is_seen_within_edge_ttl(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    service(cloud).clear("")
    cloud.clock.advance(5)

    assert reader.get("a") is None


def test_what_is_put_of_another_bucket_leaves_a_copy_alone(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    assert bucket_of("a") != bucket_of("b")
    service(cloud).put("b", 1)
    cloud.clock.advance(5)
    reader.get("a")

    assert asked(cloud, "edge") == [RECORD]


def test_a_value_ends_though_its_copy_is_confirmed(cloud: Cloud) -> None:
    service(cloud).put("a", 1, ttl=300)
    cloud.clock.advance(AT_ONCE)
    reader = service(cloud)
    reader.get("a")
    cloud.clock.advance(100)
    assert reader.get("a") == 1
    assert reader.stats().confirmed == 1
    cloud.clock.advance(300 - AT_ONCE - 100)

    assert reader.get("a") is None


def test_a_copy_counts_as_read_when_the_record_was(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    cloud.clock.advance(50)
    assert reader.get_entry("a").age == 0  # type: ignore[union-attr]
    cloud.clock.advance(3)
    entry = reader.get_entry("a")

    assert entry is not None
    assert (entry.age, entry.source) == (3, "memory")


def test_the_age_of_the_record_counts(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    cloud.clock.advance(50)
    cloud.fetch("public.testing", "/shop.changes/.changes.json")
    cloud.clock.advance(4)
    entry = reader.get_entry("a")
    assert entry is not None
    assert entry.age == 4
    cloud.clock.advance(1)
    cloud.requests.clear()
    reader.get("a")

    assert asked(cloud, "edge") == [RECORD]


def test_a_copy_whose_max_age_is_shorter_than_the_record_is_old_is_read(cloud: Cloud) -> None:
    service(cloud).put("a", 1, edge_ttl=2)
    cloud.clock.advance(AT_ONCE)
    reader = service(cloud)
    reader.get("a")
    cloud.clock.advance(10)
    assert reader.get("a") == 1
    cloud.clock.advance(3)
    cloud.requests.clear()
    reader.get("a")

    assert asked(cloud, "edge") == ["GET a.json"]


def test_a_copy_is_stale_since_the_record_and_not_since_it_was_read(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    cloud.clock.advance(1000)
    reader.get("a")
    cloud.fail("edge", "status", status=500)
    cloud.fail("s3", "status", status=403)
    cloud.clock.advance(305)
    entry = reader.get_entry("a")

    assert entry is not None
    assert (entry.source, entry.age) == ("stale", 305)


def test_an_older_edge_does_not_let_a_copy_live_longer(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    cloud.clock.advance(50)
    cloud.roam(1)
    cloud.fetch("public.testing", "/shop.changes/.changes.json")
    cloud.clock.advance(1)
    service(cloud).put("a", [2])
    cloud.roam(0)
    cloud.clock.advance(1)
    assert reader.get("a") == [2]
    cloud.roam(1)
    cloud.clock.advance(2.9)
    assert reader.get("a") == [2]


@pytest.mark.parametrize("kind", ["missing", "forbidden", "corrupt", "another place", "hanging"])
def test_a_record_that_is_none_changes_nothing_and_is_asked_for_after_edge_ttl(
    cloud: Cloud, kind: str
) -> None:
    reader = put_and_read(cloud)
    if kind == "missing":
        del cloud.objects[KEY]
    elif kind == "corrupt":
        cloud.put(KEY, b'{"v":1}', {"Cache-Control": "max-age=1000"})
    elif kind == "another place":
        store(cloud, stored(cloud), "elsewhere")
    else:
        more = {"status": 403} if kind == "forbidden" else {}
        for where, path in (("edge", "/shop.changes/.changes.json"), ("s3", f"/testing/{KEY}")):
            cloud.fail(where, "status" if kind == "forbidden" else "hang", path=path, **more)
    looks = 0
    for _ in range(10):
        cloud.clock.advance(2.6)  # so that each third get or so finds no fresh copy, and the edge none either
        assert reader.get("a") == [1]
        looks += asked(cloud, "edge").count(RECORD)

    assert 2 <= looks <= 5
    assert reader.stats().confirmed == 0


def test_a_record_is_read_from_s3_if_the_edge_fails(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    cloud.clock.advance(5)
    cloud.fail("edge", "status", status=502)

    assert reader.get("a") == [1]
    assert asked(cloud) == [RECORD]
    assert reader.stats().confirmed == 1


def test_gets_of_all_threads_share_one_look(cloud: Cloud) -> None:
    service(cloud).put_many({f"n/{number}": number for number in range(16)})
    cloud.clock.advance(AT_ONCE)
    reader = service(cloud)
    names = [f"n/{number}" for number in range(16)]
    reader.get_many(names)
    cloud.clock.advance(5)
    cloud.requests.clear()
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(reader.get, names)) == list(range(16))

    assert asked(cloud, "edge") == [RECORD]


def test_a_copy_without_date_is_not_confirmed(cloud: Cloud) -> None:
    service(cloud).put("a", 1)
    cloud.clock.advance(AT_ONCE)
    cloud.fail("edge", "headers", path="/shop.changes/a.json", headers="Date: once")
    reader = service(cloud)
    reader.get("a")
    cloud.clock.advance(5)
    cloud.requests.clear()
    reader.get("a")

    assert asked(cloud, "edge") == ["GET a.json"]


def foreign(cloud: Cloud, value: str) -> None:
    """Write past the record."""
    document = f'{{"v":1,"type":"list","value":{value},"write":"0123456789abcdef"}}'
    cloud.put(f"{PLACE}a.json", document.encode(), {"Cache-Control": "max-age=5"})


def test_who_sees_a_value_that_was_not_announced_trusts_the_record_no_more(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    reader = put_and_read(cloud)
    service(cloud).put("b", 1)
    cloud.clock.advance(AT_ONCE)
    reader.get("b")
    cloud.clock.advance(5)
    reader.get("b")
    assert reader.stats().confirmed == 1
    foreign(cloud, "[2]")
    cloud.clock.advance(10)
    reader.get("b")
    with caplog.at_level(logging.WARNING, "memory"):
        assert reader.get("a", consistent=True) == [2]
        reader.get("a", consistent=True)
    confirmed = reader.stats().confirmed
    cloud.clock.advance(3600)
    cloud.requests.clear()
    reader.get("b")
    cloud.clock.advance(5)
    reader.get("b")

    (warning,) = [record.message for record in caplog.records if "not trusted" in record.message]
    assert f'"a" was written without being announced in {KEY}' in warning
    assert reader.stats().confirmed == confirmed
    assert asked(cloud, "edge").count("GET b.json") == 2


def distrusting(cloud: Cloud) -> MemoryService:
    """Make a reader that has seen a foreign value, and has a copy of another."""
    reader = put_and_read(cloud)
    service(cloud).put("b", 1)
    cloud.clock.advance(AT_ONCE)
    reader.get("b")
    cloud.clock.advance(5)
    foreign(cloud, "[2]")
    cloud.clock.advance(10)
    reader.get("b")
    reader.get("a", consistent=True)
    confirmed = reader.stats().confirmed
    reader.get("b")
    cloud.clock.advance(5)
    reader.get("b")
    assert reader.stats().confirmed == confirmed
    return reader


def test_distrust_drops_what_was_confirmed(cloud: Cloud) -> None:
    reader = put_and_read(cloud)
    service(cloud).put("b", 1)
    cloud.clock.advance(AT_ONCE)
    reader.get("b")
    cloud.clock.advance(15)
    foreign(cloud, "[2]")
    cloud.clock.advance(10)
    assert reader.get("b") == 1  # by the record
    reader.get("a", consistent=True)
    cloud.requests.clear()
    reader.get("b")

    assert asked(cloud, "edge") == ["GET b.json"]


def test_trust_comes_back_when_everything_has_been_announced_since(cloud: Cloud) -> None:
    reader = distrusting(cloud)
    service(cloud).clear("nothing/")
    mem = service(cloud)
    mem._writer._announcer.announce(None, mem._until())  # type: ignore[union-attr]
    cloud.clock.advance(AT_ONCE)
    reader.get("b")
    cloud.clock.advance(5)
    confirmed = reader.stats().confirmed
    reader.get("b")

    assert reader.stats().confirmed == confirmed + 1


def test_trust_comes_back_after_a_day(cloud: Cloud) -> None:
    reader = distrusting(cloud)
    cloud.clock.advance(86_400)
    reader.get("b")
    cloud.clock.advance(5)
    confirmed = reader.stats().confirmed
    reader.get("b")

    assert reader.stats().confirmed == confirmed + 1


def test_a_record_that_was_put_back_is_trusted_no_more(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    reader = put_and_read(cloud)
    older = stored(cloud)
    cloud.clock.advance(20)
    service(cloud).put("b", 1)
    cloud.clock.advance(5)
    reader.get("a")
    # As it is if newer versions of it are deleted: with the time it had.
    store(cloud, older)
    cloud.objects[KEY] = cloud.objects[KEY]._replace(modified=float(older.newest))
    cloud.clock.advance(12)
    with caplog.at_level(logging.WARNING, "memory"):
        reader.get("a")
    assert "restored" in caplog.text
    assert reader.stats().confirmed == 1


def test_an_observer_hears_of_a_confirmed_get_as_of_memory(cloud: Cloud) -> None:
    service(cloud).put("a", 1)
    cloud.clock.advance(AT_ONCE)
    heard: list[Observation] = []
    reader = service(cloud, observer=heard.append)
    reader.get("a")
    cloud.clock.advance(5)
    reader.get("a")

    assert [one.source for one in heard] == ["edge", "memory"]


def test_a_get_in_the_middle_of_a_look_ends(cloud: Cloud) -> None:
    """As a destructor or a signal's handler would make it (WIRE-8)."""
    reader = put_and_read(cloud)
    service(cloud).put("b", 1)
    cloud.clock.advance(AT_ONCE)
    reader.get("b")
    cloud.clock.advance(5)
    heard: list[Any] = []
    cloud.fail("edge", "status", status=502, path="/shop.changes/.changes.json")
    cloud.meanwhile(lambda: heard.append(reader.get("b")), method="GET", key=KEY)

    assert reader.get("a") == [1]
    assert heard == [1]


def test_a_clock_that_is_set_back_is_not_waited_for(cloud: Cloud) -> None:
    now = {"off": 0.0}
    service(cloud).put_many({"a": 1, "b": 2})
    cloud.clock.advance(AT_ONCE)
    reader = service(cloud, clock=lambda: cloud.clock() + now["off"])
    reader.get_many(["a", "b"])
    cloud.clock.advance(5)
    reader.get("a")
    now["off"] = -3600
    for _ in range(3):
        cloud.clock.advance(5)
        reader.get("a")
        reader.get("b")
    cloud.clock.advance(5)
    cloud.requests.clear()
    assert reader.get_many(["a", "b"]) == {"a": 1, "b": 2}

    assert asked(cloud, "edge") == [RECORD]


def test_who_comes_during_a_look_waits_for_it(cloud: Cloud) -> None:
    service(cloud).put_many({"a": 1, "b": 2})
    cloud.clock.advance(AT_ONCE)
    reader = service(cloud)
    reader.get_many(["a", "b"])
    cloud.clock.advance(5)
    cloud.requests.clear()
    cloud.fail("edge", "status", status=502, path="/shop.changes/.changes.json")
    others: list[threading.Thread] = []

    def another_gets() -> None:
        others.append(threading.Thread(target=reader.get, args=("b",)))
        others[0].start()
        others[0].join(0.3)  # it waits, or it would have asked by now

    cloud.meanwhile(another_gets, method="GET", key=KEY)
    assert reader.get("a") == 1
    others[0].join()

    assert asked(cloud) == [RECORD]
    assert reader.stats().confirmed == 2


def test_a_missing_record_is_asked_for_once_in_edge_ttl(cloud: Cloud) -> None:
    service(cloud).put("a", 1, edge_ttl=1)
    cloud.clock.advance(AT_ONCE)
    reader = service(cloud, EDGE_TTL=10)
    reader.get("a")
    del cloud.objects[KEY]
    cloud.requests.clear()
    for _ in range(30):
        cloud.clock.advance(1)
        reader.get("a")

    assert asked(cloud, "edge").count(RECORD) == 3
