"""What the runner asks of a driver that has only the edge."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from conformance import profile
from conformance.home import VECTORS
from conformance.scenarios import roles
from conformance.vectors import Kind, Vector, load

BROWSER: Any = SimpleNamespace(features={"browser", "grants"})
SERVER: Any = SimpleNamespace(features={"write-grants"})
GET, PUT = (
    {"do": "get", "name": "a", "value": ["int", "1"]},
    {"do": "put", "name": "a", "value": ["int", "1"]},
)


def scenario(*steps: dict[str, Any], **more: Any) -> Vector:
    return Vector("store/x", Kind.STORE, {"id": "x", "visibility": "public", "steps": list(steps), **more})


@pytest.mark.parametrize(
    "step", [GET, {**GET, "do": "entry"}, {"do": "get_many"}, {"do": "together", "lanes": [[GET]]}]
)
def test_who_has_only_the_edge_reads_what_others_put(step: dict[str, Any]) -> None:
    assert profile.pairs(scenario(PUT, step), SERVER, BROWSER)


@pytest.mark.parametrize(
    "step",
    [
        {**GET, "consistent": True},
        {"do": "list", "prefix": ""},
        {**PUT, "as": "reader"},
        {"do": "together", "lanes": [[GET, {**GET, "consistent": True}]]},
        {**GET, "conf": {"FAILOVER": False}},
    ],
)
def test_who_has_only_the_edge_is_not_asked_what_takes_s3(step: dict[str, Any]) -> None:
    assert not profile.pairs(scenario(PUT, step), SERVER, BROWSER)
    assert profile.pairs(scenario(PUT, step), SERVER, SERVER)


def test_what_rests_on_a_read_of_s3_is_not_asked() -> None:
    assert not profile.pairs(scenario(PUT, GET, origin=True), SERVER, BROWSER)
    assert profile.pairs(scenario(PUT, GET, origin=True), SERVER, SERVER)


def test_what_takes_a_key_is_not_asked() -> None:
    assert not profile.pairs(scenario(PUT, GET, visibility="private"), SERVER, BROWSER)
    assert profile.pairs(scenario(PUT, {**GET, "conf": {"DEADLINE": 2}}), SERVER, BROWSER)


def test_most_of_what_readers_do_is_asked_of_who_has_only_the_edge() -> None:
    scenarios = [vector for vector in load(VECTORS) if vector.kind is Kind.STORE]
    asked = [vector for vector in scenarios if profile.pairs(vector, SERVER, BROWSER)]
    assert {"reading", "memory", "sessions", "entries", "tags", "changes", "stale"} <= {
        vector.suite.partition("/")[2] for vector in asked if "reader" in roles(vector)
    }


def test_who_has_only_the_edge_puts_nothing_for_others() -> None:
    assert not profile.pairs(scenario(PUT, GET), BROWSER, SERVER)
    assert profile.pairs(scenario({"do": "store", "name": "a"}, GET), BROWSER, BROWSER)
    assert profile.pairs(scenario(PUT), SERVER, BROWSER)


def test_documents_and_names_are_everybodys() -> None:
    asked = {vector.suite.partition("/")[0] for vector in load(VECTORS) if profile.asks(vector, BROWSER)}
    assert asked == {"wire", "names", "grants", "changes", "store"}
    assert all(profile.asks(vector, SERVER) for vector in load(VECTORS))
