import gzip
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from cloud import Cloud
from memory import (
    ConfigurationError,
    ConflictError,
    CorruptValueError,
    UnavailableError,
    UnsupportedTypeError,
)
from memory._envelope import encode

KEY = "public/shop/a.json"


def document(cloud: Cloud) -> dict[str, Any]:
    stored = cloud.objects[KEY]
    is_zipped = "Content-Encoding" in stored.headers
    return dict(json.loads(gzip.decompress(stored.body) if is_zipped else stored.body))


def place(cloud: Cloud, body: bytes) -> None:
    cloud.s3("PUT", KEY, {"Cache-Control": "max-age=5"}, body)


def test_a_put_if_absent_stores_only_what_is_not_there(cloud: Cloud) -> None:
    mem = cloud.service()
    version = mem.put("a", 1, if_absent=True)
    with pytest.raises(ConflictError, match='"a": there is a value already'):
        mem.put("a", 2, if_absent=True)
    entry = mem.get_entry("a", consistent=True)
    assert entry is not None
    assert (entry.value, entry.version) == (1, version)


def test_an_expired_value_counts_as_absent(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.put("a", 1, ttl=timedelta(seconds=2))
    cloud.clock.now += 2
    mem.put("a", 2, if_absent=True)
    assert mem.get("a") == 2
    assert len(document(cloud)["previous"]) == 1


def test_a_put_if_version_replaces_that_version_only(cloud: Cloud) -> None:
    mem = cloud.service()
    first = mem.put("a", 1)
    second = mem.put("a", 2, if_version=first)
    with pytest.raises(ConflictError, match="not .* any more. Read the value again"):
        mem.put("a", 3, if_version=first)
    assert mem.get("a") == 2
    mem.remove("a")
    with pytest.raises(ConflictError):
        mem.put("a", 3, if_version=second)


@pytest.mark.parametrize(
    "condition",
    [{"if_absent": True, "if_version": "v"}, {"if_version": ""}, {"if_version": 'a"b'}, {"if_absent": 1}],
)
def test_conditions_that_make_no_sense_are_refused(cloud: Cloud, condition: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        cloud.service().put("a", 1, **condition)
    assert cloud.requests == []


def test_after_a_conflict_the_next_get_sees_who_was_faster(cloud: Cloud) -> None:
    mem = cloud.service()
    assert mem.get("a") is None
    cloud.service().put("a", 1)
    with pytest.raises(ConflictError):
        mem.put("a", 2, if_absent=True)
    assert mem.get("a") == 1


@pytest.mark.parametrize("lost", [1, 3])
def test_a_lost_answer_is_no_conflict(cloud: Cloud, lost: int) -> None:
    mem = cloud.service(sleep=lambda _: None)
    cloud.lost = lost
    version = mem.put("a", 1, if_absent=True)
    entry = mem.get_entry("a")
    assert entry is not None
    assert (entry.value, entry.version) == (1, version)


def test_a_put_that_took_place_and_was_replaced_since_is_no_conflict(cloud: Cloud) -> None:
    mem, other = cloud.service(sleep=lambda _: None), cloud.service()
    mem.put("a", 1)
    look = mem._reader.look

    def late(name: str, key: str, deadline: float) -> Any:
        other.increment("a")
        return look(name, key, deadline)

    entry = mem.get_entry("a")
    assert entry is not None
    mem._reader.look = late  # type: ignore[method-assign]
    cloud.lost = 3
    version = mem.put("a", 5, if_version=entry.version)
    assert document(cloud)["value"] == 6
    assert version == document(cloud)["previous"][0]
    with pytest.raises(ConflictError):
        mem.put("a", 7, if_version=version)


def test_a_put_that_did_not_take_place_is_sent_again(cloud: Cloud) -> None:
    mem = cloud.service(sleep=lambda _: None)
    cloud.down, cloud.status = {"s3"}, 500
    look = mem._reader.look

    def back(name: str, key: str, deadline: float) -> Any:
        cloud.down = set()
        return look(name, key, deadline)

    mem._reader.look = back  # type: ignore[method-assign]
    mem.put("a", 1, if_absent=True)
    assert mem.get("a") == 1


def test_who_cannot_tell_says_so(cloud: Cloud) -> None:
    mem = cloud.service(sleep=lambda _: None)
    mem.put("a", 1)
    entry = mem.get_entry("a")
    assert entry is not None
    ids = [f"{number:016x}" for number in range(100)]

    def overtaken() -> None:
        place(cloud, encode(9, previous=ids))

    cloud.before_write = overtaken
    with pytest.raises(UnavailableError, match="Read the value and decide"):
        mem.put("a", 2, if_version=entry.version)

    def frozen() -> None:
        place(cloud, encode(10))
        cloud.clock.now += 31

    entry = mem.get_entry("a", consistent=True)
    assert entry is not None
    cloud.before_write = frozen
    with pytest.raises(UnavailableError, match="Read the value and decide"):
        mem.put("a", 2, if_version=entry.version)


def test_what_no_sdk_wrote_is_not_replaced_on_a_condition(cloud: Cloud) -> None:
    place(cloud, b"not an envelope")
    mem = cloud.service()
    with pytest.raises(ConflictError, match="was not written by an SDK"):
        mem.put("a", 1, if_absent=True)
    with pytest.raises(CorruptValueError):
        mem.increment("a")
    assert cloud.objects[KEY].body == b"not an envelope"


def test_an_update_is_given_the_value_or_the_default(cloud: Cloud) -> None:
    mem = cloud.service()
    default: list[int] = []
    add = lambda numbers: [*numbers, len(numbers)]  # noqa: E731
    assert [mem.update("a", add, default=default) for _ in range(3)] == [[0], [0, 1], [0, 1, 2]]
    assert (mem.get("a"), default) == ([0, 1, 2], [])


def test_an_update_loses_nothing_of_another_writer(cloud: Cloud) -> None:
    waits: list[float] = []
    mem, other = cloud.service(sleep=waits.append, random=lambda: 1.0), cloud.service()
    seen: list[Any] = []

    def change(numbers: Any) -> Any:
        seen.append(list(numbers))
        if len(seen) < 4:
            other.update("a", lambda theirs: [*theirs, -1], default=[])
        numbers.append(1)
        return numbers

    assert mem.update("a", change, default=[]) == [-1, -1, -1, 1]
    assert seen == [[], [-1], [-1, -1], [-1, -1, -1]]
    assert waits == [0.02, 0.04, 0.08]


def test_attempts_run_out(cloud: Cloud) -> None:
    mem, other = cloud.service(sleep=lambda _: None), cloud.service()

    def change(_: Any) -> int:
        other.put("a", 0)
        return 1

    with pytest.raises(ConflictError, match="in each of 3 attempts"):
        mem.update("a", change, attempts=3)
    assert mem.get("a", consistent=True) == 0
    with pytest.raises(ConfigurationError, match="attempts is a whole number"):
        mem.update("a", change, attempts=0)


def test_an_update_keeps_the_end_of_the_value_unless_told_otherwise(cloud: Cloud) -> None:
    mem = cloud.service(EDGE_TTL=60)
    mem.put("a", 1, ttl=10)
    end = document(cloud)["expires_at"]
    cloud.clock.now += 7.5
    mem.increment("a")
    assert document(cloud)["expires_at"] == end
    assert cloud.objects[KEY].headers["Cache-Control"] == "max-age=2, stale-if-error=300"
    cloud.clock.now += 2.2
    mem.increment("a")
    assert cloud.objects[KEY].headers["Cache-Control"] == "max-age=1, stale-if-error=300"
    mem.increment("a", ttl=100)
    assert document(cloud)["expires_at"] == round((cloud.clock.now + 100) * 1000)
    cloud.clock.now += 101
    assert mem.increment("a") == 1
    assert "expires_at" not in document(cloud)


def test_an_error_of_the_function_stores_nothing(cloud: Cloud) -> None:
    with pytest.raises(ZeroDivisionError):
        cloud.service().update("a", lambda _: 1 / 0)
    with pytest.raises(UnsupportedTypeError):
        cloud.service().update("a", lambda _: {1, 2})
    assert cloud.objects == {}


def test_only_an_int_is_incremented_and_only_by_an_int(cloud: Cloud) -> None:
    mem = cloud.service()
    assert [mem.increment("a"), mem.increment("a", 2**60), mem.increment("a", -1)] == [1, 2**60 + 1, 2**60]
    for value in (True, 1.0, "1", None):
        mem.put("a", value)
        with pytest.raises(UnsupportedTypeError, match="only an int can be incremented"):
            mem.increment("a")
        with pytest.raises(UnsupportedTypeError, match="incremented by an int"):
            mem.increment("a", value)  # type: ignore[arg-type]


def test_the_lineage_has_at_most_a_hundred_ids(cloud: Cloud) -> None:
    mem = cloud.service()
    for _ in range(102):
        mem.increment("a")
    previous = document(cloud)["previous"]
    assert len(previous) == len(set(previous)) == 100


def test_increments_of_eight_threads_are_counted_once_each_though_answers_are_lost(cloud: Cloud) -> None:
    def lose() -> None:
        service = cloud.service()
        for number in range(10):
            if number % 3 == 0:
                cloud.lost += 1
            service.increment("a")

    threads = [threading.Thread(target=lose) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cloud.service().get("a", consistent=True) == 80
