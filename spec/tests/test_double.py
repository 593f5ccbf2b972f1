"""Scenarios in an SDK's own test double, which a toy plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.__main__ import main
from conformance.change import Change
from conformance.double import DoubleStore
from conformance.driver import Driver
from conformance.protocol import check_shape
from conformance.sanity import validator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from conformance.sdk import Sdk

# A driver whose SDK is a dictionary: it puts, gets and removes, and has a double with one kind of fault.
TOY = """
import base64, hashlib, json, sys
objects, faults, asked, changes, replaced = {}, [], [], [], []
conf = {name: name.lower() for name in (
    "DISTRIBUTION", "PRIVATE_DISTRIBUTION", "DISTRIBUTION_ID", "PRIVATE_DISTRIBUTION_ID", "BUCKET_NAME",
    "REGION", "PRIVATE_KEY_ARN", "PUBLIC_KEY_ID", "ROLE_ARN", "ACCESS_KEY")}

def key(request):
    return f"public/{request['service']}/{request['name'][1]}.json"

def double(request):
    if request["do"] == "begin":
        objects.clear(); faults.clear(); asked.clear()
        return {"conf": conf}
    if request["do"] == "stored":
        body = objects.get(request["key"])
        return {"object": body and {"headers": {}, "body_base64": base64.b64encode(body).decode(),
                                    "version": hashlib.md5(body).hexdigest(), "storage_class": "STANDARD", "tags": {}}}
    if request["do"] == "store":
        objects[request["key"]] = base64.b64decode(request["body_base64"])
    if request["do"] == "remove":
        objects.pop(request["key"], None)
    if request["do"] == "fault":
        if request["fault"]["kind"] != "status":
            return {"skipped": "this double knows no other fault than status"}
        faults.append(request["fault"])
    if request["do"] == "meanwhile":
        changes.append(request)
    if request["do"] == "overwritten":
        return {"write": replaced.pop() if replaced else None}
    if request["do"] == "heal":
        faults.clear()
    if request["do"] == "requests":
        said, asked[:] = list(asked), []
        return {"requests": said}
    return {}

def answer(request):
    op = request["op"]
    if op == "start":
        return {"protocol": 1, "sdk": "toy", "version": "1", "runtime": "none", "features": FEATURES}
    if op == "double":
        return double(request)
    if op == "put":
        body = json.dumps({"v": 1, "type": "int", "value": int(request["value"][1]), "write": "0" * 16}).encode()
        path = f"/{conf['BUCKET_NAME']}/{key(request)}"
        asked.append({"where": "s3", "method": "PUT", "path": path, "access_key": "a"})
        for one in [one for one in changes if one["key"] == key(request)]:
            changes.remove(one)
            replaced.append(json.loads(objects[one["key"]])["write"])
            objects[one["key"]] = one["body"].replace("$WRITE", replaced[-1]).encode()
        if any(fault["where"] == "s3" for fault in faults):
            return {"error": {"code": "unavailable"}}
        objects[key(request)] = body
        return {"version": hashlib.md5(body).hexdigest()}
    if op == "get":
        path = key(request).removeprefix("public")
        asked.append({"where": "edge", "method": "GET", "path": path, "access_key": None})
        body = objects.get(key(request))
        if body is None:
            return {"missing": True}
        return {"value": ["int", str(json.loads(body)["value"])], "native": "int"}
    if op == "remove":
        objects.pop(key(request), None)
    return {} if op in ("remove", "clock", "random", "close") else {"error": {"code": "none"}}

