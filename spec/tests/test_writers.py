"""Eight writers of each SDK at the same time, of whose puts every tenth has its answer lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from conformance.home import REPOSITORY
from conformance.sdk import find
from local_cloud import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.driver import Driver
    from history.run import Stage

SDKS = find(REPOSITORY)
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
