"""The envelope schema is held against the vectors: it accepts what readers accept and refuses the rest."""

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

SPEC = Path(__file__).resolve().parent.parent
SCHEMA = json.loads((SPEC / "schemas" / "envelope.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)

# What the schema's own description says it cannot see.
INVISIBLE = {
    "wire/float/overflow",
    "wire/float/overflow-integer",
    "wire/float/tag-overflow",
    "wire/str/escaped-lone-high",
    "wire/str/escaped-lone-low",
    "wire/str/escaped-swapped",
    "wire/str/escaped-lone-in-key",
    "wire/str/escaped-lone-nested",
    "wire/dict/deep-tagged",
}


def wires() -> Iterator[Any]:
    for path in sorted((SPEC / "vectors" / "wire").glob("*.json")):
        suite = json.loads(path.read_text())
        for vector in suite["vectors"]:
            name = f"{suite['suite']}/{vector['id']}"
            accepted = "error" not in vector
            if "wire_base64" in vector:
                yield pytest.param(name, base64.b64decode(vector["wire_base64"]), accepted, id=name)
            for wire in [vector["wire"], *vector.get("accepts", [])] if "wire" in vector else []:
                parts = [wire] if isinstance(wire, str) else wire
                text = "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts)
                yield pytest.param(name, text.encode(), accepted, id=name)


def refuse_constant(text: str) -> float:
    raise ValueError(text)


def is_valid(document: bytes) -> bool:
    try:
        parsed = json.loads(document.decode("utf-8"), parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        return False
    return VALIDATOR.is_valid(parsed)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("name", "document", "accepted"), list(wires()))
def test_schema_agrees_with_the_vector(*, name: str, document: bytes, accepted: bool) -> None:
    if name == "wire/dict/deep-tagged":
        # The validator recurses: it may only run out of stack where the document is refused anyway.
        assert document.count(b"[") > sys.getrecursionlimit()
        return
    assert is_valid(document) == (accepted or name in INVISIBLE)


def test_clauses_cited_by_vectors_exist_and_titles_are_unique() -> None:
    text = (SPEC / "README.md").read_text()
    for path in sorted(
        set((SPEC / "vectors").rglob("*.json")) - {SPEC / "vectors" / "signing" / "keys.json"}
    ):
        suite = json.loads(path.read_text())
        titles = [vector["title"] for vector in suite["vectors"]]
        assert sorted(set(titles)) == sorted(titles), suite["suite"]
        for vector in suite["vectors"]:
            assert f"**{vector['clause']}**" in text, f"{suite['suite']}/{vector['id']}"