for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], **answer(request)}), flush=True)
"""


def toy(*features: str) -> str:
    return TOY.replace("FEATURES", repr(list(features)))


def test_scenarios_run_in_a_double(
    add_sdk: Callable[..., Sdk], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_sdk("toy", toy("double"))
    wanted = ["store/reading/miss", "store/reading/other-names", "store/reading/remove", "store/reading/html"]
    status = main(
        ["--root", str(tmp_path), "--s3", "double", "-v", *(f"--only={name}" for name in wanted[:3])]
    )
    assert status == 0, capsys.readouterr().out


def test_what_goes_wrong_in_a_double_fails(
    add_sdk: Callable[..., Sdk], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_sdk("toy", toy("double"))
    run = ["--root", str(tmp_path), "--s3", "double", "--only", "store/reading/html"]
    assert main(run) == 1
    said = capsys.readouterr().out
    assert "store/reading/html" in said
    assert "transcript" not in said


def test_what_goes_wrong_in_a_double_has_a_transcript_of_steps_requests_replies_and_http(
    add_sdk: Callable[..., Sdk], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_sdk("toy", toy("double").replace("objects.pop(key(request), None)", "pass"))
    run = ["--root", str(tmp_path), "--s3", "double", "--only", "store/reading/remove", "-v"]
    assert main(run) == 1
    transcript = capsys.readouterr().out.partition("transcript\n")[2]
    said = [line.strip() for line in transcript.splitlines()]
    assert said[0].startswith("step 1, put ")
    assert said[1].startswith('toy ← {"op": "put", "name": ["str", ')
    assert said[2].startswith('toy → {"version": ')
    assert said[3].startswith("s3: PUT /bucket_name/public/run-")
    assert any(line.startswith("edge: GET /run-") for line in said)


def test_an_object_is_changed_meanwhile_and_its_write_is_known(add_sdk: Callable[..., Sdk]) -> None:
    with Driver(add_sdk("toy", toy("double"))) as driver:
        store = DoubleStore(driver)
        store.put("public/a/b.json", {}, b'{"write":"00000000000000aa"}')
        change = Change({}, '{"value":7,"previous":["$WRITE"]}')
        store.meanwhile(change, method="PUT", key="public/a/b.json", times=1)
        assert store.overwritten() is None
        driver.ask([{"op": "put", "service": "a", "name": ["str", "b"], "value": ["int", "1"]}])
        assert store.overwritten() == "00000000000000aa"
        assert store.overwritten() is None


def test_time_that_passes_in_a_double_is_the_runners_as_well(add_sdk: Callable[..., Sdk]) -> None:
    passing = toy("double").replace(
        '"write": replaced.pop() if replaced else None', '"write": None, "passed": 30'
    )
    with Driver(add_sdk("toy", passing)) as driver:
        store = DoubleStore(driver)
        before = store.clock.now
        assert store.overwritten() is None
        assert store.clock.now == before
        store.delay(30, method="PUT", key="public/a/b.json", times=1)
        assert store.overwritten() is None
        assert store.clock.now == before + 30


def test_what_a_double_cannot_do_is_skipped_with_the_reason(
    add_sdk: Callable[..., Sdk], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_sdk("toy", toy("double"))
    wanted = ["store/retries/lost", "store/conditions/409-late", "store/reading/miss"]
    main(["--root", str(tmp_path), "--s3", "double", *(f"--only={name}" for name in wanted)])
    said = capsys.readouterr().out
    assert said.count("this double knows no other fault than status (toy→toy/store/") == 1


def test_an_sdk_without_a_double_is_not_asked(
    add_sdk: Callable[..., Sdk], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_sdk("toy", toy())
    assert main(["--root", str(tmp_path), "--s3", "double", "--only", "store/reading/html"]) == 0
    assert "0 failed" in capsys.readouterr().out


def test_store_looks_into_the_double(add_sdk: Callable[..., Sdk]) -> None:
    with Driver(add_sdk("toy", toy("double"))) as driver:
        store = DoubleStore(driver)
        store.put("public/a/b.json", {}, b"{}")
        found = store.stored("public/a/b.json")
        assert found is not None
        assert found.body == b"{}"
        assert store.tags("public/a/b.json") == {}
        store.remove("public/a/b.json")
        assert store.stored("public/a/b.json") is None
        assert store.requests("public", "a") == []


def test_requests_and_replies_of_a_double_fit_the_schema() -> None:
    for request in (
        {"id": 1, "op": "double", "do": "begin", "points_of_presence": 3},
        {"id": 1, "op": "double", "do": "store", "key": "a", "headers": {}, "body_base64": ""},
        {"id": 1, "op": "double", "do": "meanwhile", "method": "PUT", "key": "a", "times": 1, "remove": True},
        {"id": 1, "op": "double", "do": "meanwhile", "method": "PUT", "key": "a", "times": 1, "passes": 30},
        {"id": 1, "op": "double", "do": "meet", "method": "PUT", "key": "a", "count": 2},
        {"id": 1, "op": "endpoint", "target": "s3", "conf": {}, "environment": {}},
    ):
        assert validator("driver").is_valid(request)
    check_shape("double", {"object": None})
