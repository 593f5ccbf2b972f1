"""The vectors are sound, and what looks at them sees when they are not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conformance import clauses, home, sanity, vectors
from conformance.__main__ import main
from conformance.sanity import validator
from conformance.vectors import Kind, Vector, VectorError, load, octets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VECTORS = load(home.VECTORS)


def documents() -> Iterator[Any]:
    for vector in VECTORS:
        for number, document in enumerate(vector.documents()):
            yield pytest.param(vector, octets(document), id=f"{vector.id}-{number}")


def vector(**members: Any) -> Vector:
    told = {"id": "a", "title": "A fact", "clause": "INT-1", **members}
    kind = Kind.GOLDEN if {"value", "wire"} <= members.keys() else Kind.REFUSED_DOCUMENT
    return Vector("wire/int", kind, told)


@pytest.mark.slow
def test_check_vectors_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check-vectors"]) == 0
    assert capsys.readouterr().out == f"{len(VECTORS):,} vectors · 0 problems\n"


@pytest.mark.parametrize(("vector", "document"), list(documents()))
def test_the_envelope_schema_takes_what_readers_accept_and_nothing_else(
    vector: Vector, document: bytes
) -> None:
    accepted = "error" not in vector.members
    assert sanity.is_envelope(document) == (accepted or vector.id in sanity.INVISIBLE)


@pytest.mark.parametrize("schema", sorted(path.name for path in home.SCHEMAS.glob("*.json")))
def test_each_schema_is_a_schema(schema: str) -> None:
    validator(schema.removesuffix(".schema.json"))


def test_there_are_vectors_of_every_kind() -> None:
    assert {vector.kind for vector in VECTORS} == set(Kind)


WIRE = '{"v":1,"type":"int","value":5,"write":"9f86d081884c7d65"}'


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([vector(), vector(title="Another")], "the id 'wire/int/a' is there 2 times"),
        ([vector(), vector(id="b")], "the title 'wire/int: A fact' is there 2 times"),
        ([vector(title="x" * 71)], "has 71 characters, more than 70"),
        ([vector(title="5 should be 5")], "it is to state a fact"),
        (
            [vector(value=["int", "5"], wire=WIRE.replace("5,", "5.5,"), decode_only=True)],
            "the envelope schema refuses",
        ),
        ([vector(wire=WIRE, error="corrupt_value")], "the envelope schema takes"),
        ([vector(value=["int", "6"], wire=WIRE)], "the document says another value"),
        ([vector(value=["int", "5"], wire=WIRE.replace("}", ',"tagged":true}'))], "TAG-1"),
        ([vector(value=["integer", "5"], wire=WIRE)], "is no value in the notation"),
    ],
)
def test_a_vector_that_is_not_sound_is_found(
    wrong: list[Vector], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sanity, "VECTORS", tmp_path)  # no files: these vectors alone
    found = list(sanity.problems(wrong))
    assert len(found) == 1
    assert words in found[0]


def test_a_file_that_is_not_as_the_schema_has_it_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = json.loads((home.VECTORS / "wire" / "null-bool.json").read_text())
    suite["vectors"][0]["wire"] = 5
    (tmp_path / "suite.json").write_text(json.dumps(suite))
    monkeypatch.setattr(sanity, "VECTORS", tmp_path)
    (found,) = sanity.problems([])
    assert found.startswith("suite.json: $.vectors[0]")


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1},
        {"clause": "int-1"},
        {"id": "a b"},
        {"value": ["int", "05"]},
        {"value": ["tuple", []]},
        {"error": "oops"},
        {"wire": [["a"]]},
        {"decode_only": False},
        {"absent": []},
        {"requires": ["magic"]},
        {"steps": []},
    ],
)
def test_the_schema_of_vectors_refuses(change: dict[str, Any]) -> None:
    good = {"id": "a", "title": "A fact", "clause": "INT-1", "value": ["int", "5"], "wire": WIRE}
    suite: dict[str, Any] = {"suite": "wire/int", "about": "Integers.", "vectors": [good]}
    assert validator("vectors").is_valid(suite)
    suite["vectors"] = [{**good, **change}]
    assert not validator("vectors").is_valid(suite)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "Expecting"),
        ('{"suite": "a/b", "vectors": [{"id": "x", "wire": ""}]}', "do not say what it asks"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "broken.json").write_text(content)
    with pytest.raises(VectorError, match=f"broken.json: .*{words}"):
        load(tmp_path)


def test_a_wire_in_parts_is_joined() -> None:
    assert vectors.joined(["a", ["bc", 3], "d"]) == "abcbcbcd"


SPEC = """
- **MUST** and **MUST NOT** have the meaning of RFC 2119.
- **NAME-1** A name MUST be a name,
  entirely.
- **NAME-2** A name may be long: the second line
  MUST count.
- **NUL-1**, **BOOL-1** Both MUST agree, as **INT-9** does.
- **KEY-1** The key is a key.

  It MUST not matter what stands here.
"""


def test_clauses_are_list_items_that_begin_with_ids() -> None:
    assert [(clause.id, clause.is_obligation) for clause in clauses.clauses(SPEC)] == [
        ("NAME-1", True),
        ("NAME-2", True),
        ("NUL-1", True),
        ("BOOL-1", True),
        ("KEY-1", False),
    ]


def test_an_obligation_with_fewer_than_two_vectors_and_a_vector_without_a_clause_are_problems() -> None:
    cited = [("a/b", "NAME-1"), ("a/b2", "NAME-1"), ("a/c", "NUL-1"), ("a/d", "KEY-1"), ("a/e", "NAME-9")]
    assert clauses.problems(SPEC, cited, {}) == [
        "a/e cites NAME-9, which the specification does not have",
        "no vector proves NAME-2, and unproven.json says not why",
        "only one vector proves NUL-1, and unproven.json says not why",
        "no vector proves BOOL-1, and unproven.json says not why",
    ]


def test_a_reason_counts_where_it_is_needed_and_is_a_problem_where_it_is_not() -> None:
    cited = [("a/b", "NAME-1"), ("a/b2", "NAME-1"), ("a/c", "NUL-1")]
    excused = {"NAME-1": "old", "NAME-2": "why", "NUL-1": "why", "BOOL-1": "", "KEY-1": "no MUST"}
    assert clauses.problems(SPEC, cited, excused) == [
        "no vector proves BOOL-1, and unproven.json says not why",
        "unproven.json has NAME-1, which needs no reason",
        "unproven.json has KEY-1, which needs no reason",
    ]


def test_a_run_fails_if_an_obligation_has_no_vector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], add_sdk: Any
) -> None:
    (tmp_path / "NEW.md").write_text("- **NEW-1** It MUST be proven.\n")
    monkeypatch.setattr(home, "TEXTS", (*home.TEXTS, tmp_path / "NEW.md"))
    add_sdk("toy")
    assert main(["--root", str(tmp_path), "--only", "wire/bytes/*"]) == 1
    assert "problem: no vector proves NEW-1, and" in capsys.readouterr().out
