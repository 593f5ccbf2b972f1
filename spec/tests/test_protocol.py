"""The schema of messages and the runner agree on what a message is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conformance.__main__ import main
from conformance.protocol import ReplyError, check_shape
from conformance.sanity import validator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REPLIES: list[tuple[str, dict[str, Any], bool]] = [
    ("encode", {"wire": "{}"}, True),
    ("encode", {"error": {"code": "unsupported_type", "path": "$", "message": "no"}}, True),
    ("encode", {"error": {"code": "unsupported_type"}}, True),
    ("encode", {"skipped": "no tuple"}, True),
    ("decode", {"value": ["null"], "native": "NoneType"}, True),
    ("decode", {"missing": True}, True),
    ("locate", {"key": "a", "url": "b"}, True),
    ("configure", {"visibility": "public"}, True),
    ("sign", {"query": "a", "later": "b"}, True),
    ("put", {"version": "a"}, True),
    ("remove", {}, True),
    ("remove", {"error": {"code": "unavailable"}}, True),
    ("encode", {"wire": 5}, False),
    ("encode", {"wire": "{}", "skipped": "no"}, False),
    ("encode", {"wire": "{}", "error": {"code": "a"}}, False),
    ("encode", {"error": {"code": "a"}, "skipped": "b"}, False),
    ("encode", {"error": {"message": "a"}}, False),
    ("encode", {"error": {"code": 5}}, False),
    ("encode", {"error": {"code": "a", "message": 5}}, False),
    ("encode", {"error": "a"}, False),
    ("encode", {"skipped": True}, False),
    ("decode", {"value": ["null"]}, False),
    ("decode", {"value": "null", "native": "NoneType"}, False),
    ("decode", {"value": ["null"], "native": "NoneType", "missing": True}, False),
    ("locate", {"key": "a"}, False),
    ("remove", {"error": {"code": "a"}, "skipped": "b"}, False),
]


@pytest.mark.parametrize(("operation", "reply", "valid"), REPLIES)
def test_a_reply_is_one_for_the_runner_and_for_the_schema(
    operation: str, reply: dict[str, Any], *, valid: bool
) -> None:
    assert validator("driver").is_valid({"id": 1, **reply}) == valid
    if valid:
        check_shape(operation, reply)
        return
    with pytest.raises(ReplyError, match=f"no reply to {operation}"):
        check_shape(operation, reply)


@pytest.mark.slow
def test_everything_that_is_said_in_a_run_is_valid_under_the_schema(
    add_sdk: Callable[..., Any], tmp_path: Path
) -> None:
    said = tmp_path / "said.jsonl"
    fault = f"""with open({str(said)!r}, "a") as file:
        file.write(line + json.dumps({{"id": request["id"], **reply}}) + "\\n")"""
    add_sdk("toy", fault=fault)
    assert main(["--root", str(tmp_path), "--no-store"]) == 0
    messages = [json.loads(line) for line in said.read_text().splitlines()]
    assert {message.get("op") for message in messages} == {
        None,
        "start",
        "encode",
        "decode",
        "locate",
        "configure",
        "sign",
        "endpoint",
        "cache_name",
        "changes",
        "mint",
    }
    schema = validator("driver")
    for message in messages:
        schema.validate(message)
