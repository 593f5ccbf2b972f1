"""The two evaluators behind one face, so that every fact is asked of both: this package's, and the page's in Node."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from memory_console.cost.bill import Offer, busiest_second, model, offer
from memory_console.cost.comparison import break_evens, compare, sweep
from memory_console.cost.formulas import FormulaError, Scope
from memory_console.cost.hit_ratios import Traffic
from memory_console.cost.prices import load
from memory_console.cost.quantities import QuantityError, inputs, money, read, short
from memory_console.cost.scenario import Scenario
from memory_console.cost.settings import best_of_each_ttl, settings_of, when
from memory_console.sdk import STORAGE_CLASSES

if TYPE_CHECKING:
    import random

Question = tuple[Any, ...]
#: How far two numbers may lie apart: one in a thousand million.
SAME = 1e-9
_EVALUATE = Path(__file__).with_name("cost") / "evaluate.mjs"


def ask_python(questions: list[Question]) -> list[dict[str, Any]]:
    """What this package says."""
    return [_answer(*question) for question in questions]


def ask_page(questions: list[Question]) -> list[dict[str, Any]]:
    """What the page's modules say."""
    node = shutil.which("node")
    if node is None:
        assert not os.environ.get("CI"), "Node is not on PATH"
        pytest.skip("Node is not on PATH, so the page's model cannot run")
    data = {"prices": load().document, "model": model(), "inputs": inputs()}
    asked = [[_plain(part) for part in question] for question in questions]
    text = json.dumps({"data": data, "asked": asked})
    ran = subprocess.run([node, _EVALUATE], input=text, capture_output=True, text=True, check=False)
    assert not ran.returncode, ran.stderr
    said: list[dict[str, Any]] = json.loads(ran.stdout)
    return said


def _plain(part: Any) -> Any:
    return dataclasses.asdict(part) if isinstance(part, Scenario | Traffic) else part


def _answer(what: str, *given: Any) -> dict[str, Any]:
    try:
        return {"said": _ANSWERS[what](*given)}
    except (QuantityError, FormulaError) as error:
        return {"refused": str(error)}


def _compared(scenario: Scenario) -> dict[str, Any]:
    comparison = compare(scenario, load())
    spread = comparison.traffic
    ratios = ("edge_total", "memory_ratio", "pop_ratio", "edge_ratio")
    return {
        "traffic": {**dataclasses.asdict(spread), **{name: getattr(spread, name) for name in ratios}},
        "offers": [_finite(one) for one in comparison.offers.values()],
        "cheapest": comparison.cheapest.key,
        "verdict": comparison.verdict,
        "load": [peak for peak, _ in busiest_second(scenario, spread, load()).values()],
    }


def _settings(scenario: Scenario) -> dict[str, Any]:
    settings = settings_of(scenario, load())
    return {
        "all": [dataclasses.asdict(one) for one in settings],
        "shown": [settings.index(one) for one in best_of_each_ttl(settings)],
        "when": when(settings),
    }


def _finite(one: Offer) -> dict[str, Any]:
    return {**dataclasses.asdict(one), "name": one.name, "usd": None if one.refusal else one.usd}


_ANSWERS: dict[str, Any] = {
    "compare": _compared,
    "settings": _settings,
    "break_evens": lambda scenario: [
        dataclasses.asdict(one) for one in break_evens(sweep(scenario, load()), load())
    ],
    "offer": lambda key, scenario, spread: _finite(offer(key, scenario, spread, load())),
    "formula": lambda text, known: float(Scope(dict(known), {}).value(text)),
    "read": read,
    "written": lambda number: [money(number), short(number)],
}


def differences(mine: Any, theirs: Any, path: str = "") -> list[str]:
    """Where a document differs from what is expected; of an object, only what the expected one names."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        missing = [f"{path}.{name} is missing" for name in theirs.keys() - mine.keys()]
        both = mine.keys() & theirs.keys()
        return missing + [
            text for name in both for text in differences(mine[name], theirs[name], f"{path}.{name}")
        ]
    if isinstance(mine, list) and isinstance(theirs, list):
        pairs = enumerate(itertools.zip_longest(mine, theirs, fillvalue="nothing"))
        return [text for number, (one, two) in pairs for text in differences(one, two, f"{path}.{number}")]
    numbers = isinstance(mine, float | int) and isinstance(theirs, float | int) and not isinstance(mine, bool)
    if numbers and mine == pytest.approx(theirs, rel=SAME, abs=1e-12):
        return []
    return [] if mine == theirs else [f"{path}: {mine!r} instead of {theirs!r}"]


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
