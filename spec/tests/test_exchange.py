"""Values beyond the vectors, exchanged between the SDKs in both directions through their drivers."""

from __future__ import annotations

import base64
import json
import struct
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from arbitrary import NAMES, SAFE, SEED, VALUES, damaged, envelopes, repeated
from conformance.home import REPOSITORY
from conformance.sdk import storing
from hypothesis import given
from memory._envelope import encode
from notation import from_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.sdk import Sdk

SDKS = {sdk.name: sdk for sdk in storing(REPOSITORY)}


class Driver:
    """A running SDK that answers questions (spec/VECTORS.md)."""

    def __init__(self, sdk: Sdk) -> None:
        self.process = subprocess.Popen(
            sdk.command, cwd=sdk.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def ask(self, operation: str, **members: Any) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"id": 1, "op": operation, **members}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline() or '{"error": "the driver died"}')
        return answer

    def stop(self) -> None:
        self.process.communicate()
        assert self.process.returncode == 0


@pytest.fixture(scope="module", autouse=True)
def _seed_in_the_log() -> None:
    print(f"rerun with SEED={SEED}")  # noqa: T201 - pytest shows it with a failure


@pytest.fixture(scope="module")
def python() -> Iterator[Driver]:
    driver = Driver(SDKS["python"])
    yield driver
    driver.stop()


@pytest.fixture(scope="module", params=sorted(SDKS.keys() - {"python"}))
def other(request: pytest.FixtureRequest) -> Iterator[Driver]:
    driver = Driver(SDKS[request.param])
    yield driver
    driver.stop()


def with_one_number_type(notation: list[Any]) -> list[Any]:
    """What a language with one number type makes of a value: a float that is a safe integer is an int (VAL-8)."""
    kind, *rest = notation
    if kind == "list":
        return ["list", [with_one_number_type(item) for item in rest[0]]]
    if kind == "dict":
        return ["dict", sorted([key, with_one_number_type(item)] for key, item in rest[0])]
    if kind == "float":
        number = struct.unpack(">d", bytes.fromhex(rest[0]))[0]
        if number.is_integer() and abs(number) <= SAFE and rest[0] != "8000000000000000":
            return ["int", str(int(number))]
    return notation


def decoded(driver: Driver, wire: str) -> list[Any]:
    return with_one_number_type(driver.ask("decode", wire=wire)["value"])


@repeated(300)
@given(VALUES)
def test_a_value_reaches_the_other_language_as_it_was(python: Driver, other: Driver, value: object) -> None:
    notation = from_python(value)
    written = python.ask("encode", value=notation)["wire"]
    assert python.ask("decode", wire=written)["value"] == notation
    notation = with_one_number_type(notation)
    assert decoded(other, written) == notation
    written = other.ask("encode", value=notation)["wire"]
    assert decoded(other, written) == notation
    assert python.ask("decode", wire=written)["value"] == notation


@repeated(100)
@given(NAMES)
def test_a_name_has_the_same_key_everywhere(python: Driver, other: Driver, name: str) -> None:
    notation = ["str16", name.encode("utf-16-be", "surrogatepass").hex()] if name else ["str", ""]
    asked = {"visibility": "public", "service": "shop", "name": notation, "distribution": "d1.cloudfront.net"}
    here, there = (driver.ask("locate", **asked) for driver in (python, other))
    assert here.get("key") == there.get("key")
    assert here.get("url") == there.get("url")
    assert here.get("error", {}).get("code") == there.get("error", {}).get("code")


def judged(driver: Driver, document: bytes) -> Any:
    answer = driver.ask("decode", wire_base64=base64.b64encode(document).decode(), now=0)
    if "error" in answer:
        return answer["error"]["code"]
    return answer.get("missing") or with_one_number_type(answer["value"])


def has_undefined_parts(node: Any) -> bool:
    """Whether SDKs may differ: an untagged integer beyond the safe range inside a list or dict (INT-1)."""
    if isinstance(node, list) and node[:1] == ["int"]:
        return abs(int(node[1])) > SAFE
    return isinstance(node, list) and any(map(has_undefined_parts, node))


@repeated(120)
@given(VALUES.map(encode).flatmap(damaged) | envelopes())
def test_a_damaged_document_means_the_same_everywhere(python: Driver, other: Driver, document: bytes) -> None:
    here, there = judged(python, document), judged(other, document)
    assert here == there or has_undefined_parts(here)
