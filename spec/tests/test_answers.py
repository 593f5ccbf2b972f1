"""What came of a request, held against what was wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conformance import checks, home, vectors
from conformance.answers import Answer, FailureError, SkippedError
from conformance.vectors import Kind, Vector

if TYPE_CHECKING:
    from pathlib import Path

WANTED = {"error": "configuration"}
SUITES = (
    "grants/minting",
    "grants/reading",
    "grants/writing",
    "signing/keys-refused",
    "endpoints/configured",
)
REFUSED = [
    vector
    for vector in vectors.load(home.VECTORS)
    if vector.id.rpartition("/")[0] in SUITES and "error" in vector.members
]


class Everything:
    """A driver that has every feature."""

    features = frozenset({"grants", "write-grants", "endpoints", "files", "single-number"})

    def lacking(self, _: Vector) -> frozenset[str]:
        return frozenset()


def test_wanted_refusal_is_one() -> None:
    assert Answer({"error": {"code": "configuration", "message": "no"}}).refuses(WANTED)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer({"url": "https://example.com"}), "accepted"),
        (Answer({"error": {"code": "unavailable", "message": "no"}}), "unavailable"),
        (Answer(verdict="crashed"), "crashed"),
    ],
)
def test_anything_but_the_wanted_refusal_is_a_failure(answer: Answer, code: str) -> None:
    with pytest.raises(FailureError) as failed:
        answer.refuses(WANTED)
    assert failed.value.code == code


def test_where_none_is_wanted_nothing_is_checked() -> None:
    assert not Answer({"error": {"code": "unavailable", "message": "no"}}).refuses({})


def test_what_was_skipped_is_neither() -> None:
    with pytest.raises(SkippedError):
        Answer({"skipped": "no such type"}).refuses(WANTED)


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector.id)
def test_an_sdk_that_takes_what_is_to_be_refused_is_named(vector: Vector, tmp_path: Path) -> None:
    check = checks.of(vector, Everything(), tmp_path / "key.pem")  # type: ignore[arg-type] # as much of a driver as it takes

    with pytest.raises(FailureError, match="accepted"):
        check.judge(
            [Answer({"grant": {}, "query": "", "url": "", "key": "", "printed": ""})] * len(check.requests)
        )


def test_each_of_these_suites_has_refusals() -> None:
    assert {vector.id.rpartition("/")[0] for vector in REFUSED} == set(SUITES)
    assert Kind.STORE not in {vector.kind for vector in REFUSED}
