"""The model of a service with a change record: what is known without it, replayed requests, and the page's table."""

from __future__ import annotations

import dataclasses
import gzip
import math
import random
import re
from pathlib import Path

import pytest
from memory._changes import Record
from memory_console.cost.bill import RECORD
from memory_console.cost.change_record import ANNOUNCING, QUIET, record_size, traffic_of_both
from memory_console.cost.comparison import compare
from memory_console.cost.hit_ratios import RecordTraffic, Traffic
from memory_console.cost.prices import load
from memory_console.cost.quantities import money, short
from memory_console.cost.replay import Counts, replay
from memory_console.cost.scenario import Scenario

SEED = 20261130
DAY = 86_400
MONTH = 730 * 3600
WITHIN = 0.05
#: Below this, counts of a short replay say nothing.
NOISE = 0.003
PAGE = Path(__file__).resolve().parents[3] / "docs" / "CHANGE-RECORD.md"
#: Gets, puts, names and environments of the page's table.
ROWS = [(10e6, 10e3, 10_000, 15), (10e6, 10e3, 100, 15), (100e6, 10e3, 1_000, 15), (100e6, 100e3, 1_000, 50)]


def scenario(gets: float, puts: float, names: int, environments: float, **others: object) -> Scenario:
    return Scenario(
        gets_per_month=gets,
        puts_per_month=puts,
        names=names,
        functions=1,
        environments=environments,
        **others,  # type: ignore[arg-type] # each test names fields
    )


def with_record(one: Scenario) -> RecordTraffic:
    found = traffic_of_both(one, 730).with_record
    assert found
    return found


def test_nothing_is_read_but_the_record_once_everybody_has_what_nobody_puts() -> None:
    """One process, one name, no puts: in a month the name is read once, and the record in epochs of T + 1/rate."""
    found = with_record(scenario(10.0 * MONTH, 0, 1, 1))

    assert found.edge_total - found.record_total == pytest.approx(1, rel=0.01)
    assert found.record_total == pytest.approx(MONTH / 5.1, rel=0.01)
    assert found.announcements == 0


def test_a_copy_that_is_never_put_is_read_once_a_day() -> None:
    """Some are put, so that the record goes on; that adds little."""
    quiet = with_record(scenario(40.0 * MONTH, 0.001 * MONTH, 4_000, 1, zipf=0))
    reads = (quiet.edge_total - quiet.record_total) / 4_000 / 730 * 24

    assert reads == pytest.approx(1, rel=0.1)


def test_puts_that_come_all_the_time_leave_nothing_to_confirm() -> None:
    shape = scenario(100.0 * MONTH, 5.0 * MONTH, 10, 10)
    spread = traffic_of_both(shape, 730)
    assert spread.with_record

    assert spread.with_record.memory_ratio == pytest.approx(spread.memory_ratio, abs=0.001)
    assert spread.with_record.announcements > shape.puts_per_month


def test_without_memory_a_record_only_costs() -> None:
    shape = scenario(10e6, 10e3, 100, 15, memory=False)
    offers = compare(shape, load()).offers

    assert offers[RECORD].usd == pytest.approx(offers["memory_service"].usd + 10 * (0.005 + 0.0004), rel=1e-3)


@pytest.mark.parametrize("announced", [100, 324, 865, 2_231, 4_096])
def test_size_of_a_record_is_what_the_sdks_make(announced: int) -> None:
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    record = Record(0, 0, 0, bytes(3 * 4096))
    times: dict[int, list[int]] = {}
    for bucket in dice.sample(range(4096), announced):
        times.setdefault(dice.randrange(1, DAY), []).append(bucket)
    for time in sorted(times):
        record = record.raised(time, times[time])
    made = len(gzip.compress(record.document("a4980a7844acd20e")))

    assert record_size(announced) == pytest.approx(made, rel=0.12)


def test_advice_is_the_record_where_it_saves_and_says_how_much() -> None:
    best = compare(scenario(10e6, 10e3, 100, 15), load())
    beside = compare(scenario(100e6, 100e3, 1_000, 50), load())

    assert best.cheapest.key == RECORD
    assert best.verdict[0].startswith(
        "Use Memory Service with a change record (CHANGES in the configuration): $0."
    )
    assert re.search(
        r"costs \$\d+\.\d\d instead of \$1\d\d\.\d\d: memory then answers 8\d\.\d% ", beside.verdict[-1]
    )


def test_advice_is_to_leave_it_out_where_it_costs_more() -> None:
    many_puts = compare(scenario(1e6, 5e6, 1_000, 15), load())

    assert many_puts.verdict[-1].startswith(
        "Leave the change record (CHANGES) out: with it Memory Service costs $5"
    )


