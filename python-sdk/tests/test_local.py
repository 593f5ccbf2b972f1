import threading
from datetime import timedelta

import pytest
from cloud import Cloud
from memory import MemoryService, UnavailableError
from memory._envelope import Envelope
from memory._local import CachedValue, LocalMemory
from memory._stats import Stats


def source(mem: MemoryService, name: str = "a") -> str | None:
    entry = mem.get_entry(name)
    return entry.source if entry else None


def test_what_was_put_is_served_from_memory_until_its_edge_ttl(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", [1])
    cloud.clock.now += 4.9
    assert (source(mem), cloud.counts()) == ("memory", {"s3 PUT": 1})
    cloud.clock.now += 0.1
    assert source(mem) == "edge"


def test_a_copy_of_the_edges_is_fresh_for_max_age_less_age(cloud: Cloud) -> None:
    cloud.service().put("a", 1, edge_ttl=10)
    cloud.service().get("a")
    cloud.clock.now += 7
    mem = cloud.service()
    entry = mem.get_entry("a")
    assert entry is not None
    assert (entry.source, entry.age) == ("edge", 7)
    cloud.clock.now += 2.9
    entry = mem.get_entry("a")
    assert entry is not None
    assert (entry.source, entry.age) == ("memory", 9)
    cloud.clock.now += 0.1
    assert source(mem) == "edge"


def test_a_clock_that_was_set_back_makes_a_copy_stale(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", 1)
    cloud.clock.now -= 1
    assert source(mem) != "memory"


def test_nothing_is_served_from_memory_past_its_end(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", 1, ttl=timedelta(seconds=1.5), edge_ttl=60)
    cloud.clock.now += 1.4
    assert mem.get("a") == 1
    cloud.clock.now += 0.1
    assert mem.get("a") is None


@pytest.mark.parametrize("conf", [{"LOCAL_MAX_ITEMS": 0}, {"LOCAL_MAX_BYTES": 0}])
def test_memory_can_be_turned_off(cloud: Cloud, conf: dict[str, int]) -> None:
    mem = cloud.service(**conf)
    mem.put("a", 1)
    assert [source(mem) for _ in range(2)] == ["edge", "edge"]
    assert mem.stats().items == 0


def test_each_caller_has_a_list_of_their_own(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", {"x": [1]})
    for _ in range(3):
        value = mem.get("a")
        assert value == {"x": [1]}
        value["x"].append(2)


def test_what_was_put_is_kept_as_it_was_then(cloud: Cloud) -> None:
    mem, value = cloud.service(), [1]
    mem.put("a", value)
    value.append(2)
    assert mem.get("a") == [1]


def test_misses_are_not_kept(cloud: Cloud) -> None:
    mem = cloud.service()
    assert [mem.get("a"), mem.get("a")] == [None, None]
    assert cloud.counts() == {"edge": 2}


def test_fifty_threads_that_ask_for_one_cold_name_make_one_request(cloud: Cloud) -> None:
    cloud.service().put("a", [1])
    cloud.counts()
    mem, values = cloud.service(), []
    cloud.gate.clear()

    def get() -> None:
        values.append(mem.get("a"))

    threads = [threading.Thread(target=get) for _ in range(50)]
    for thread in threads:
        thread.start()
    while mem._state.single_flight._flights == {}:
        pass
    cloud.gate.set()
    for thread in threads:
        thread.join()
    assert values == [[1]] * 50
    assert len({id(value) for value in values}) == 50
    assert cloud.counts() == {"edge": 1}
    assert mem.stats().shared_reads + mem.stats().memory_hits == 49


def test_a_get_looks_in_memory_once(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    fresh = LocalMemory.fresh

    def counted(self: LocalMemory, name: str, now: float) -> CachedValue | None:
        looks.append(name)
        return fresh(self, name, now)

    monkeypatch.setattr(LocalMemory, "fresh", counted)
    mem = cloud.service()
    mem.get("miss")
    mem.put("hit", 1)
    mem.get("hit")
    assert looks == ["miss", "hit"]


def test_what_arrives_between_look_and_request_is_not_asked_for_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.service().put("a", 1)
    cloud.counts()
    mem = cloud.service()
    key_of = mem._key

    def key_while_another_thread_reads(name: str) -> str:
        monkeypatch.undo()
        other = threading.Thread(target=mem.get, args=(name,))
        other.start()
        other.join()
        return key_of(name)

    monkeypatch.setattr(mem, "_key", key_while_another_thread_reads)
    assert mem.get("a") == 1
    assert cloud.counts() == {"edge": 1}
    assert mem.stats().memory_hits == 1


def test_an_error_reaches_all_who_share_the_request(cloud: Cloud) -> None:
    cloud.down = {"edge", "s3"}
    mem, errors = cloud.service(), []
    cloud.gate.clear()

    def get() -> None:
        with pytest.raises(UnavailableError) as raised:
            mem.get("a")
        errors.append(raised.value)

    threads = [threading.Thread(target=get) for _ in range(5)]
    for thread in threads:
        thread.start()
    cloud.gate.set()
    for thread in threads:
        thread.join()
    assert len(errors) == 5


def copy(document: bytes = b"1") -> CachedValue:
    envelope = Envelope(1, "int", None, None, (), 0)
    return CachedValue(envelope, document, "v", stored_at=None, max_age=5, age=0, started=0)


@pytest.mark.slow
def test_memory_stays_within_its_bounds_under_a_million_names() -> None:
    stats = Stats()
    local = LocalMemory(1000, 2**20, stats)
    for number in range(1_000_000):
        local.keep(f"n/{number}", copy())
    assert (stats.items, len(local._copies), stats.evictions) == (1000, 1000, 999_000)
    assert stats.bytes == sum(kept.size + len(name) for name, kept in local._copies.items()) <= 2**20


def test_bytes_are_bounded_as_well_and_the_least_recently_used_go_first() -> None:
    stats = Stats()
    size = copy(b"x" * 100).size + len("a")
    local = LocalMemory(1000, 3 * size, stats)
    for name in "abc":
        local.keep(name, copy(b"x" * 100))
    local.fresh("a", 1)
    local.keep("d", copy(b"x" * 100))
    assert list(local._copies) == ["c", "a", "d"]
    local.keep("large", copy(b"x" * 10_000))
    assert list(local._copies) == ["c", "a", "d"]
    local.keep("a", copy(b"x" * 10_000))
    assert list(local._copies) == ["c", "d"]
    assert stats.bytes == 2 * size


def test_a_name_that_is_no_text_is_refused_as_ever(cloud: Cloud) -> None:
    from memory import InvalidNameError

    with pytest.raises(InvalidNameError):
        cloud.service().get(["a"])  # type: ignore[arg-type]
