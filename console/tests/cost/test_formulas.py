"""The language of offers.json, as both evaluators understand it."""

from __future__ import annotations

from typing import Any

import pytest
from cost_models import ask_page, ask_python
from memory_console.cost.bill import model
from memory_console.cost.formulas import FormulaError, Scope, parse

KNOWN = {
    "gets": 12.0,
    "puts": 4.0,
    "place": "me-af",
    "prices": {"me-af": {"get": {"usd": 0.5}, "free": {"value": 3}}},
}


@pytest.mark.parametrize("ask", [ask_python, ask_page])
@pytest.mark.parametrize(
    ("formula", "number"),
    [
        ("gets - puts - 1", 7),
        ("gets / puts / 3", 1),
        ("gets + puts * 2", 20),
        ("(gets + puts) * 2", 32),
        ("1.5e3", 1_500),
        ("max(1, min(gets, puts), 3)", 4),
        ("ceil(gets / 5)", 3),
        ("ratio(gets, puts)", 3),
        ("ratio(gets, 0)", 0),
        ("gets >= 12", 1),
        ("gets < 12", 0),
        ("gets * (puts <= 4)", 12),
        ("prices.me-af.get * 2", 1),
        ("prices.{place}.free", 3),
    ],
)
def test_formula_has_its_value(ask: Any, formula: str, number: float) -> None:
    assert ask([("formula", parse(formula), KNOWN)]) == [{"said": number}]


@pytest.mark.parametrize("ask", [ask_python, ask_page])
def test_name_that_means_nothing_is_refused(ask: Any) -> None:
    assert ask([("formula", parse("prices.us.get"), KNOWN)]) == [{"refused": "there is no prices.us.get"}]


@pytest.mark.parametrize(
    "text", ["", "gets +", "(gets", "gets puts", "max(gets", "gets % 2", "* 2", "__import__(1)"]
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)


def test_a_quantity_is_worked_out_from_others_and_hidden_by_what_is_known() -> None:
    scope = Scope({"gets": 2.0}, {"twice": parse("gets * 2"), "all": parse("twice + 1")})

    assert scope.value("all") == 5
    assert scope.knowing(twice=10.0, all=7.0).value("all") == 7


def test_sentences_are_filled_with_texts_and_with_numbers_for_people() -> None:
    scope = Scope({"size": {"type": "large", "gb": 0.5}}, {"nodes": parse("1234 * 1")})

    assert scope.filled("{nodes} x {size.type}, {size.gb} GB") == "1,234 x large, 0.5 GB"


def test_every_item_and_choice_of_an_offer_is_there_and_every_item_is_billed_by_one() -> None:
    offers, used = model()["offers"], set()
    for offer in offers.values():
        used |= set(offer["items"])
        assert offer.get("choose") in {None, *model()["choices"]}
        assert {"name", "gives_up", "line"} <= set(offer)

    assert used == set(model()["items"])
    assert all({"advice", "reason"} <= set(offer) for key, offer in offers.items() if key != "memory_service")
