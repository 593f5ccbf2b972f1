"""The contract of the two evaluators: vectors.json, and their agreement on what it does not hold.

`known` are facts found without the model. `recorded` is a grid over all inputs, as the model said on the day it was
recorded: what changes it on purpose records it anew.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from cost_models import Question, anything, ask_page, ask_python, differences
from memory_console.cost.scenario import Scenario
from memory_console.sdk import STORAGE_CLASSES

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
SEED = 7
MODELS = pytest.mark.parametrize("ask", [ask_python, ask_page])


def asked(vectors: list[dict[str, Any]], what: str) -> list[Question]:
    return [(what, Scenario(**vector["scenario"])) for vector in vectors]


@MODELS
@pytest.mark.parametrize("kind", ["known", "recorded"])
@pytest.mark.parametrize("what", ["compare", "break_evens"])
def test_every_vector_holds(ask: Any, kind: str, what: str) -> None:
    vectors = [vector for vector in VECTORS[kind] if what in vector]
    said = [answer["said"] for answer in ask(asked(vectors, what))]

    assert [
        f"{vector.get('why', vector['scenario'])}: {fault}"
        for vector, answer in zip(vectors, said, strict=True)
        for fault in differences(answer, vector[what])
    ] == []


def test_the_grid_reaches_every_offer_class_and_region() -> None:
    scenarios = [Scenario(**vector["scenario"]) for vector in VECTORS["recorded"]]
    billed = [
        [offer["usd"] is not None for offer in vector["compare"]["offers"]] for vector in VECTORS["recorded"]
    ]

    assert {scenario.storage_class for scenario in scenarios} == set(STORAGE_CLASSES)
    assert {region for scenario in scenarios for region in scenario.readers} == {
        "us", "eu", "me-af", "sa", "jp", "au", "ap", "in",
    }  # fmt: skip
    assert all(any(column) for column in zip(*billed, strict=True))
    assert sum("break_evens" in vector for vector in VECTORS["recorded"]) > 1


def test_both_evaluators_say_the_same_of_random_traffic() -> None:
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    questions = [("compare", anything(dice)) for _ in range(20)]

    assert differences(ask_page(questions), ask_python(questions)) == []
