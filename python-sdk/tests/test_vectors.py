"""Every vector of the specification, run by this SDK."""

import base64
import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from memory._envelope import decode, encode
from memory._errors import CorruptValueError, InvalidNameError, UnsupportedTypeError
from memory._names import check_service_name, object_key, place_of, url_path
from notation import Unavailable, from_python, normal, to_python

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors"


def vectors(folder: str, *members: str, without: str = "") -> list[Any]:
    """Every vector that has these members."""
    suites = [json.loads(path.read_text()) for path in sorted((VECTORS / folder).glob("*.json"))]
    assert suites
    found = [(suite["suite"], vector) for suite in suites for vector in suite["vectors"]]
    chosen = [
        (suite, vector) for suite, vector in found if set(members) <= set(vector) and without not in vector
    ]
    return [pytest.param(vector, id=f"{suite}/{vector['id']}") for suite, vector in chosen]


def document(wire: Any) -> bytes:
    parts = [wire] if isinstance(wire, str) else wire
    return "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts).encode()


class Meaning:
    """What a document says, whatever its text: written independently of the SDK."""

    def __init__(self, text: bytes) -> None:
        parsed = json.loads(text)
        self.tags = 0
        self.tagged = parsed.pop("tagged", False)
        self.write = parsed.pop("write", None)
        value = parsed.pop("value")
        self.rest = parsed
        self.value = self.node(value) if self.tagged else from_python(value)

    def node(self, node: Any) -> Any:
        if isinstance(node, list):
            return ["list", [self.node(item) for item in node]]
        if not isinstance(node, dict):
            return from_python(node)
        key = next(iter(node), "")
        if len(node) == 1 and key.startswith("$"):
            self.tags += key != "$float"
            inner = node[key]
            if key == "$float":
                # json knows the three names and JSON numbers; float() would also take "nan" and "1_0".
                return ["float", struct.pack(">d", json.loads(inner)).hex()]
            if key == "$dict":
                return ["wrapped", sorted([name, self.node(item)] for name, item in inner.items())]
            return [key, inner]
        return ["dict", sorted([name, self.node(item)] for name, item in node.items())]


@pytest.mark.parametrize("vector", vectors("wire", "value", "wire"))
def test_a_document_is_read_as_its_value(vector: dict[str, Any]) -> None:
    for wire in [vector["wire"], *vector.get("accepts", [])]:
        assert from_python(decode(document(wire)).value) == normal(vector["value"])


@pytest.mark.parametrize("vector", vectors("wire", "now"))
def test_a_value_is_gone_at_its_end(vector: dict[str, Any]) -> None:
    assert decode(document(vector["wire"])).is_expired(vector["now"] / 1000) == vector.get("missing", False)


@pytest.mark.parametrize("vector", vectors("wire", "value", "wire", without="decode_only"))
def test_a_value_is_written_as_its_document(vector: dict[str, Any]) -> None:
    written = Meaning(encode(to_python(vector["value"])))
    expected = Meaning(document(vector["wire"]))
    assert (written.value, written.rest) == (expected.value, expected.rest)
    assert written.tagged == expected.tagged
    assert re.fullmatch("[0-9a-f]{16}", written.write)


@pytest.mark.parametrize("vector", vectors("wire", "value", "error"))
def test_a_value_that_would_not_come_back_is_refused(vector: dict[str, Any]) -> None:
    try:
        value = to_python(vector["value"])
    except Unavailable:
        pytest.skip("Python has no such value")
    with pytest.raises(UnsupportedTypeError) as raised:
        encode(value)
    assert (raised.value.code, raised.value.path) == (vector["error"], vector["path"])
    assert str(raised.value).startswith(vector["path"] + ": ")


@pytest.mark.parametrize("vector", vectors("wire", "error", without="value"))
def test_a_document_that_is_no_envelope_is_refused(vector: dict[str, Any]) -> None:
    octets = base64.b64decode(vector["wire_base64"]) if "wire_base64" in vector else document(vector["wire"])
    with pytest.raises(CorruptValueError) as raised:
        decode(octets)
    assert raised.value.code == vector["error"]


@pytest.mark.parametrize("vector", vectors("names", "key"))
def test_a_name_has_its_key_and_url(vector: dict[str, Any]) -> None:
    service = check_service_name(vector["service"])
    place = place_of(service, changes="with_changes" in vector)
    key = object_key(vector["visibility"], place, to_python(vector["name"]))
    assert key == vector["key"]
    assert "https://d111111abcdef8.cloudfront.net" + url_path(key) == vector["url"]


@pytest.mark.parametrize("vector", vectors("names", "error"))
def test_a_bad_name_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(InvalidNameError) as raised:
        object_key("public", check_service_name(vector["service"]), to_python(vector["name"]))
    assert raised.value.code == vector["error"]
