"""Drivers that lie, crash and hang: each gets its verdict, and the run goes on."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conformance.driver import Driver, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

# Answers every request rightly but those about the text "bad".
LIAR = """
import json, os, subprocess, sys, time
for line in sys.stdin:
    request = json.loads(line)
    number = request["id"]
    reply = {{"wire": "fine"}}
    if request["op"] == "start":
        reply = {{"protocol": 1, "sdk": "liar", "version": "1", "runtime": "none", "features": ["files"]}}
    elif request["value"] == ["str", "bad"]:
        {lie}
    print(json.dumps({{"id": number, **reply}}), flush=True)
"""
GOOD = {"op": "encode", "value": ["str", "good"]}
BAD = {"op": "encode", "value": ["str", "bad"]}


@pytest.fixture
def quick(seconds: Callable[[float], float]) -> Limits:
    return Limits(start=60, request=seconds(0.5))


LIES = {
    "crashes": (
        'sys.stderr.write("boom\\n"); sys.stderr.flush(); os._exit(3)',
        "crashed",
        "exited with 3\nboom",
    ),
    "is killed": ("os.kill(os.getpid(), 9)", "crashed", "killed by signal 9"),
    "closes its output": ("os.close(1); time.sleep(60)", "crashed", "closed its output"),
    "hangs": ("time.sleep(60)", "timeout", "no answer within"),
    "stops in a line": ('os.write(1, b"{"); time.sleep(60)', "timeout", "no answer within"),
    "prints garbage": ('print("hello", flush=True)', "protocol_error", "this is no JSON: hello"),
    "prints a list": ('print("[]", flush=True)', "protocol_error", "this is no reply: []"),
    "prints bottomless JSON": ('print("[" * 100000, flush=True)', "protocol_error", "this is no JSON: [[["),
    "answers with a wrong id": ("number = 99", "protocol_error", "has the id 99"),
    "answers without an id": ("number = None", "protocol_error", "this is no reply"),
    "answers with true for an id": ("number = True", "protocol_error", "this is no reply"),
    "answers twice": (
        'line = json.dumps({"id": number, **reply}); os.write(1, f"{line}\\n".encode() * 2); continue',
        "protocol_error",
        "a second reply to request",
    ),
    "echoes its input": ("reply = request", "protocol_error", "this is no reply to encode"),
    "answers with nothing": ("reply = {}", "protocol_error", "this is no reply to encode"),
    "answers another question": ('reply = {"missing": True}', "protocol_error", "this is no reply to encode"),
    "answers and refuses": (
        'reply["error"] = {"code": "no"}',
        "protocol_error",
        "this is no reply to encode",
    ),
    "answers and skips": ('reply["skipped"] = "no"', "protocol_error", "this is no reply to encode"),
    "refuses without a code": ('reply = {"error": {}}', "protocol_error", "this is no reply to encode"),
    "refuses with a text": ('reply = {"error": "no"}', "protocol_error", "this is no reply to encode"),
    "skips without a reason": ('reply = {"skipped": 1}', "protocol_error", "this is no reply to encode"),
}


def liar(lie: str) -> str:
    return LIAR.format(lie=lie)


@pytest.mark.parametrize(("lie", "verdict", "detail"), LIES.values(), ids=LIES)
def test_a_lie_has_its_verdict_and_the_requests_around_it_are_answered(
    add_sdk: Callable[..., Any], quick: Limits, lie: str, verdict: str, detail: str
) -> None:
    with Driver(add_sdk("liar", liar(lie)), limits=quick) as driver:
        answers = driver.ask([GOOD, BAD, GOOD, BAD, GOOD])
        assert driver.ask([GOOD])[0].message == {"wire": "fine"}
    assert [answer.verdict for answer in answers] == ["", verdict, "", verdict, ""]
    assert [answers[number].message for number in (0, 2, 4)] == [{"wire": "fine"}] * 3
    assert detail in answers[1].detail


def test_a_second_reply_to_the_last_request_is_seen_at_once(
    add_sdk: Callable[..., Any], quick: Limits
) -> None:
    with Driver(add_sdk("liar", liar(LIES["answers twice"][0])), limits=quick) as driver:
        assert driver.ask([BAD])[0].verdict == "protocol_error"


def test_a_late_second_reply_is_not_taken_for_the_next(
    add_sdk: Callable[..., Any], quick: Limits, tmp_path: Path
) -> None:
    go, gone = tmp_path / "go", tmp_path / "gone"
    lie = "; ".join(
        (
            'print(json.dumps({"id": number, **reply}), flush=True)',
            f"[time.sleep(0.001) for _ in iter(lambda: os.path.exists({str(go)!r}), True)]",
            'print(json.dumps({"id": number, "wire": "late"}), flush=True)',
            f"open({str(gone)!r}, 'w').close()",
            "continue",
        )
    )
    with Driver(add_sdk("liar", liar(lie)), limits=quick) as driver:
        first = driver.ask([BAD])[0]
        go.touch()
        while not gone.exists():
            time.sleep(0.001)
        second = driver.ask([GOOD])[0]
    assert first.message == {"wire": "fine"}
    assert second.verdict == "protocol_error"


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("import sys; sys.exit('no such module')", "exited with 1\nno such module"),
        ("import time; time.sleep(60)", "no answer within"),
        ("print('starting...', flush=True); input(); input()", "no JSON: starting..."),
        ('import os; input(); os.write(1, b\'{"id":1,"wire":""}\\n\')', "no reply to start"),
        (liar("pass").replace('"protocol": 1', '"protocol": 2'), "start was answered with"),
        (liar("pass").replace('number = request["id"]', "number = 7"), "start was answered"),
        (liar("pass").replace('["files"]', '["file"]'), "'file': did you mean files?"),
        (liar("pass").replace('["files"]', '["teleports"]'), "'teleports': there are single-number, async"),
        (liar("pass").replace('["files"]', "[1]"), "a feature that there is not, 1"),
    ],
    ids=[
        "exits",
        "hangs",
        "garbage",
        "another reply",
        "another protocol",
        "another id",
        "a misspelt feature",
        "an unknown feature",
        "no feature",
    ],
)
def test_a_driver_that_does_not_start_fails_every_request_and_is_not_started_again(
    add_sdk: Callable[..., Any],
    seconds: Callable[[float], float],
    source: str,
    detail: str,
) -> None:
    began, limit = time.monotonic(), seconds(1)
    with Driver(add_sdk("liar", source), limits=Limits(start=limit, request=limit)) as driver:
        answers = driver.ask([GOOD] * 50)
    assert {answer.verdict for answer in answers} == {"unasked"}
    assert answers[0].detail.startswith("the driver of liar does not start: ")
    assert detail in answers[0].detail
    assert time.monotonic() - began < 5 * limit


def test_a_program_that_is_not_there_crashed(add_sdk: Callable[..., Any]) -> None:
    sdk = add_sdk("liar")
    object.__setattr__(sdk, "command", ("no-such-program",))
    with Driver(sdk) as driver:
        assert "cannot be started" in driver.ask([GOOD])[0].detail


def test_a_driver_that_hangs_again_and_again_is_given_up(add_sdk: Callable[..., Any]) -> None:
    with Driver(add_sdk("liar", liar("time.sleep(60)")), limits=Limits(start=60, request=0.1)) as driver:
        answers = driver.ask([BAD] * 40)
    assert [answer.verdict for answer in answers] == ["timeout"] * 3 + ["unasked"] * 37
    assert "has hung 3 times in a row and is not asked any more" in answers[-1].detail


def test_a_driver_that_hangs_now_and_then_is_given_up_as_well(add_sdk: Callable[..., Any]) -> None:
    with Driver(add_sdk("liar", liar("time.sleep(60)")), limits=Limits(start=60, request=1)) as driver:
        answers = driver.ask([BAD, GOOD] * 20)
    verdicts = [answer.verdict for answer in answers]
    assert verdicts[:20] == ["timeout", ""] * 9 + ["timeout", "unasked"]
    assert set(verdicts[20:]) == {"unasked"}
    # What has hung once is waited for less: another ten times one second would be ten seconds.
    assert sum(answer.seconds for answer in answers) < 10


def test_a_driver_that_is_given_up_is_not_even_started(add_sdk: Callable[..., Any], tmp_path: Path) -> None:
    started = tmp_path / "started"
    sdk = add_sdk("liar", f"open({str(started)!r}, 'w')")
    with Driver(sdk, given_up="does not start") as driver:
        assert driver.ask([GOOD])[0].verdict == "unasked"
    assert not started.exists()


def test_a_flood_on_standard_error_blocks_nobody_and_is_kept_in_bounds(add_sdk: Callable[..., Any]) -> None:
    flood = 'sys.stderr.write("x" * 5_000_000 + "end"); sys.stderr.flush()'
    with Driver(add_sdk("liar", liar(flood)), limits=Limits(start=60, request=60)) as driver:
        answers = driver.ask([BAD, GOOD])
        said = driver.stderr()
    assert [answer.message for answer in answers] == [{"wire": "fine"}] * 2
    assert said.endswith("end")
    assert len(said) == 256 * 1024


def test_large_requests_and_large_replies_do_not_block_each_other(add_sdk: Callable[..., Any]) -> None:
    big = {"op": "encode", "value": ["str", "x" * 300_000]}
    source = liar("pass").replace('reply = {"wire": "fine"}', 'reply = {"wire": "y" * 300_000}')
    with Driver(add_sdk("liar", source), limits=Limits(start=60, request=60)) as driver:
        answers = driver.ask([big] * 20)
    assert {len(answer.message["wire"]) for answer in answers} == {300_000}


def test_what_a_driver_started_ends_with_it(
    add_sdk: Callable[..., Any], quick: Limits, tmp_path: Path
) -> None:
    child = f'open({str(tmp_path / "pid")!r}, "w").write(str(subprocess.Popen(["sleep", "60"]).pid)); time.sleep(60)'
    with Driver(add_sdk("liar", liar(child)), limits=quick) as driver:
        assert driver.ask([BAD])[0].verdict == "timeout"
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 60
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")  # where nobody reaps orphans, a dead one stays as a zombie
    return not status.exists() or status.read_text().split()[2] != "Z"


@pytest.mark.parametrize(
    ("ending", "wrong"),
    [
        ("", ""),
        ("sys.exit(4)", "exited with 4 at the end of its input"),
        ("time.sleep(60)", r"did not exit within \S+ s after the end of its input"),
        ('print("bye", flush=True)', "wrote more than one reply to its last request"),
    ],
)
def test_how_a_driver_ends_is_looked_at(
    add_sdk: Callable[..., Any], quick: Limits, ending: str, wrong: str
) -> None:
    driver = Driver(add_sdk("liar", liar("pass") + ending), limits=quick)
    driver.ask([GOOD])
    assert re.fullmatch(wrong, driver.close())
    assert driver.close() == ""


def test_a_driver_sees_no_configuration_of_the_machine(
    add_sdk: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMORY_BUCKET_NAME", "mine")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    lie = 'reply = {"wire": json.dumps(dict(os.environ))}'
    with Driver(add_sdk("liar", liar(lie)), {"AWS_REGION": "us-east-1"}) as driver:
        wire = driver.ask([BAD])[0].message["wire"]
    assert "mine" not in wire
    assert '"AWS_REGION": "us-east-1"' in wire


def test_a_driver_that_is_killed_from_another_thread_is_replaced(add_sdk: Callable[..., Any]) -> None:
    with Driver(add_sdk("liar", LIAR.format(lie="time.sleep(60)")), limits=Limits(60, 60)) as driver:
        killing = threading.Timer(0.3, driver.signal, [signal.SIGKILL])
        killing.start()
        (answer,) = driver.ask([BAD])
        killing.join()
        assert (answer.verdict, answer.detail) == ("crashed", "killed by signal 9")
        assert not driver.signal(signal.SIGSTOP)
        (answer,) = driver.ask([GOOD])
        assert not answer.verdict
        assert driver.signal(signal.SIGCONT)
