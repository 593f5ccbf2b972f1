"""Lists of known failures cannot go stale."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from conformance import clauses, vectors
from conformance.__main__ import main
from conformance.home import VECTORS
from conformance.known_failures import KnownFailure, KnownFailures, KnownFailuresError
from conformance.log import Log, read
from conformance.sanity import validator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BROKEN = 'if request.get("name") == ["str", "/a"]: reply = {"error": {"code": "oops"}}'
ID = "names/keys/leading-slash"


@pytest.fixture
def run(
    add_sdk: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, Log]]:
    """Run a toy with a list of known failures; return status and log. Three suites of vectors do."""
    found = [
        one
        for one in vectors.load(VECTORS)
        if one.id.startswith(("names/keys/", "wire/refused/", "wire/str/"))
    ]
    monkeypatch.setattr(vectors, "load", lambda _: found)
    monkeypatch.setattr(clauses, "problems", lambda *_: [])

    def run(known: str, fault: str = BROKEN, *arguments: str) -> tuple[int, Log]:
        sdk = add_sdk("toy", fault=fault)
        sdk.known_failures.write_text(known)
        jsonl = tmp_path / "run.jsonl"
        status = main(["--root", str(tmp_path), "--jsonl", str(jsonl), *arguments])
        return status, read(jsonl.read_text().splitlines())

    return run


def outcomes(log: Log) -> dict[str, tuple[str, str]]:
    return {event.id: (event.outcome, event.code) for event in log.events if event.code}


def test_a_listed_failure_is_expected_and_was_run(run: Callable[..., Any]) -> None:
    status, log = run(f"# a comment\n\n{ID}  # oops — the regular expression\n")
    assert (status, outcomes(log)) == (0, {ID: ("expected", "oops")})
    (event,) = [event for event in log.events if event.id == ID]
    assert (event.note, log.footer["expected"]) == ("the regular expression", 1)


def test_an_unlisted_failure_fails_the_run(run: Callable[..., Any]) -> None:
    status, log = run("")
    assert (status, outcomes(log)) == (1, {ID: ("failed", "oops")})


def test_a_listed_check_that_passes_fails_the_run(run: Callable[..., Any]) -> None:
    status, log = run(f"{ID}  # oops — why", "pass")
    assert (status, outcomes(log)) == (1, {ID: ("failed", "listed_but_passed")})


def test_a_listed_check_that_is_skipped_fails_the_run(run: Callable[..., Any]) -> None:
    status, log = run("wire/refused/symbol  # oops — why", "pass")
    assert (status, outcomes(log)) == (1, {"wire/refused/symbol": ("failed", "listed_but_skipped")})


def test_a_listed_check_that_fails_otherwise_fails_the_run(run: Callable[..., Any]) -> None:
    status, log = run(f"{ID}  # mismatch — why")
    assert (status, outcomes(log)) == (1, {ID: ("failed", "oops")})


def test_an_id_that_no_check_has_fails_the_run(run: Callable[..., Any]) -> None:
    status, log = run("names/keys/trailing  # oops — why", "pass")
    assert status == 1
    assert [problem.partition("txt: ")[2] for problem in log.problems] == [
        "names/keys/trailing is no check's id"
    ]


def test_a_filtered_run_cannot_tell_that_an_id_is_no_checks(run: Callable[..., Any]) -> None:
    assert run("names/keys/trailing  # oops — why", "pass", "--only", "names/*")[0] == 0


def test_a_pattern_speaks_of_at_most_20_checks(run: Callable[..., Any]) -> None:
    fault = 'if request["op"] == "locate": reply = {"error": {"code": "oops"}}'
    status, log = run("names/keys/*  # oops — why", fault)
    assert status == 1
    [problem] = log.problems
    assert re.fullmatch(r"names/keys/\* matches \d+ checks, more than 20", problem.partition("txt: ")[2])


def test_a_pair_is_listed_by_the_names_of_both(run: Callable[..., Any]) -> None:
    # What is encoded for the matrix is encoded once more than for the vector itself.
    fault = """globals().setdefault("asked", []).append(request.get("value"))
    if asked[-1] == ["str", ""] and asked.count(["str", ""]) > 2: reply = {"error": {"code": "oops"}}"""
    status, log = run("toy→toy/wire/str/empty  # oops — why", fault)
    assert (status, outcomes(log)) == (0, {"toy→toy/wire/str/empty": ("expected", "oops")})


def test_fix_keeps_comments_and_reasons_drops_what_passes_and_adds_what_fails(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    fault = f"{BROKEN}\n    if request.get('name') == ['null']: reply = {{'error': {{'code': 'new'}}}}"
    before = f"# kept\n\n{ID}  # mismatch — the reason\nnames/keys/empty  # oops — passes\nno/such/id  # oops — gone\n"
    assert run(before, fault, "--fix")[0] == 1
    listed = (tmp_path / "toy-sdk" / "conformance" / "known-failures.txt").read_text()
    assert listed == f"# kept\n\n{ID}  # oops — the reason\nnames/keys/null  # new — say why\n"


def test_after_fix_the_run_is_green(run: Callable[..., Any], tmp_path: Path) -> None:
    run("", BROKEN, "--fix")
    assert main(["--root", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    "line",
    [
        ID,
        f"{ID} #",
        f"{ID}  # oops",
        f"{ID}  # oops because",
        "# fine\n a b  # oops — why",
        f"{ID} oops — why",
    ],
)
def test_a_line_without_a_code_and_a_reason_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "list.txt").write_text(line)
    with pytest.raises(KnownFailuresError, match="is not of the form"):
        KnownFailures(tmp_path / "list.txt")


@pytest.mark.parametrize(
    ("pattern", "check", "covered"),
    [
        ("wire/int/zero", "wire/int/zero", True),
        ("wire/int/*", "wire/int/zero", True),
        ("wire/*/zero", "wire/int/zero", True),
        ("wire/int/2-*", "wire/int/2-53", True),
        ("*/wire/int/zero", "a→b/wire/int/zero", True),
        ("a→*/wire/int/zero", "a→b/wire/int/zero", True),
        ("wire/*", "wire/int/zero", False),
        ("*", "wire/int/zero", False),
        ("wire/int/zero", "wire/int/zero-2", False),
        ("wire/int/2.53", "wire/int/2-53", False),
        ("*/wire/int/zero", "wire/int/zero", False),
    ],
)
def test_a_star_stands_for_one_part_of_the_path(pattern: str, check: str, *, covered: bool) -> None:
    assert KnownFailure(pattern, "oops", "why").covers(check) == covered


def test_the_lists_of_this_repository_are_valid_and_empty() -> None:
    from conformance.home import REPOSITORY
    from conformance.sdk import find

    for sdk in find(REPOSITORY):
        entries = KnownFailures(sdk.known_failures).entries
        parsed = [{"id": entry.pattern, "code": entry.code, "why": entry.why} for entry in entries]
        validator("known-failures").validate(parsed)
        assert parsed == []


def test_the_schema_takes_ids_of_vectors_and_pairs() -> None:
    schema = validator("known-failures")
    for id_, valid in [
        ("wire/int/zero", True),
        ("a→b/wire/int/2-*", True),
        ("*→b/store/reading/x", True),
        ("zero", False),
    ]:
        assert schema.is_valid([{"id": id_, "code": "oops", "why": "why"}]) == valid
