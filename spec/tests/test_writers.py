"""Eight writers of each SDK at the same time, of whose puts every tenth has its answer lost."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from conformance import record
from conformance.home import REPOSITORY
from conformance.sdk import storing
from local_cloud import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.driver import Driver
    from history.run import Stage

SDKS = storing(REPOSITORY)
OBJECTS = 8  # of each SDK

Message = dict[str, Any]


@pytest.fixture
def every_tenth_answer_is_lost(stage: Stage) -> Iterator[None]:
    stage.cloud.requests.clear()
    stage.cloud.faults.add(Fault("s3", "lost", method="PUT", every=10))
    yield
    stage.cloud.faults.clear()


def together(stage: Stage, service: str, times: int, change: Callable[[str], Message]) -> list[Message]:
    """Let eight objects of each SDK change one value so many times each, and return the replies."""

    def ask(driver: Driver) -> list[Message]:
        lanes = [
            [
                {
                    "name": ["str", "it"],
                    "session": f"{number}",
                    "conf": stage.conf(),
                    "service": service,
                    **change(f"{driver.sdk.name}-{number}-{count}"),
                }
                for count in range(times)
            ]
            for number in range(OBJECTS)
        ]
        (answer,) = driver.ask([{"op": "together", "lanes": lanes}])
        assert not answer.verdict, answer
        return [reply for lane in answer.message["lanes"] for reply in lane]

    with stage.drivers(SDKS) as drivers, ThreadPoolExecutor() as pool:
        return [reply for replies in pool.map(ask, drivers) for reply in replies]


def stored(stage: Stage, service: str) -> Any:
    with stage.driver(SDKS[0]) as driver:
        request = {"op": "get", "name": ["str", "it"], "consistent": True, "conf": stage.conf()}
        (answer,) = driver.ask([{**request, "service": service}])
    return answer.message["value"]


def lost(stage: Stage) -> int:
    return sum(entry.fault == "lost" for entry in stage.cloud.requests.entries())


@pytest.mark.slow
@pytest.mark.usefixtures("every_tenth_answer_is_lost")
def test_no_increment_is_lost_or_counted_twice(stage: Stage) -> None:
    replies = together(stage, "counting", 50, lambda _: {"op": "increment"})

    count = len(SDKS) * OBJECTS * 50
    assert sorted(int(reply["value"][1]) for reply in replies) == list(range(1, count + 1))
    assert stored(stage, "counting") == ["int", str(count)]
    assert lost(stage) >= count // 10


@pytest.mark.slow
@pytest.mark.usefixtures("every_tenth_answer_is_lost")
def test_no_update_is_lost(stage: Stage) -> None:
    together(stage, "adding", 15, lambda word: {"op": "update", "set": [word, ["int", "1"]]})

    kind, members = stored(stage, "adding")
    count = len(SDKS) * OBJECTS * 15
    assert (kind, len(members)) == ("dict", count)
    assert lost(stage) >= count // 10


@pytest.mark.slow
def test_sixteen_writers_lose_no_announcement_and_none_starves(stage: Stage) -> None:
    conf = stage.conf(CHANGES=True, DEADLINE=20)
    bucket, key = conf["BUCKET_NAME"], "public/announcing.changes/.changes.json"
    place = record.place_of(bucket, key)
    s3 = stage.cloud.client("s3", bypass_faults=True)
    began = int(stage.clock())
    # A first record would have announced everything for the next quarter of an hour.
    document = record.document(record.Record(began, began - record.DAY), place)
    s3.put_object(Bucket=bucket, Key=key, Body=document.encode())
    stage.cloud.requests.clear()

    def ask(driver: Driver) -> list[Message]:
        lanes = [
            [
                {
                    "op": "put",
                    "name": ["str", f"{driver.sdk.name}-{number}/{count}"],
                    "value": ["int", "1"],
                    "session": f"{number}",
                    "conf": conf,
                    "service": "announcing",
                }
                for count in range(50)
            ]
            for number in range(OBJECTS)
        ]
        (answer,) = driver.ask([{"op": "together", "lanes": lanes}])
        assert not answer.verdict, answer
        return [reply for lane in answer.message["lanes"] for reply in lane]

    with stage.drivers(SDKS) as drivers, ThreadPoolExecutor() as pool:
        replies = [reply for found in pool.map(ask, drivers) for reply in found]

    assert [reply for reply in replies if "version" not in reply] == []
    found = s3.get_object(Bucket=bucket, Key=key)
    text = gzip.decompress(found["Body"].read()).decode()
    told = record.believed(text, place, found["LastModified"].timestamp())
    assert told is not None
    puts = [
        entry
        for entry in stage.cloud.requests.entries()
        if entry.method == "PUT"
        and entry.status == HTTPStatus.OK
        and not entry.path.partition("?")[0].endswith(key)
    ]
    assert len({entry.path.partition("?")[0] for entry in puts}) == len(SDKS) * OBJECTS * 50
    announced = {entry.path: told.base(record.bucket_of(_name(entry.path))) for entry in puts}
    assert [
        entry for entry in puts if entry.signed_at is None or announced[entry.path] < entry.signed_at
    ] == []


def _name(path: str) -> str:
    """Return the name in a path whose characters need no escape."""
    return path.partition("?")[0].partition(".changes/")[2].removesuffix(".json")
