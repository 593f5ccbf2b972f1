"""When Memory Service is the best choice: with which settings, or with none."""

from __future__ import annotations

import dataclasses
import random

import pytest
from cost_models import Question, anything, ask_page, ask_python, differences
from memory_console.cost.bill import model
from memory_console.cost.comparison import compare
from memory_console.cost.prices import load
from memory_console.cost.scenario import Scenario
from memory_console.cost.settings import best_of_each_ttl, settings_of, when

PRICES = load()
SEED = 7
#: Read often, changed seldom.
CATALOGUE = Scenario(gets_per_month=1e8, puts_per_month=1e4, names=1000)
#: As many puts as a database has.
BUSY = Scenario(gets_per_month=1e9, puts_per_month=1e8)


def test_the_first_setting_is_what_there_is_now() -> None:
    now = settings_of(Scenario(), PRICES)[0]

    assert (now.edge_ttl, now.memory_bytes) == (Scenario().edge_ttl, Scenario().memory_bytes)
    assert now.plain_usd == compare(Scenario(), PRICES).ours.usd


def test_a_change_record_is_told_where_it_makes_memory_service_the_cheapest() -> None:
    said = when(settings_of(CATALOGUE, PRICES))

    assert said.startswith(
        "With EDGE_TTL 5 s, 16 MB of memory and a change record Memory Service with a change record"
    )
    assert "instead of $102.28; DynamoDB on demand is $6.26" in said


def test_a_longer_edge_ttl_is_told_where_nothing_less_will_do() -> None:
    settings = settings_of(Scenario(), PRICES)

    assert [one.edge_ttl for one in best_of_each_ttl(settings) if one.is_best] == [86_400]
    assert when(settings).startswith("With EDGE_TTL 86,400 s, ")


def test_it_is_said_that_no_setting_will_do() -> None:
    settings = settings_of(BUSY, PRICES)

    assert not any(one.is_best for one in settings)
    assert when(settings).startswith("With none of the settings below is Memory Service the cheapest")
    assert "ElastiCache node, Valkey is $9.34" in when(settings)


def test_it_is_said_that_nothing_need_be_changed() -> None:
    large = Scenario(gets_per_month=2e6, puts_per_month=100, value_bytes=300_000, names=50, edge_ttl=3600)

    assert when(settings_of(large, PRICES)).startswith("With these settings nothing here is cheaper")


def test_edge_ttl_is_never_made_shorter() -> None:
    given = dataclasses.replace(Scenario(), edge_ttl=120)

    assert [one.edge_ttl for one in best_of_each_ttl(settings_of(given, PRICES))] == [120, 300, 3600, 86_400]


def test_memory_that_holds_everything_is_not_made_larger() -> None:
    assert {one.memory_bytes for one in settings_of(CATALOGUE, PRICES)} == {CATALOGUE.memory_bytes}


def test_what_is_compared_with_is_not_memory_service_itself() -> None:
    assert not {one.other for one in settings_of(CATALOGUE, PRICES)} & {
        "memory_service",
        "change_record",
        "flat_rate",
    }


def test_both_evaluators_say_the_same() -> None:
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    questions: list[Question] = [("settings", one) for one in (Scenario(), CATALOGUE, BUSY)]
    questions += [("settings", anything(dice)) for _ in range(6)]

    assert differences(ask_page(questions), ask_python(questions)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_line_of_the_plot_has_a_colour_of_its_own(scheme: str) -> None:
    colours = [offer["line"][scheme] for offer in model()["offers"].values()]

    assert len(set(colours)) == len(colours)
