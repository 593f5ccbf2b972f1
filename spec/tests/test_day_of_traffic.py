"""A day of traffic in each SDK, on its own test double: what memory answers with a change record.

The calculator says what to expect. A process has as many gets a second as in the rows of its table; there are fewer.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conformance.double import FEATURE, DoubleStore
from conformance.driver import Driver, Limits
from conformance.home import REPOSITORY
from conformance.sdk import storing
from memory_console.cost.change_record import traffic_of_both
from memory_console.cost.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.sdk import Sdk

SEED = 20261130
HOUR = 3_600
MONTH = 730 * HOUR
WITHIN = 0.1
SERVICE = "day"
_BATCH = 2_000
_LIMITS = Limits(start=60, request=240)
_NAMES = 100
_PROCESSES = 3
#: Gets and puts a month, as in the second and the third row of the table for a fifth of the processes.
ROW_TWO = Scenario(
    gets_per_month=2e6, puts_per_month=10e3, names=_NAMES, functions=1, environments=_PROCESSES, pops=1
)
ROW_THREE = Scenario(
    gets_per_month=20e6, puts_per_month=10e3, names=_NAMES, functions=1, environments=_PROCESSES, pops=1
)


class Traffic:
    """Gets and puts at random moments, sent in batches to one driver."""

    def __init__(self, driver: Driver, scenario: Scenario) -> None:
        self._driver = driver
        self._store = DoubleStore(driver)
        self._scenario = scenario
        self._dice = random.Random(SEED)  # noqa: S311 - traffic, the same in every run
        self._weights = list(itertools.accumulate((k + 1) ** -scenario.zipf for k in range(scenario.names)))
        conf = self._store.conf("public", {"CHANGES": True, "EDGE_TTL": scenario.edge_ttl}, Path())
        self._opened = {"conf": conf, "service": SERVICE}
        self._asked: list[dict[str, Any]] = []

    def begin(self) -> None:
        """Put every name, let so much time pass that the record confirms what is read, and read all in each process."""
        for name in range(self._scenario.names):
            self._put(name)
        self.pass_time(2_000)
        for process, name in itertools.product(range(_PROCESSES), range(self._scenario.names)):
            self._get(process, name)

    def pass_time(self, seconds: float) -> None:
        self._store.clock.now += seconds
        self._ask({"op": "clock", "now": self._store.clock.now})

    def go_on(self, seconds: float) -> Counter[str]:
        """Let traffic go on for so long, and return what the SDK counted meanwhile, in all processes."""
        before = self._stats()
        until = self._store.clock.now + seconds
        gets, puts = (each / MONTH for each in (self._scenario.gets_per_month, self._scenario.puts_per_month))
        while True:
            self.pass_time(self._dice.expovariate(gets + puts))
            if self._store.clock.now >= until:
                return self._stats() - before
            [name] = self._dice.choices(range(self._scenario.names), cum_weights=self._weights)
            if self._dice.random() < puts / (gets + puts):
                self._put(name)
            else:
                self._get(self._dice.randrange(_PROCESSES), name)

    def _get(self, process: int, name: int) -> None:
        self._ask({"op": "get", "name": ["str", f"n{name}"], "session": f"r{process}"})

    def _put(self, name: int) -> None:
        self._ask({"op": "put", "name": ["str", f"n{name}"], "value": ["int", f"{name}"], "session": "w"})

    def _ask(self, request: dict[str, Any]) -> None:
        self._asked.append(request if request["op"] == "clock" else {**request, **self._opened})
        if len(self._asked) >= _BATCH:
            self._send()

    def _send(self) -> None:
        for answer in self._driver.ask(self._asked):
            assert not answer.verdict, answer
            assert "error" not in answer.message, answer
        self._asked = []

    def _stats(self) -> Counter[str]:
        self._send()
        asked = [{"op": "stats", "session": f"r{number}", **self._opened} for number in range(_PROCESSES)]
        counted: Counter[str] = Counter()
        for answer in self._driver.ask(asked):
            counted.update(answer.message["stats"])
        return counted


@pytest.fixture(params=storing(REPOSITORY), ids=lambda sdk: sdk.name)
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    sdk: Sdk = request.param
    with Driver(sdk, limits=_LIMITS) as driver:
        if FEATURE not in driver.features:
            pytest.skip(f"{sdk.name} has no test double")
        yield driver


def is_as_modelled(driver: Driver, scenario: Scenario, hours: float) -> None:
    print(f"seed {SEED}")  # noqa: T201 - a failure shows it
    traffic = Traffic(driver, scenario)
    traffic.begin()
    traffic.go_on(HOUR / 4)
    counted = traffic.go_on(HOUR * hours)
    expected = traffic_of_both(scenario, 730).with_record
    assert expected

    gets = counted["memory_hits"] + counted["edge_reads"] + counted["s3_reads"]
    hits = counted["memory_hits"] / gets
    assert gets == pytest.approx(scenario.gets_per_month / 730 * hours, rel=WITHIN), (
        "the seed's share of the traffic"
    )
    assert hits == pytest.approx(expected.memory_ratio, rel=WITHIN)
    assert hits >= 0.95
    asked = (counted["edge_reads"] + counted["records_read"]) / gets
    assert asked == pytest.approx(expected.edge_total / expected.gets, rel=WITHIN)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_day_of_the_second_row_is_as_the_calculator_says(driver: Driver) -> None:
    is_as_modelled(driver, ROW_TWO, 24)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_hours_of_the_third_row_are_as_the_calculator_says(driver: Driver) -> None:
    is_as_modelled(driver, ROW_THREE, 3)


def test_an_hour_of_the_second_row_is_as_the_calculator_says(driver: Driver) -> None:
    is_as_modelled(driver, ROW_TWO, 1)
