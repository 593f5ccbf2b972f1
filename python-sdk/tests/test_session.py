import logging
import threading
from typing import Any

import pytest
from cloud import Cloud
from memory import ConfigurationError, MemoryService, UnavailableError
from memory._answer import Answer
from memory._envelope import Envelope
from memory._session import MAX_NAMES, Session
from memory._stats import Stats

OFF = {"LOCAL_MAX_ITEMS": 0}


def source(mem: MemoryService, name: str = "a") -> str | None:
    entry = mem.get_entry(name)
    return entry.source if entry else None


def warm(cloud: Cloud, *pops: int, name: str = "a") -> None:
    """Let edges fetch what is stored."""
    for pop in pops:
        cloud.pop = pop
        cloud.service().get(name)


def test_own_writes_are_read_whatever_the_edges_hold(cloud: Cloud) -> None:
    mem = cloud.service(**OFF)
    mem.put("a", 1)
    warm(cloud, 0, 1, 2)
    cloud.clock.now += 2
    mem.put("a", 2)
    for pop in (0, 1, 2):
        cloud.pop = pop
        assert (mem.get("a"), source(mem)) == (2, "s3")
    assert cloud.service().get("a") == 1
    cloud.clock.now += 3
    assert (mem.get("a"), source(mem)) == (2, "edge")


def test_what_was_removed_does_not_come_back(cloud: Cloud) -> None:
    mem = cloud.service(**OFF)
    mem.put("a", 1)
    warm(cloud, 0, 1, 2)
    mem.remove("a")
    for pop in (0, 1, 2):
        cloud.pop = pop
        assert mem.get("a", "none") == "none"
    assert cloud.service().get("a") == 1


@pytest.mark.parametrize("how", ["remove_many", "clear"])
def test_nor_does_what_was_removed_with_others(cloud: Cloud, how: str) -> None:
    mem = cloud.service()
    mem.put("t/a", 1)
    warm(cloud, 0, name="t/a")
    if how == "clear":
        assert mem.clear("t/") == 1
    else:
        mem.remove_many(["t/a"])
    assert mem.get("t/a", "none") == "none"


def test_reads_never_go_back(cloud: Cloud) -> None:
    writer, reader = cloud.service(), cloud.service(**OFF)
    writer.put("a", 1)
    warm(cloud, 0, 1)
    cloud.clock.now += 3
    writer.put("a", 2)
    warm(cloud, 2)
    assert [source(reader), reader.get("a")] == ["edge", 2]
    for pop in (0, 1, 2):
        cloud.pop = pop
        assert reader.get("a") == 2


def test_a_miss_that_was_seen_is_not_followed_by_what_was_there_before(cloud: Cloud) -> None:
    writer, reader = cloud.service(), cloud.service(**OFF)
    writer.put("a", 1)
    warm(cloud, 0)
    cloud.clock.now += 1
    writer.remove("a")
    cloud.pop = 1
    assert reader.get("a") is None
    cloud.pop = 0
    assert reader.get("a") is None
    assert cloud.service().get("a") == 1


def test_a_newer_version_is_accepted_by_its_time_and_one_of_the_same_second_is_not(cloud: Cloud) -> None:
    cloud.clock.now = 1_800_000_000.2
    mem, other = cloud.service(**OFF), cloud.service()
    mem.put("a", 1)
    cloud.clock.now += 0.5
    other.put("a", 2)
    assert [mem.get("a"), mem.stats().sent_to_s3] == [2, 1]
    cloud.clock.now += 10
    other.put("a", 3)
    assert [mem.get("a"), mem.stats().sent_to_s3, mem.stats().accepted_by_time] == [3, 1, 1]
    mem.get("a")
    assert mem.stats().accepted_by_version == 1


def test_an_own_put_that_is_lost_leaves_the_state_unknown(cloud: Cloud) -> None:
    mem = cloud.service(**OFF)
    mem.put("a", 1)
    warm(cloud, 0)
    cloud.lost = 9  # more than it is sent
    with pytest.raises(UnavailableError):
        mem.put("a", 2)
    assert (mem.get("a"), cloud.service().get("a")) == (2, 1)


def test_a_put_that_was_refused_changes_nothing_known(cloud: Cloud) -> None:
    mem = cloud.service(**OFF)
    mem.put("a", 1)
    warm(cloud, 0)
    s3 = cloud.s3
    cloud.s3 = lambda *_: (403, {}, b"<Error><Code>AccessDenied</Code></Error>")  # type: ignore[method-assign]
    with pytest.raises(PermissionError):
        mem.put("a", 2)
    cloud.s3 = s3  # type: ignore[method-assign]
    assert (source(mem), mem.get("a")) == ("edge", 1)


