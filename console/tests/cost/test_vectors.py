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
from cost_models import Question, ask_page, ask_python, differences
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


def anything(dice: random.Random) -> Scenario:
    """Return any traffic."""
    regions = dice.sample(["us", "eu", "me-af", "sa", "jp", "au", "ap", "in"], dice.randint(1, 3))
    return Scenario(
        gets_per_month=10 ** dice.uniform(3, 12),
        puts_per_month=10 ** dice.uniform(0, 9),
        value_bytes=10 ** dice.uniform(1, 6.5),
        names=int(10 ** dice.uniform(0, 8)),
        zipf=dice.uniform(0, 2),
        absent=dice.choice([0.0, 0.05]),
        functions=dice.randint(1, 30),
        environments=10 ** dice.uniform(-1, 3),
        readers=dict.fromkeys(regions, 1 / len(regions)),
        pops=dice.choice([1, 3, 100]),
        bucket_region=dice.choice(["us", regions[0]]),
        edge_ttl=dice.choice([1, 5, 60, 86_400]),
        memory=dice.random() < 0.8,
        memory_bytes=10 ** dice.uniform(3, 9),
        storage_class=dice.choice(STORAGE_CLASSES),
        private=dice.random() < 0.5,
        invalidations=dice.choice([0.0, 5_000.0]),
        free_tier=dice.random() < 0.7,
        tags_per_value=dice.choice([0.0, 0.5, 16.0]),
        tags=int(10 ** dice.uniform(0, 6)),
        tag_invalidations=dice.choice([0.0, 50_000.0]),
    )
