"""What is about to be written is announced before, once for all that is written at that time (CHG-7 to CHG-13)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from changing import KEY, NOW, aged, asked, service, store, stored
from memory import (
    AccessDeniedError,
    BatchError,
    ConflictError,
    UnavailableError,
)
from memory import _aws as aws
from memory._changes import Record, bucket_of
from memory.testing import Clock, Cloud
from memory.testing._bucket import http_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PUT = "PUT .changes.json"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(Clock(NOW)) as cloud:
        yield cloud


def test_the_record_is_put_before_the_value(cloud: Cloud) -> None:
    service(cloud).put("a", 1)

    assert asked(cloud) == ["GET .changes.json", PUT, "PUT a.json"]
    assert stored(cloud) == Record(NOW, NOW + 1000, 0, bytes(12_288))


def test_a_remove_and_an_update_are_announced(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.remove("a")
    mem.increment("b")

    assert [what for what in asked(cloud) if not what.startswith("GET")] == [
        PUT,
        "DELETE a.json",
        PUT,
        "PUT b.json",
    ]
    assert stored(cloud).time(bucket_of("a")) == stored(cloud).time(bucket_of("b")) == int(cloud.clock())


def test_the_record_is_stored_gzipped_for_edge_ttl(cloud: Cloud) -> None:
    service(cloud, EDGE_TTL=7).put("a", 1)

    held = cloud.objects[KEY]
    assert held.headers == {
        "content-type": "application/json",
        "cache-control": "max-age=7",
        "content-encoding": "gzip",
    }


def test_all_that_changes_something_is_signed_in_its_query_with_the_announcement(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.put("a", 1)
    mem.remove("a")
    mem.remove_many(["b", "c"])

    writes = [entry for entry in cloud.requests if entry.where == "s3" and entry.method != "GET"]
    assert {entry.method for entry in writes} == {"PUT", "DELETE", "POST"}
    assert {(entry.signed_at, entry.expires) for entry in writes} == {(int(cloud.clock()), 20)}


def test_a_service_without_changes_signs_in_headers_and_asks_for_no_record(cloud: Cloud) -> None:
    service(cloud, CHANGES=False).put("a", 1)

    (entry,) = cloud.requests
    assert (entry.path, entry.signed_at) == ("/testing/public/shop/a.json", None)


def test_a_batch_is_announced_once(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.put_many({f"n/{number}": number for number in range(40)})

    assert asked(cloud).count(PUT) == 1
    assert mem.stats().announcements == 1
    assert {stored(cloud).time(bucket_of(f"n/{number}")) for number in range(40)} == {int(cloud.clock())}


def test_a_batch_that_cannot_be_announced_fails_for_each_name(cloud: Cloud) -> None:
    cloud.fail("s3", "status", status=403, path=f"/testing/{KEY}")
    with pytest.raises(BatchError) as failed:
        service(cloud).put_many({"a": 1, "b": 2})

    assert {type(error) for error in failed.value.errors.values()} == {AccessDeniedError}
    assert list(failed.value.errors) == ["a", "b"]
    assert not [what for what in asked(cloud) if what.startswith("PUT")]


def test_what_comes_while_the_record_is_put_is_announced_together(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    others: list[threading.Thread] = []

    def others_come() -> None:
        for number in range(15):
            others.append(threading.Thread(target=mem.put, args=(f"n/{number}", number)))
            others[-1].start()
        # They wait for the turn, or are about to: what they cannot do is put.
        threading.Event().wait(0.3)

    cloud.meanwhile(others_come, method="PUT", key=KEY)
    mem.put("first", 1)
    for other in others:
        other.join()

    assert asked(cloud).count(PUT) == 2
    assert mem.stats().announcements == 2


def test_another_name_within_ten_seconds_takes_an_announcement_of_its_own(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.put("a", 1)
    mem.put("b", 1)

    assert asked(cloud).count(PUT) == 2


@pytest.mark.parametrize(("seconds", "announcements"), [(10, 1), (11, 2)])
def test_the_same_name_is_announced_for_ten_seconds(cloud: Cloud, seconds: int, announcements: int) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.put("a", 1)
    cloud.clock.advance(seconds)
    mem.put("a", 2)

    assert mem.stats().announcements == announcements


def test_what_another_writer_has_announced_need_not_be_announced_again(cloud: Cloud) -> None:
    aged(cloud)
    service(cloud).put("a", 1)
    cloud.requests.clear()
    mem = service(cloud)
    mem.put("a", 2)

    assert asked(cloud) == ["GET .changes.json", "PUT a.json"]
    assert mem.stats().announcements == 0


def test_since_is_no_announcement_of_a_name(cloud: Cloud) -> None:
    store(cloud, Record(NOW, NOW, 0, bytes(12_288)))
    mem = service(cloud)
    mem.put("a", 1)

    assert mem.stats().announcements == 1


def test_a_conflict_is_read_again_and_tried_with_a_new_time(cloud: Cloud) -> None:
    aged(cloud)

    def another_puts() -> None:
        cloud.clock.advance(15)
        service(cloud).put("other", 1)

    cloud.meanwhile(another_puts, method="PUT", key=KEY)
    mem = service(cloud)
    mem.put("a", 1)

    assert (mem.stats().conflicts, mem.stats().announcements) == (1, 1)
    record, now = stored(cloud), int(cloud.clock())
    assert record.time(bucket_of("a")) == record.time(bucket_of("other")) == now
    assert record.all == 0


def test_after_two_conflicts_everything_is_announced(cloud: Cloud) -> None:
    aged(cloud)
    losses = iter(range(3))

    def lose() -> None:
        # Somebody else's put, without an SDK, so that it meets no other.
        if (loss := next(losses)) < 2:
            store(cloud, stored(cloud)._replace(newest=int(cloud.clock()) + loss))

    cloud.meanwhile(lose, method="PUT", key=KEY, times=3)
    mem = service(cloud)
    mem.put("a", 1)

    assert (mem.stats().conflicts, mem.stats().announcements) == (2, 1)
    assert stored(cloud).all == int(cloud.clock())


def test_of_writers_at_the_same_time_nobody_starves_and_no_announcement_is_lost(cloud: Cloud) -> None:
    aged(cloud)
    failed: list[BaseException] = []

    def write(writer: int) -> None:
        mem = service(cloud)
        try:
            for number in range(5):
                mem.put(f"{writer}/{number}", number)
                record = stored(cloud)
                assert record.base(bucket_of(f"{writer}/{number}")) >= int(cloud.clock())
        except BaseException as error:  # noqa: BLE001 - it is asserted below
            failed.append(error)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(16)))

    assert not failed


def test_a_lost_answer_is_looked_up_and_not_announced_twice(cloud: Cloud) -> None:
    aged(cloud)
    cloud.fail("s3", "lost", path=f"/testing/{KEY}", method="PUT", times=1)
    mem = service(cloud)
    mem.put("a", 1)

    assert asked(cloud) == ["GET .changes.json", PUT, "GET .changes.json", "PUT a.json"]
    assert (mem.stats().announcements, mem.stats().conflicts) == (1, 0)


def test_a_put_of_unknown_outcome_that_did_not_take_place_is_made_once_more(cloud: Cloud) -> None:
    aged(cloud)
    cloud.fail("s3", "reset", path=f"/testing/{KEY}", method="PUT", times=1)
    service(cloud).put("a", 1)

    assert asked(cloud) == ["GET .changes.json", PUT, "GET .changes.json", PUT, "PUT a.json"]


@pytest.mark.parametrize(("status", "error"), [(403, AccessDeniedError), (503, UnavailableError)])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_without_an_announcement_nothing_is_written_and_that_is_known(
    cloud: Cloud, status: int, error: type[Exception], method: str
) -> None:
    aged(cloud)
    cloud.fail("s3", "status", status=status, path=f"/testing/{KEY}", method=method)
    mem = service(cloud, DEADLINE=1)
    for write in (lambda: mem.put("a", 1), lambda: mem.remove("seed"), lambda: mem.increment("b")):
        with pytest.raises(error) as raised:
            write()
        assert not getattr(raised.value, "outcome_unknown", False)

    assert "public/shop.changes/a.json" not in cloud.objects
    assert "public/shop.changes/seed.json" in cloud.objects


def test_what_was_known_stays_known_if_nothing_could_be_announced(cloud: Cloud) -> None:
    mem = service(cloud)
    mem.put("a", 1)
    cloud.clock.advance(11)
    cloud.fail("s3", "status", status=403, path=f"/testing/{KEY}", times=9)
    with pytest.raises(AccessDeniedError):
        mem.put("a", 2)
    cloud.requests.clear()

    assert mem.get("a") == 1
    assert [entry.where for entry in cloud.requests] == ["edge"]


def test_a_write_that_comes_too_late_is_announced_anew(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    cloud.meanwhile(lambda: cloud.clock.advance(21), method="PUT", key="public/shop.changes/a.json")
    mem.put("a", 1)

    assert [what for what in asked(cloud) if "PUT" in what] == [PUT, "PUT a.json", PUT, "PUT a.json"]
    assert stored(cloud).time(bucket_of("a")) == int(cloud.clock())
    assert mem.get("a", consistent=True) == 1


@pytest.mark.parametrize("write", ["remove", "remove_many", "clear", "touch", "if_absent", "update"])
def test_every_write_that_comes_too_late_is_announced_anew(cloud: Cloud, write: str) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.put("a/b", 1)
    calls: dict[str, tuple[str, Callable[[], Any]]] = {
        "remove": ("DELETE", lambda: mem.remove("a/b")),
        "remove_many": ("POST", lambda: mem.remove_many(["a/b"])),
        "clear": ("POST", lambda: mem.clear("a/")),
        "touch": ("PUT", lambda: mem.touch("a/b", 900)),
        "if_absent": ("PUT", lambda: mem.put("a/c", 1, if_absent=True)),
        "update": ("PUT", lambda: mem.increment("a/b")),
    }
    method, call = calls[write]
    cloud.clock.advance(60)
    key = "" if method == "POST" else "public/shop.changes/a/"
    cloud.meanwhile(lambda: cloud.clock.advance(25), method=method, key=key)
    call()

    now = int(cloud.clock())
    assert mem.stats().announcements == 3
    assert stored(cloud).base(bucket_of("a/c" if write == "if_absent" else "a/b")) == now
    assert mem.get("a/b", consistent=True) == {"touch": 1, "if_absent": 1, "update": 2}.get(write)


def test_a_write_is_sent_again_with_the_same_time_until_15_seconds_after_it(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    key = "public/shop.changes/a.json"
    steps = iter((15, 1))
    cloud.meanwhile(lambda: cloud.clock.advance(next(steps)), method="PUT", key=key, times=2)
    cloud.fail("s3", "status", status=500, path=f"/testing/{key}", times=2)
    mem.put("a", 1)

    times = [
        entry.signed_at for entry in cloud.requests if entry.method == "PUT" and entry.path.endswith("a.json")
    ]
    start = int(cloud.clock()) - 16
    assert times == [start, start, start + 16]


def test_a_late_answer_is_announced_again_with_its_date(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.put("a", 1)
    now = int(cloud.clock())
    key = "public/shop.changes/a.json"
    cloud.fail(
        "s3",
        "headers",
        path=f"/testing/{key}",
        method="PUT",
        headers=f"Date: {http_date(now + 101)}",
        times=1,
    )
    mem.put("a", 2)

    assert asked(cloud)[-1] == PUT
    assert stored(cloud).time(bucket_of("a")) == now + 101


def test_an_answer_within_100_seconds_is_in_time(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.put("a", 1)
    key, late = "public/shop.changes/a.json", http_date(int(cloud.clock()) + 100)
    cloud.fail("s3", "headers", path=f"/testing/{key}", method="PUT", headers=f"Date: {late}", times=1)
    mem.put("a", 2)

    assert asked(cloud)[-1] == "PUT a.json"


def test_a_clear_announces_everything(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.put_many({"t/a": 1, "t/b": 2})
    assert mem.clear("t/") == 2

    assert stored(cloud).all == int(cloud.clock())
    assert mem.stats().announcements == 2


def test_a_clear_leaves_the_record_and_a_listing_has_it_not(cloud: Cloud) -> None:
    mem = service(cloud)
    mem.put("a", 1)
    assert list(mem.keys()) == ["a"]
    assert mem.clear("") == 1
    assert KEY in cloud.objects


@pytest.mark.parametrize("off", [-3600, -60, 60, 3600])
def test_a_wrong_clock_is_set_by_what_s3_says(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, off: int
) -> None:
    aged(cloud)
    monkeypatch.setattr(aws, "_skew", float(off))
    mem = service(cloud)
    mem.put("a", 1)

    assert abs(stored(cloud).time(bucket_of("a")) - cloud.clock()) <= 1
    assert mem.get("a", consistent=True) == 1


@pytest.mark.parametrize("off", [-9, 9])
def test_a_clock_that_is_almost_right_is_left_alone(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, off: int
) -> None:
    aged(cloud)
    monkeypatch.setattr(aws, "_skew", float(off))
    service(cloud).put("a", 1)

    assert aws._skew == off
    assert stored(cloud).time(bucket_of("a")) == int(cloud.clock()) + off


def test_a_record_that_is_not_believed_is_replaced_by_a_first_one(cloud: Cloud) -> None:
    aged(cloud)
    cloud.put(KEY, b"no record", {})
    service(cloud).put("a", 1)

    assert stored(cloud).since == int(cloud.clock()) + 1000


def test_a_record_that_was_put_back_is_not_believed_by_a_writer(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    older = stored(cloud)
    mem.put("a", 1)
    cloud.clock.advance(15)
    # Within 30 s of its newest, which is the only sign otherwise.
    store(cloud, older._replace(newest=int(cloud.clock()) - 20))
    mem.put("b", 1)

    assert stored(cloud).since == int(cloud.clock()) + 1000


def test_a_record_that_was_deleted_meanwhile_is_made_anew(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.put("a", 1)
    del cloud.objects[KEY]
    mem.put("b", 1)

    assert mem.stats().conflicts == 1
    assert stored(cloud).since == int(cloud.clock()) + 1000


@pytest.mark.parametrize(("seconds", "reads"), [(10, 0), (11, 1)])
def test_what_was_read_ten_seconds_ago_is_read_again(cloud: Cloud, seconds: int, reads: int) -> None:
    """Others have changed it more often than not, and a put that loses costs more than a read."""
    aged(cloud)
    mem = service(cloud)
    mem.put("a", 1)
    cloud.clock.advance(seconds)
    asked(cloud)
    mem.put("b", 1)

    assert asked(cloud) == ["GET .changes.json"] * reads + [PUT, "PUT b.json"]


@pytest.mark.parametrize("if_absent", [False, True])
def test_a_late_write_that_cannot_be_announced_again_is_an_error(cloud: Cloud, *, if_absent: bool) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.put("seed", 1)
    key, late = "public/shop.changes/a.json", http_date(int(cloud.clock()) + 101)
    cloud.fail("s3", "headers", path=f"/testing/{key}", method="PUT", headers=f"Date: {late}")

    def refuse() -> None:
        cloud.fail("s3", "status", status=403, path=f"/testing/{KEY}")

    cloud.meanwhile(refuse, method="PUT", key=key)
    with pytest.raises(UnavailableError, match="cannot be announced again") as raised:
        mem.put("a", 2, if_absent=if_absent)

    assert raised.value.outcome_unknown


def test_a_condition_that_does_not_hold_is_a_conflict_all_the_same(cloud: Cloud) -> None:
    mem = service(cloud)
    mem.put("a", 1)
    with pytest.raises(ConflictError):
        mem.put("a", 2, if_absent=True)


def test_a_lost_conditional_put_that_comes_too_late_afterwards_is_not_counted_twice(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.increment("n")
    key = "public/shop.changes/n.json"
    cloud.clock.advance(60)
    cloud.fail("s3", "lost", path=f"/testing/{key}", method="PUT", times=1)
    assert mem.increment("n") == 2
    assert mem.get("n", consistent=True) == 2


def test_an_announcement_in_the_middle_of_another_ends(cloud: Cloud) -> None:
    """As a destructor or a signal's handler would make it (WIRE-8)."""
    aged(cloud)
    mem = service(cloud)
    cloud.meanwhile(lambda: mem.put("inner", 2), method="PUT", key=KEY)
    mem.put("outer", 1)

    record, now = stored(cloud), int(cloud.clock())
    assert record.base(bucket_of("inner")) == record.base(bucket_of("outer")) == now
    assert mem.get("inner", consistent=True) == 2