def faults(model: Traffic, seen: Counts, announced: float) -> dict[str, str]:
    """Where the model and a replay differ."""
    assert isinstance(model, RecordTraffic)
    pairs = {
        "memory": (model.memory_ratio, seen.memory_ratio),
        "requests to CloudFront": (model.edge_total / model.gets, seen.edge / seen.gets),
        "requests for the record": (model.record_total / model.gets, seen.record / seen.gets),
        "requests to regional caches": (model.regional_requests / model.gets, seen.regional / seen.gets),
        "GETs of S3": ((model.s3_gets - model.announcements) / model.gets, seen.s3 / seen.gets),
        "PUTs of the record": (model.announcements / model.gets, announced / seen.gets),
    }
    return {
        name: f"model {says:.4f}, replay {was:.4f}"
        for name, (says, was) in pairs.items()
        if abs(says - was) > max(WITHIN * was, NOISE)
    }


@pytest.mark.parametrize(
    ("shape", "days"),
    [
        (scenario(0.5 * MONTH, 0.002 * MONTH, 20, 4), 2.5),
        (scenario(0.4 * MONTH, 0.01 * MONTH, 300, 6, edge_ttl=20), 3),
        (scenario(0.4 * MONTH, 0.0005 * MONTH, 2_000, 2, value_bytes=1, memory_bytes=300), 3),
        (scenario(0.4 * MONTH, 0.004 * MONTH, 100, 8, absent=0.1, readers={"us": 0.5, "eu": 0.5}), 3),
    ],
    ids=["few names", "long EDGE_TTL", "full memory", "two regions"],
)
def test_model_agrees_with_replayed_requests_in_small(shape: Scenario, days: float) -> None:
    print(f"seed {SEED}")
    seen = replay(shape, int(shape.gets_per_month / MONTH * DAY * days), SEED, with_record=True)

    assert not faults(with_record(shape), seen, seen.announcements), f"seed {SEED}"


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(map(short, row)))
def test_model_agrees_with_the_replayed_rows_of_the_page(row: tuple[float, float, int, float]) -> None:
    print(f"seed {SEED}")
    shape = scenario(*row)
    seen = replay(shape, int(shape.gets_per_month / MONTH * DAY * 4), SEED, with_record=True)

    assert not faults(with_record(shape), seen, seen.announcements), f"seed {SEED}"


def test_writers_that_meet_announce_again_in_the_replay_as_in_the_model() -> None:
    """A put every 0.4 s: one in five or six meets another within 80 ms."""
    shape = scenario(0.05 * MONTH, 2.5 * MONTH, 50, 2)
    seen = replay(shape, 4_000, SEED, with_record=True)

    assert seen.announcements / seen.seconds == pytest.approx(
        with_record(shape).announcements / MONTH, rel=WITHIN
    )
    assert seen.announcements / seen.seconds > 2.5 * 1.1


def test_table_of_the_page_is_what_the_calculator_says() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("| gets, puts, names, environments |")[2]
    shown = [line for line in table.partition("\n\n")[0].splitlines()[2:] if line]

    assert shown == [table_row(*row) for row in ROWS]


def test_share_of_the_time_without_confirmation_is_what_the_page_says() -> None:
    """Of what is announced as everything, by the model's own numbers."""
    lines = PAGE.read_text(encoding="utf-8").partition("| puts a second, all day |")[2].splitlines()
    rates = [float(cell) for cell in lines[0].strip("| ").split("|")]
    shown = [cell.strip() for cell in lines[2].strip("| ").split("|")[1:]]
    modelled = []
    for rate in rates:
        lost = -math.expm1(-rate * ANNOUNCING)
        modelled.append(-math.expm1(-rate * lost * lost * (QUIET + 1 + 0.75 * 5)))

    assert shown == [f"{share:.0%}" for share in modelled]


def table_row(gets: float, puts: float, names: int, environments: float) -> str:
    """The row of one scenario, as the page has it."""
    found = compare(scenario(gets, puts, names, environments), load())
    plain, record = found.traffic, found.traffic.with_record
    assert record
    cells = [
        ", ".join(map(short, (gets, puts, names, environments))),
        *(
            f"{one} → {other}"
            for one, other in (
                (f"{plain.memory_ratio:.1%}", f"{record.memory_ratio:.1%}"),
                (short(plain.s3_gets), short(record.s3_gets)),
                (short(plain.edge_total), short(record.edge_total)),
                (money(found.ours.usd), money(found.offers[RECORD].usd)),
            )
        ),
        money(min(one.usd for key, one in found.offers.items() if key not in {"memory_service", RECORD})),
    ]
    return f"| {' | '.join(cells)} |"


def test_more_processes_that_read_the_same_ask_for_the_record_more_often() -> None:
    few = scenario(10e6, 10e3, 100, 5)

    assert with_record(dataclasses.replace(few, environments=50)).record_total > with_record(few).record_total
