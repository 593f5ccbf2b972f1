"""What a put asks of S3 in a service with a change record, in each SDK on its own test double."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conformance.double import FEATURE, DoubleStore
from conformance.driver import Driver
from conformance.home import REPOSITORY
from conformance.sdk import storing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.sdk import Sdk

SERVICE = "cost"
RECORD = ".changes.json"
LONG = 2_000  # seconds, after which a first record says what has been announced since


class Writers:
    """Objects that put, and what they ask."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.store = DoubleStore(driver)
        self._opened = {"conf": self.store.conf("public", {"CHANGES": True}, Path()), "service": SERVICE}
        self.asked_by("put", name=["str", "before"], value=["int", "0"], session="before")
        self.pass_time(LONG)

    def asked_by(self, op: str, session: str = "w", **members: Any) -> list[str]:
        """Return method and name of each request that S3 gets by that."""
        (answer,) = self._driver.ask([{"op": op, "session": session, **members, **self._opened}])
        assert not answer.verdict, answer
        assert "error" not in answer.message, answer
        asked = self.store.requests("public", f"{SERVICE}.changes")
        return [f"{one.method} {one.path.rpartition('/')[2]}" for one in asked]

    def put(self, name: str) -> list[str]:
        return self.asked_by("put", name=["str", name], value=["int", "1"])

    def pass_time(self, seconds: float) -> None:
        self.store.clock.now += seconds
        self._driver.ask([{"op": "clock", "now": self.store.clock.now}])


@pytest.fixture(params=storing(REPOSITORY), ids=lambda sdk: sdk.name)
def writers(request: pytest.FixtureRequest) -> Iterator[Writers]:
    sdk: Sdk = request.param
    with Driver(sdk) as driver:
        if FEATURE not in driver.features:
            pytest.skip(f"{sdk.name} has no test double")
        yield Writers(driver)


def test_a_put_costs_one_get_and_one_put_of_the_record(writers: Writers) -> None:
    assert writers.put("a") == [f"GET {RECORD}", f"PUT {RECORD}", "PUT a.json"]


def test_an_object_that_has_just_announced_does_not_read_the_record(writers: Writers) -> None:
    writers.put("a")

    assert writers.put("b") == [f"PUT {RECORD}", "PUT b.json"]


def test_a_name_that_has_just_been_announced_costs_its_put_alone(writers: Writers) -> None:
    writers.put("a")

    assert writers.put("a") == ["PUT a.json"]


def test_a_batch_is_announced_once(writers: Writers) -> None:
    asked = writers.asked_by(
        "put_many", values=[[["str", f"n{number}"], ["int", "1"]] for number in range(20)]
    )

    assert [one for one in asked if one.endswith(RECORD)] == [f"GET {RECORD}", f"PUT {RECORD}"]
    assert len(asked) == 22


def test_a_clock_that_falls_behind_costs_some_requests_and_no_more(writers: Writers) -> None:
    """S3's time goes on without the machine's: it refuses what is signed with the last announcement."""
    writers.put("a")
    writers.pass_time(LONG)
    asked = writers.put("a")

    assert asked[-1] == "PUT a.json"
    assert len(asked) <= 6
