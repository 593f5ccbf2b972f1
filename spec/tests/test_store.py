"""Scenarios in a deployed store: what an SDK does wrong there is named by the step."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from conformance import keys
from conformance.answers import FailureError
from conformance.driver import Driver, Limits
from conformance.home import REPOSITORY, VECTORS
from conformance.local_store import StoreError, deployed
from conformance.scenarios import Scenario, roles, roles_that_keep
from conformance.vectors import Kind, Vector, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.store import Store

LIMITS = Limits(start=10, request=10)
SCENARIOS = {vector.id: vector for vector in load(VECTORS) if vector.kind is Kind.STORE}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with deployed(REPOSITORY) as store:
        yield store


@pytest.fixture
def rsa_key(tmp_path: Path) -> Path:
    (tmp_path / "key.pem").write_text(keys.pem("rsa"))
    return tmp_path / "key.pem"


@pytest.fixture
def play(add_sdk: Callable[..., Any], store: Store, rsa_key: Path) -> Callable[..., None]:
    """Let a toy with a fault do a scenario, alone."""

    def play(scenario: str | Vector, fault: str = "pass") -> None:
        vector = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
        with Driver(add_sdk("toy", fault=fault), store.environment, LIMITS) as driver:
            Scenario(vector, driver, driver, store, rsa_key).run()

    return play


# A scenario, a fault, and the code and the step by which the fault is found.
FAULTS = [
    (
        "store/reading/null",
        'if "native" in reply: reply = {"missing": True}',
        ("mismatch", "step 2, get"),
    ),
    (
        "store/reading/miss",
        'if "missing" in reply: reply = {"value": ["null"], "native": "x"}',
        ("mismatch", "step 1, get"),
    ),
    (
        "store/reading/html",
        'if "error" in reply: reply = {"missing": True}',
        ("accepted", "step 2, get"),
    ),
    (
        "store/reading/remove",
        'if request["op"] == "remove": driver.op_put({**request, "value": ["int", "2"]})',
        ("mismatch", "step 3, get"),
    ),
    (
        "store/reading/round-trip",
        'if request["op"] == "get": os._exit(1)',
        ("crashed", "step 2, get"),
    ),
    (
        "store/objects/version",
        'if "version" in reply and "id" in request: reply["version"] = "1"',
        ("mismatch", "step 2, object"),
    ),
    (
        "store/objects/edge-ttl",
        'if request["op"] == "put": del request["conf"]["EDGE_TTL"]; driver.answer(request)',
        ("mismatch", "step 2, object"),
    ),
    (
        "store/objects/too-large",
        'if "error" in reply: reply = {"version": "x"}',
        ("accepted", "step 2, put"),
    ),
    (
        "store/objects/too-large",
        'if "error" in reply: reply["error"]["code"] = "oops"',
        ("oops", "step 2, put"),
    ),
    (
        "store/objects/too-large",
        'if "error" in reply: del request["conf"]["MAX_VALUE_BYTES"]; driver.answer(request)',
        ("mismatch", "step 3, object"),
    ),
    (
        "store/objects/unsupported",
        'if "error" in reply: reply["error"]["path"] = "$"',
        ("wrong_path", "step 2, put"),
    ),
    (
        "store/memory/put",
        'if request["op"] == "get": del request["session"]; driver.answer(request)',
        ("mismatch", "step 5, requests"),
    ),
    (
        "store/memory/changed-list",
        'if request.get("mutate"): reply["value"] = ["null"]',
        ("mismatch", "step 2, get"),
    ),
    (
        "store/memory/together",
        'if "lanes" in reply: reply["lanes"].pop()',
        ("mismatch", "step 4, together"),
    ),
    (
        "store/memory/together",
        'if "lanes" in reply: reply["lanes"][1][0] = {"missing": True}',
        ("mismatch", "step 4, together, lane 2, get"),
    ),
    (
        "store/memory/together",
        'if "lanes" in reply: reply["lanes"][1][0] = {"version": "1"}',
        ("protocol_error", "step 4, together, lane 2, get"),
    ),
    (
        "store/sessions/own-put",
        'if request["op"] == "get": request.pop("session", 0); reply = driver.answer(request)',
        ("mismatch", "step 8, get"),
    ),
    (
        "store/conditions/lost-absent",
        'if request["op"] == "put": reply = {"version": "1"}',
        ("mismatch", "step 3, object"),
    ),
    (
        "store/conditions/previous-chain",
        'if request["op"] == "increment": driver.op_put({**request, "value": ["int", "9"]})',
        ("mismatch", "step 3, object"),
    ),
    (
        "store/updates/raced",
        'if "waits" in reply: reply["waits"] = [21]',
        ("mismatch", "step 3, update"),
    ),
    (
        "store/computing/present",
        'if "called" in reply: reply["called"] = True',
        ("mismatch", "step 2, get_or_put"),
    ),
    (
        "store/computing/together",
        'for lane in reply.get("lanes", []): lane[0]["called"] = True',
        ("mismatch", "step 1, together"),
    ),
    (
        "store/invalidation/put-many",
        'if request["op"] == "put_many": driver.answer(request)',
        ("mismatch", "step 2, invalidations"),
    ),
    (
        "store/grants/json",
        'if "grant" in reply: reply["grant"]["expires_at"] += 1',
        ("mismatch", "step 1, grant"),
    ),
    (
        "store/grants/prefix",
        """if "grant" in reply:
        query = reply["grant"]["query"].split("Signature=")
        reply["grant"]["query"] = query[0] + "Signature=AAAA" + query[1]""",
        ("mismatch", "step 3, fetch"),
    ),
    (
        "store/grants/printed",
        'if "grant" in reply: reply["printed"] = reply["grant"]["query"]',
        ("leaked", "step 1, grant"),
    ),
    (
        "store/roles/put",
        'if request["op"] == "put": del request["conf"]["ROLE_ARN"]; driver.answer(request)',
        ("mismatch", "step 3, requests"),
    ),
    (
        "store/private/wrong-key",
        'if "error" in reply: reply["error"]["message"] = "Signature=abc"',
        ("leaked", "step 2, get"),
    ),
]


@pytest.mark.parametrize(("scenario", "fault", "found"), FAULTS)
def test_a_fault_is_named_with_its_step(
    play: Callable[..., None], scenario: str, fault: str, found: tuple[str, str]
) -> None:
    with pytest.raises(FailureError) as raised:
        play(scenario, fault)
    assert (raised.value.code, raised.value.part) == found


def test_an_sdk_with_two_ways_to_get_is_asked_in_both(play: Callable[..., None]) -> None:
    fault = """if request["op"] == "start": reply["features"].append("async")
    elif request.get("async"): reply = {"missing": True}"""
    with pytest.raises(FailureError) as raised:
        play("store/reading/null", fault)
    assert raised.value.part == "step 2, get, async"


def test_waiting_moves_the_clock_for_one_scenario(
    add_sdk: Callable[..., Any], store: Store, rsa_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.clock.time", SimpleNamespace(time=lambda: 1_900_000_000.9))
    shown = []
    with Driver(add_sdk("toy"), store.environment, LIMITS) as driver:
        for scenario in ("store/reading/overwrite", "store/reading/miss"):
            Scenario(SCENARIOS[scenario], driver, driver, store, rsa_key).run()
            shown.append(store.clock())
    assert shown == [1_900_000_006.25, 1_900_000_000.25]


def test_a_language_with_two_ways_to_read_does_a_scenario_with_sessions_twice(
    play: Callable[..., None],
) -> None:
    fault = """if request["op"] == "start": reply["features"].append("async")
    elif request.get("async"): reply = {"missing": True}"""
    with pytest.raises(FailureError) as raised:
        play("store/memory/other-object", fault)
    assert raised.value.part == "async, step 2, get, async"


def test_nobody_is_asked_twice_where_only_one_role_has_something_to_do() -> None:
    assert roles(SCENARIOS["store/reading/miss"]) == {"reader"}
    assert roles(SCENARIOS["store/updates/together"]) == {"reader", "writer"}
    assert roles_that_keep(SCENARIOS["store/updates/together"]) == set()
    assert roles_that_keep(SCENARIOS["store/memory/together"]) == {"reader"}


def test_no_two_runs_share_a_name(add_sdk: Callable[..., Any], store: Store, rsa_key: Path) -> None:
    steps = [{"do": "get", "name": "a", "missing": True}, {"do": "put", "name": "a", "value": ["int", "1"]}]
    vector = Vector("store/own", Kind.STORE, {"id": "a", "visibility": "public", "steps": steps})
    with Driver(add_sdk("toy"), store.environment, LIMITS) as driver:
        for _ in range(2):
            Scenario(vector, driver, driver, store, rsa_key).run()


def test_null_takes_a_key_away_and_names_stand_for_what_is_deployed(store: Store) -> None:
    file = Path("key.pem")
    conf = store.conf("private", {"REGION": None, "PK_PATH": "$RSA", "EDGE_TTL": 60}, file)
    assert "REGION" not in conf
    assert (conf["PK_PATH"], conf["EDGE_TTL"]) == ("key.pem", 60)
    assert "$" not in str(conf)
    assert "PK_PATH" not in store.conf("public", {}, file)


def test_the_writer_puts_and_the_reader_gets(
    add_sdk: Callable[..., Any], store: Store, rsa_key: Path
) -> None:
    vector = SCENARIOS["store/reading/round-trip"]
    with (
        Driver(
            add_sdk("puts", fault='if request["op"] == "get": os._exit(1)'), store.environment, LIMITS
        ) as puts,
        Driver(
            add_sdk("gets", fault='if request["op"] == "put": os._exit(1)'), store.environment, LIMITS
        ) as gets,
    ):
        Scenario(vector, puts, gets, store, rsa_key).run()
        with pytest.raises(FailureError, match="crashed"):
            Scenario(vector, gets, puts, store, rsa_key).run()


def test_a_transcript_has_what_went_over_http_and_no_signature(
    add_sdk: Callable[..., Any], store: Store, rsa_key: Path
) -> None:
    with Driver(add_sdk("toy"), store.environment, LIMITS) as driver:
        scenario = Scenario(SCENARIOS["store/private/apart"], driver, driver, store, rsa_key)
        scenario.run()
    lines = [line.strip() for line in scenario.transcript.text.splitlines()]
    assert lines[0].startswith("step 1, put ")
    http = [line for line in lines if line.startswith(("s3", "edge 0"))]
    assert re.match(r"s3: PUT /\S+\.json .*→ 200 .*etag: ", http[0])
    assert re.match(r"edge 0: GET /\S+\.json → 200 .*x-cache: Miss from cloudfront", http[-1])
    assert "Signature" not in scenario.transcript.text


def test_a_store_that_cannot_be_deployed_here_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="-s conformance`, or pass --no-store"), deployed(tmp_path):
        raise AssertionError
