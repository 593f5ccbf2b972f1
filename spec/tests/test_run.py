"""Whole runs: an SDK joins by its folder alone, and what it does wrong is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conformance.__main__ import main
from conformance.driver import Limits
from conformance.log import Log, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.sdk import Sdk

HANG = "time.sleep(60)"


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seconds: Callable[[float], float]
) -> Callable[..., tuple[int, Log, str]]:
    """Run the command on the SDKs of the test, without the store; return status, log and output."""

    def run(*arguments: str, hangs: bool = False) -> tuple[int, Log, str]:
        jsonl = tmp_path / "run.jsonl"
        always = ["--root", str(tmp_path), "--jsonl", str(jsonl), "--no-store"]
        status = main([*always, *arguments], Limits(start=60, request=seconds(1) if hangs else 60))
        return status, read(jsonl.read_text().splitlines()), capsys.readouterr().out

    return run


def failures(log: Log) -> dict[str, str]:
    return {event.id: event.code for event in log.events if event.outcome == "failed"}


def test_a_new_sdk_joins_with_one_folder_and_its_row_is_green(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    add_sdk("toy")
    status, log, output = run()
    assert (status, failures(log), log.problems) == (0, {}, [])
    assert {event.reader for event in log.events} == {"toy"}
    assert len([event for event in log.events if event.outcome == "passed"]) > 400
    assert output.splitlines()[0].split() == ["vectors", "toy"]


# One fault, and exactly the checks that it breaks, with their codes.
FAULTS = {
    'if request.get("value") == ["int", "42"]: reply = {"wire": reply["wire"].replace(":42,", ":42.0,")}': {
        "wire/native/int": "invalid_document"
    },
    # In a list nothing but the token tells an int from a float …
    'if "[1,1.0," in reply.get("wire", ""): reply["wire"] = reply["wire"].replace("1.0", "1")': {
        "wire/float/one-in-list": "mismatch",
        "toy→toy/wire/float/one-in-list": "mismatch",
    },
    # … and a float is the same whether it is tagged or not, an integral one too.
    """if request.get("value") == ["float", "3ff0000000000000"] and "wire" in reply:
        reply["wire"] = reply["wire"].replace("1.0", '{"$float":"1.0"}')[:-1] + ',"tagged":true}'""": {},
    'if request.get("value") == ["null"]: reply["wire"] = reply["wire"].replace("null,", "0,")': {
        "wire/null-bool/null": "invalid_document",
        "wire/native/null": "invalid_document",
        "toy→toy/wire/null-bool/null": "corrupt_value",
        "toy→toy/wire/native/null": "corrupt_value",
    },
    'if request.get("name") == ["str", "/a"]: reply = {"key": "public/shop//a.json", "url": ""}': {
        "names/keys/leading-slash": "accepted"
    },
    'if request.get("name") == ["str", "/a"]: reply = {"skipped": "too hard"}': {
        "names/keys/leading-slash": "skipped"
    },
    'if request.get("name") == ["str", "/a"]: os._exit(1)': {"names/keys/leading-slash": "crashed"},
    'if request.get("name") == ["str", "/a"]: ' + HANG: {"names/keys/leading-slash": "timeout"},
    'if request.get("name") == ["str", "/a"]: print("?")': {"names/keys/leading-slash": "protocol_error"},
    'if request.get("value") == ["native", "tuple"]: reply = {"error": {"code": "oops"}}': {
        "wire/refused/tuple": "oops"
    },
    'if request.get("value") == ["native", "tuple"]: reply["error"]["path"] = "$[0]"': {
        "wire/refused/tuple": "wrong_path"
    },
    'if "TOP-SECRET" in request.get("pem", ""): reply["error"]["message"] = request["pem"]': {
        "signing/keys-refused/text": "leaked"
    },
    'if "TOP-SECRET" in request.get("pem", ""): sys.stderr.write(request["pem"]); sys.stderr.flush()': {
        "signing/keys-refused/text": "leaked"
    },
    'if request.get("later") == 449: reply["later"] = driver.answer({**request, "now": 1})["query"]': {
        "signing/reuse/before-half": "mismatch"
    },
    'if request.get("service") == "ec": reply["query"] = reply["query"].replace("Signature=", "Signature=AAAA")': {
        "signing/policy/ec-policy": "bad_signature"
    },
    'if request.get("service") == "S_-9" and "query" in reply: reply = driver.answer({**request, "lifetime": 9})': {
        "signing/policy/resource": "mismatch"
    },
    'if request.get("conf", {}).get("EDGE_TTL") == 0: reply = {"visibility": "public"}': {
        "configuration/keys/edge-ttl-zero": "accepted",
        "configuration/table/edge-ttl-7": "accepted",
    },
    'if reply.get("native") == "NoneType": reply["native"] = "Nothing"': {"wire/native/null": "mismatch"},
}


@pytest.mark.slow  # each makes all checks that need no store
@pytest.mark.parametrize(("fault", "expected"), FAULTS.items())
def test_one_planted_fault_is_named_by_the_vectors_it_breaks(
    add_sdk: Callable[..., Any], run: Callable[..., Any], fault: str, expected: dict[str, str]
) -> None:
    add_sdk("toy", fault=fault)
    status, log, output = run(hangs=HANG in fault)
    found = failures(log)
    assert found == expected
    assert status == bool(found)
    for check in found:
        assert f"--sdk toy --only {check} -v" in output.replace("'", "")


def test_a_value_that_two_puts_write_alike_is_found(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    constant = 'if "wire" in reply: reply["wire"] = reply["wire"][:-19] + chr(34) + "0" * 16 + chr(34) + "}"'
    add_sdk("toy", fault=constant)
    _, log, _ = run("--only", "wire/bytes/*")
    assert set(failures(log).values()) == {"same_write"}


def test_the_native_types_of_any_language_are_compared_with_what_its_driver_json_says(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    sdk = add_sdk("ruby", fault='if reply.get("native") == "bool": reply["native"] = "FalseClass"')
    describe(sdk, bool=["TrueClass", "FalseClass"], int="Integer")
    _, log, _ = run("--only", "wire/native/*")
    assert failures(log) == {"wire/native/int": "mismatch"}


def test_a_driver_json_without_native_types_is_told_that_they_are_missing(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    sdk = add_sdk("ruby")
    described = json.loads((sdk.folder / "conformance" / "driver.json").read_text())
    del described["natives"]
    (sdk.folder / "conformance" / "driver.json").write_text(json.dumps(described))
    _, log, _ = run("--only", "wire/native/null", "--only", "wire/null-bool/null")
    assert failures(log) == {"wire/native/null": "no_natives"}


def describe(sdk: Sdk, **natives: str | list[str]) -> None:
    path = sdk.folder / "conformance" / "driver.json"
    described = json.loads(path.read_text())
    path.write_text(json.dumps({**described, "natives": {**described["natives"], **natives}}))


def test_what_one_sdk_writes_wrongly_is_the_writers_row_with_every_reader(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    add_sdk("good")
    add_sdk(
        "bad",
        fault='if request.get("value") == ["str", ""]: reply["wire"] = reply["wire"].replace(\'""\', \'"x"\')',
    )
    _, log, _ = run("--only", "*wire/str/empty")
    assert failures(log) == {
        "wire/str/empty": "mismatch",
        "bad→good/wire/str/empty": "mismatch",
        "bad→bad/wire/str/empty": "mismatch",
    }


SINGLE_NUMBER = """if request["op"] == "start": reply["features"].append("single-number")
    elif reply.get("value") == ["float", "3ff0000000000000"]: reply["value"] = ["int", "1"]"""


def test_a_language_with_one_number_type_reads_1_0_as_1_and_does_not_write_it(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    add_sdk("one", fault=SINGLE_NUMBER)
    add_sdk("two")
    _, log, _ = run("--only", "*wire/float/one")
    outcomes = {
        event.id: event.outcome for event in log.events if event.reader == "one" or event.writer == "one"
    }
    assert outcomes == {"wire/float/one": "passed", "two→one/wire/float/one": "passed"}


def test_a_vector_is_not_asked_of_a_driver_without_the_feature(
    add_sdk: Callable[..., Any], run: Callable[..., Any], tmp_path: Path
) -> None:
    said = tmp_path / "said.jsonl"
    fault = f"""open({str(said)!r}, "a").write(request["op"] + " ")
    if request["op"] == "start": reply["features"] = []"""
    add_sdk("toy", fault=fault)
    _, log, _ = run("--only", "configuration/visibility/private-file")
    (event,) = log.events
    assert (event.outcome, event.note) == ("skipped", "toy has not the feature files")
    assert said.read_text() == "start "


ALWAYS = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    reply = {reply}
    if request["op"] == "start":
        reply = {{"protocol": 1, "sdk": "liar", "version": "1", "runtime": "none", "features": []}}
    print(json.dumps({{"id": request["id"], **reply}}), flush=True)
"""