def test_a_forked_process_announces_though_another_thread_of_its_parent_was_about_to(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)

    def put_in_child() -> int:
        child = os.fork()
        if child == 0:
            mem.put("child", 1)
            os._exit(0 if stored(cloud).base(bucket_of("child")) == int(cloud.clock()) else 1)
        return os.waitpid(child, 0)[1]

    def fork() -> None:
        with ThreadPoolExecutor(1) as pool:
            outcomes.append(pool.submit(put_in_child).result(8))

    outcomes: list[int] = []
    cloud.meanwhile(fork, method="PUT", key=KEY)
    mem.put("parent", 1)

    assert outcomes == [0]


def test_who_waits_for_another_thread_gives_up_in_time(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud, DEADLINE=1)
    late: list[BaseException] = []

    def another() -> None:
        with ThreadPoolExecutor(1) as pool:
            late.append(pool.submit(mem.put, "b", 1).exception() or AssertionError("it was put"))

    cloud.meanwhile(another, method="PUT", key=KEY)
    mem.put("a", 1)

    (error,) = late
    assert isinstance(error, UnavailableError)
    assert not error.outcome_unknown


def test_a_service_without_changes_loads_nothing_of_them() -> None:
    program = """
import sys, memory
mem = memory.MemoryService({"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values"}, "shop")
print([name for name in sys.modules if "_change" in name or "announce" in name])
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