def test_after_puts_that_overlapped_s3_is_asked(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", 0)

    def second() -> None:
        thread = threading.Thread(target=lambda: mem.put("a", 2))
        thread.start()
        while mem._state.session._writing["a"].count < 2:
            pass
        threads.append(thread)

    threads: list[threading.Thread] = []
    cloud.before_write = second
    mem.put("a", 1)
    threads[0].join()
    assert (source(mem), mem.get("a")) == ("s3", 2)


def test_a_read_that_raced_a_put_is_not_kept(cloud: Cloud) -> None:
    mem = cloud.service()
    cloud.service().put("a", 1)
    origin = mem._reader._origin
    get = origin.get

    def slow(key: str, deadline: float, **options: Any) -> Answer:
        answer = get(key, deadline, **options)
        mem.put("a", 2)
        return answer

    origin.get = slow  # type: ignore[assignment,method-assign]
    assert mem.get("a", consistent=True) == 1
    origin.get = get  # type: ignore[method-assign]
    assert mem.get("a") == 2


def test_what_was_forgotten_is_not_read_from_an_older_copy() -> None:
    session = Session(lambda _: Stats())
    for number in range(MAX_NAMES + 1):
        session.begin(f"n/{number}", 100 + number / 1000)
        session.end(f"n/{number}", 100 + number / 1000)
    assert len(session._records) == MAX_NAMES
    document = b"{}"
    old, new = (Answer(document, "edge", {"age": age}) for age in ("5", "0"))
    assert not session.accepts("n/0", old, 104)
    assert session.accepts("n/0", new, 104)
    assert not session.accepts("n/0", new, 100.9)


def test_a_listing_cleared_forgets_memory_and_session(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("t/a", 1)
    mem.put("b", 1)
    mem._state.forget("t/", cloud.clock())
    assert source(mem, "b") == "memory"
    assert source(mem, "t/a") == "s3"


def test_lineage_of_a_document_stored_long_ago_is_its_own_id_alone() -> None:
    from memory._session import lineage

    envelope = Envelope(1, "int", "w3", None, ("w2", "w1"), 0)
    headers = {"date": "Mon, 23 Nov 2026 08:01:00 GMT", "last-modified": "Mon, 23 Nov 2026 08:00:00 GMT"}
    assert lineage(Answer(b"", "s3", headers), envelope) == ("w3", "w2", "w1")
    headers["date"] = "Mon, 23 Nov 2026 08:01:01 GMT"
    assert lineage(Answer(b"", "s3", headers), envelope) == ("w3",)
    assert lineage(Answer(b"", "edge", headers), envelope) == ("w3", "w2", "w1")


def test_a_copy_older_than_it_should_be_is_replaced_by_what_s3_says(cloud: Cloud) -> None:
    cloud.service().put("a", 1)
    stored = cloud.objects["public/shop/a.json"]
    for age, expected in (("5", "edge"), ("6", "s3")):
        answer = (200, {**stored.headers, "Age": age}, stored.body)
        cloud.edge = lambda _, answer=answer: answer  # type: ignore[method-assign, misc]
        assert source(cloud.service()) == expected


def test_the_edges_stale_answer_is_served_if_s3_does_not_answer(cloud: Cloud) -> None:
    cloud.service().put("a", 1)
    stored = cloud.objects["public/shop/a.json"]
    cloud.down = {"s3"}
    for age, expected in (("305", "stale"), ("306", None)):
        answer = (200, {**stored.headers, "Age": age}, stored.body)
        cloud.edge = lambda _, answer=answer: answer  # type: ignore[method-assign, misc]
        if expected:
            assert source(cloud.service()) == expected
        else:
            with pytest.raises(UnavailableError):
                cloud.service().get("a")


def test_memory_serves_a_stale_copy_while_neither_edge_nor_s3_answers(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    mem = cloud.service(STALE_IF_ERROR=60)
    mem.put("a", 1)
    cloud.down = {"edge", "s3"}
    cloud.clock.now += 65
    with caplog.at_level(logging.WARNING, "memory"):
        entry = mem.get_entry("a")
    assert entry is not None
    assert (entry.value, entry.source, entry.age) == (1, "stale", 65)
    assert "returning a stale copy" in caplog.messages[-1]
    assert mem.stats().stale_reads == 1
    with pytest.raises(UnavailableError):
        mem.get("a", consistent=True)
    cloud.clock.now += 0.1
    with pytest.raises(UnavailableError):
        mem.get("a")


def test_a_stale_copy_is_not_served_past_its_end_nor_behind_an_own_put(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("short", 1, ttl=10)
    mem.put("a", 1)
    warm(cloud, 0)
    cloud.lost = 9  # more than it is sent
    with pytest.raises(UnavailableError):
        mem.put("a", 2)
    cloud.down = {"s3"}
    with pytest.raises(UnavailableError):
        mem.get("a")
    cloud.down = {"s3", "edge"}
    cloud.clock.now += 10
    with pytest.raises(UnavailableError):
        mem.get("short")


def test_a_stale_copy_of_another_s_request_is_not_taken_if_something_newer_is_known(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", 1)
    entry = mem.get_entry("a")
    assert entry is not None
    session = mem._state.session
    assert session.is_newest("a", entry.version)
    mem.put("a", 2)
    assert not session.is_newest("a", entry.version)


def test_a_closed_service_says_so(cloud: Cloud) -> None:
    mem, other = cloud.service(), cloud.service()
    mem.close()
    mem.close()
    for call in (lambda: mem.put("a", 1), lambda: mem.get("a"), lambda: mem.remove("a"), mem.keys):
        with pytest.raises(ConfigurationError, match="closed"):
            call()
    assert other.get("a") is None