@pytest.mark.parametrize(
    ("reply", "outcomes"),
    [
        ('{"skipped": "no"}', {"failed", "skipped"}),
        ('{"error": {"code": "corrupt_value"}}', {"failed", "passed", "skipped"}),
        ('{"value": request.get("value"), "wire": request.get("wire")}', {"failed", "skipped"}),
        pytest.param(
            'request["op"] == "start" or sys.exit(1)', {"failed", "skipped"}, marks=pytest.mark.slow
        ),
    ],
    ids=["skips", "refuses", "echoes", "crashes"],
)
def test_an_sdk_that_always_does_the_same_is_red_and_the_run_ends(
    add_sdk: Callable[..., Any], run: Callable[..., Any], reply: str, outcomes: set[str]
) -> None:
    add_sdk("liar", ALWAYS.format(reply=reply))
    status, log, _ = run("--only", "*wire/[bln]*", "--only", "configuration/visibility/p*")
    assert status == 1
    assert {event.outcome for event in log.events} == outcomes


def test_only_what_a_language_lacks_may_be_skipped(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    add_sdk("liar", ALWAYS.format(reply='{"skipped": "no"}'))
    _, log, _ = run("--only", "wire/refused/*", "--only", "wire/dict/*")
    skipped = {event.vector for event in log.events if event.outcome == "skipped"}
    assert "wire/refused/tuple" in skipped
    assert "wire/dict/int-key" in skipped
    assert set(failures(log).values()) == {"skipped"}


def test_an_sdk_that_does_not_start_is_said_once_and_is_red(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    add_sdk("dead", "raise SystemExit('libfoo is missing')")
    add_sdk("toy")
    status, log, output = run("--only", "names/*")
    assert (status, failures(log)) == (1, {})
    assert {event.reader for event in log.events} == {"toy"}
    [problem] = log.problems
    assert problem.startswith("the driver of dead does not start: exited with 1\nlibfoo is missing\n")
    assert problem.endswith(f"{len(log.events)} checks were not made")
    assert output.count("libfoo is missing") == 1


def test_an_sdk_whose_program_is_not_there_is_said_once(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    sdk = add_sdk("dead")
    described = {"name": "dead", "command": ["no-such-program"]}
    (sdk.folder / "conformance" / "driver.json").write_text(json.dumps(described))
    status, log, _ = run()
    assert (status, log.events) == (1, [])
    [problem] = log.problems
    assert problem.startswith("the driver of dead cannot be started: ")


def test_a_feature_that_there_is_not_is_refused_with_the_nearest(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    add_sdk("toy", fault='if request["op"] == "start": reply["features"] = ["files", "end-points"]')
    status, log, _ = run("--only", "names/*")
    assert (status, log.events) == (1, [])
    assert "'end-points': did you mean endpoints?" in log.problems[0]


def test_an_sdk_that_only_hangs_costs_three_waits(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    add_sdk("liar", ALWAYS.format(reply='request["op"] == "start" or __import__("time").sleep(60)'))
    status, log, _ = run(hangs=True)
    assert status == 1
    assert set(failures(log).values()) == {"timeout"}
    assert 1 <= len(failures(log)) <= 3
    [problem] = log.problems
    assert "has hung 3 times in a row and is not asked any more" in problem


def test_the_run_ends_after_as_many_failures_as_it_is_told(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    add_sdk("liar", ALWAYS.format(reply='{"error": {"code": "no"}}'))
    status, log, _ = run("--stop-after", "2")
    assert (status, len(failures(log))) == (1, 2)
    assert log.problems == ["stopped after 2 failures: what is left was not checked"]


def test_a_failed_check_shows_what_was_asked_and_answered_if_it_is_told_to(
    add_sdk: Callable[..., Any], run: Callable[..., Any]
) -> None:
    add_sdk("toy", fault='if request.get("name") == ["str", "/a"]: reply = {"key": "x", "url": "y"}')
    asked = 'toy ← {"op": "locate"'
    _, _, output = run("--only", "names/keys/leading-slash")
    assert asked not in output
    _, log, output = run("--only", "names/keys/*", "-v")
    assert output.count(asked) == 1
    assert 'toy → {"key": "x", "url": "y"}' in output
    assert [bool(event.transcript) for event in log.events if event.outcome == "passed"].count(True) == 0


def test_a_transcript_has_no_key(add_sdk: Callable[..., Any], run: Callable[..., Any]) -> None:
    add_sdk(
        "toy", fault='if "TOP-SECRET" in request.get("pem", ""): reply["error"]["message"] = request["pem"]'
    )
    _, log, output = run("--only", "signing/keys-refused/text", "-v")
    assert failures(log) == {"signing/keys-refused/text": "leaked"}
    assert "toy ← " in output
    assert "TOP-SECRET" not in output


def test_a_driver_that_ends_badly_fails_the_run(add_sdk: Callable[..., Any], run: Callable[..., Any]) -> None:
    source = ALWAYS.format(reply='{"error": {"code": "invalid_name"}}') + "sys.exit(3)"
    add_sdk("liar", source)
    status, log, _ = run("--only", "names/keys/leading-slash")
    assert (status, failures(log)) == (1, {})
    assert log.problems == ["the driver of liar exited with 3 at the end of its input"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sdk", "ruby"], "there is no SDK 'ruby'; there are toy"),
        (["--only", "wire/imt/*"], "no vector has an id like wire/imt/*"),
        (["--fix", "--only", "wire/*"], "--fix needs a run of everything"),
        (["--fix", "--no-store"], "--fix needs a run of everything"),
        (["--fix", "--stop-after", "1"], "--fix needs a run of everything"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_right(
    add_sdk: Callable[..., Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    add_sdk("toy")
    assert main(["--root", str(tmp_path), *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "there is no *-sdk/conformance/driver.json"),
        ("{", "driver.json: Expecting"),
        ('{"name": "toy"}', "wants"),
        ('{"name": "toy", "command": "node x"}', "wants"),
        ('{"name": "toy", "command": [1]}', "wants"),
        ('{"name": "toy", "command": ["x"], "natives": []}', "wants"),
        ('{"name": "toy", "command": ["x"], "natives": {"nul": "x"}}', "natives has nul; wants null, bool"),
        ('{"name": "toy", "command": ["x"], "natives": {"null": 1}}', "natives.null is no name"),
    ],
)
def test_a_driver_json_that_is_none_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, words: str
) -> None:
    if text is not None:
        (tmp_path / "toy-sdk" / "conformance").mkdir(parents=True)
        (tmp_path / "toy-sdk" / "conformance" / "driver.json").write_text(text)
    assert main(["--root", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err


def test_two_sdks_of_one_name_are_refused(
    add_sdk: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_sdk("toy")
    other = add_sdk("other")
    (other.folder / "conformance" / "driver.json").write_text(json.dumps({"name": "toy", "command": ["x"]}))
    assert main(["--root", str(tmp_path)]) == 2
    assert "the same name" in capsys.readouterr().err


def test_list_asks_nobody(
    add_sdk: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_sdk("dead", "raise SystemExit(1)")
    assert main(["--root", str(tmp_path), "--list", "--only", "wire/int/2-5*"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "wire/int/2-53  TAG-4: 2^53 is tagged",
        "wire/int/2-53-plus-1  TAG-4: 2^53 + 1 is exact",
    ]


def test_progress_is_shown_on_a_terminal_and_gone_at_the_end(
    add_sdk: Callable[..., Any], run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_sdk("toy")
    with (tmp_path / "stderr").open("w") as terminal:
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr("sys.stderr", terminal)
        run("--only", "names/keys/empty")
    shown = (tmp_path / "stderr").read_bytes().decode()
    assert shown == "\r\x1b[K1 checks, 0 failed: names/keys/empty\r\x1b[K"


def test_a_run_without_a_terminal_shows_no_progress(
    add_sdk: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_sdk("toy")
    assert main(["--root", str(tmp_path), "--only", "names/keys/empty"]) == 0
    assert capsys.readouterr().err == ""


def test_reports_are_written_where_they_are_wanted(
    add_sdk: Callable[..., Any], run: Callable[..., Any], tmp_path: Path
) -> None:
    add_sdk("toy")
    html, xml = tmp_path / "new" / "report.html", tmp_path / "new" / "report.xml"
    run("--only", "names/keys/empty", "--html", str(html), "--junit", str(xml))
    assert "names/keys/empty" in html.read_text()
    assert 'name="empty"' in xml.read_text()
