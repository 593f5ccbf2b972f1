"""The vectors of the change record can be answered from what a driver is asked, and wrong answers are noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conformance import changes, home, record, sanity
from conformance.answers import Answer, FailureError
from conformance.vectors import Kind, Vector, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

VECTORS = [vector for vector in load(home.VECTORS) if vector.kind is Kind.CHANGES]


def believed(stored: Mapping[str, Any], place: str) -> record.Record | None:
    return record.believed(stored["wire"], place, stored.get("last_modified"))


def bucket(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"bucket": record.bucket_of(asked["name"])}


def place(asked: Mapping[str, Any]) -> dict[str, Any]:
    key = record.key_of(asked["visibility"], asked["service"])
    return {"key": key, "place": record.place_of(asked["bucket_name"], key)}


def read(asked: Mapping[str, Any]) -> dict[str, Any]:
    found = believed(asked["stored"], asked["place"])
    if found is None:
        return {"believed": False}
    buckets = {str(number): time for number, time in found.buckets.items()}
    return {"record": {"newest": found.newest, "since": found.since, "all": found.all, "buckets": buckets}}


def raised(asked: Mapping[str, Any]) -> dict[str, Any]:
    found = believed(asked["stored"], asked["place"]) if "stored" in asked else None
    until = asked.get("until", asked["e"] if "all" in asked else None)
    buckets = [record.bucket_of(name) for name in asked.get("names", ())]
    after = (found or record.first(asked["e"])).raised(asked["e"], buckets, until=until)
    return {"wire": record.document(after, asked["place"])}


def f(asked: Mapping[str, Any]) -> dict[str, Any]:
    found = record.read_at(asked.get("date"), asked["elapsed"], asked["age"], asked.get("max_age"))
    return {"missing": True} if found is None else {"f": found}


def confirm(asked: Mapping[str, Any]) -> dict[str, Any]:
    found = believed(asked["stored"], asked["place"])
    return {"confirmed": bool(found and found.confirms(record.bucket_of(asked["name"]), asked.get("f")))}


def contradict(asked: Mapping[str, Any]) -> dict[str, Any]:
    found, number = believed(asked["stored"], asked["place"]), record.bucket_of(asked["name"])
    return {"distrusts": bool(found and found.contradicts(asked.get("f"), number, asked["last_modified"]))}


def put_back(asked: Mapping[str, Any]) -> dict[str, Any]:
    older, newer = (believed(asked[member], asked["place"]) for member in ("stored", "newer"))
    assert older
    assert newer
    return {"distrusts": record.put_back(older, asked["date"], newer, asked.get("f"))}


ANSWERS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "bucket": bucket,
    "place": place,
    "read": read,
    "raise": raised,
    "f": f,
    "confirm": confirm,
    "contradict": contradict,
    "put back": put_back,
}
WRONG: dict[str, Any] = {
    "bucket": 4095,
    "key": "a",
    "place": "b",
    "believed": True,
    "f": 0.5,
    "missing": False,
}


def altered(said: dict[str, Any]) -> dict[str, Any]:
    """Return another reply of the same shape."""
    (member, value) = next(iter(said.items()))
    if isinstance(value, bool):
        return {member: not value}
    if member == "record":
        return {member: {**value, "all": value["all"] + 1}}
    if member == "wire":
        return {member: value.replace('"newest":1', '"newest":2')}
    return {**said, member: WRONG[member] if value != WRONG[member] else 4094}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_what_is_asked_is_enough_for_the_answer_and_another_is_refused(vector: Vector) -> None:
    asked = changes.request(vector)
    assert sanity.validator("driver").is_valid({"id": 1, **asked})
    said = ANSWERS[asked["do"]](asked)
    assert sanity.validator("driver").is_valid({"id": 1, **said})
    changes.judge(vector, Answer(said))
    with pytest.raises(FailureError):
        changes.judge(vector, Answer(altered(said)))


def test_a_vector_that_says_something_else_than_the_text_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sanity, "VECTORS", tmp_path)  # no files: this vector alone
    wrong = Vector(
        "changes/buckets",
        Kind.CHANGES,
        {
            "id": "a",
            "title": "A fact",
            "clause": "CHG-3",
            "changes": "bucket",
            "name": "a",
            "is": {"bucket": 5},
        },
    )
    assert list(sanity.problems([wrong])) == ["changes/buckets/a: section 14 says something else"]


def test_no_base_becomes_earlier_whatever_is_raised() -> None:
    names = [record.bucket_of(name) for name in "abc"]
    first = record.Record(1_000_000, 950_000, 990_000, {names[0]: 999_000, names[1]: 951_000})
    for e in (940_000, 999_500, 1_000_000, 1_030_000, 1_200_000):
        raised_once = first.raised(e, names[:1])
        for number in names:
            assert raised_once.base(number) >= first.base(number)
        assert raised_once.base(names[0]) >= e


def test_a_document_says_what_was_written() -> None:
    some = record.Record(1_000_000, 950_000, 990_000, {0: 950_001, 4095: 1_000_000})
    assert record.believed(record.document(some, "0" * 16), "0" * 16, 1_000_000) == some
