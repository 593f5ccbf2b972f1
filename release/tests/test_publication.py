"""What is refused before anything is sent, and in which order the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from release.errors import RefusedError, ReleaseError
from release.publication import publish
from release.sender import Sender, UnknownError
from release.target import Found

if TYPE_CHECKING:
    from tagged_source import Source

VERSION = "1.0.0"


class Place:
    """A place that keeps what it is given."""

    def __init__(self, name: str, log: list[str], missing: tuple[str, ...] = ("all",)) -> None:
        self.name = name
        self.log = log
        self.missing = missing
        self.present: tuple[str, ...] = () if missing else ("all",)
        self.reasons: list[str] = []
        self.looks: Exception | None = None
        self.fails = False

    def obstacles(self) -> list[str]:
        return self.reasons

    def look(self) -> Found:
        if self.looks:
            raise self.looks
        return Found(self.present, self.missing)

    def publish(self) -> None:
        if self.fails:
            raise ReleaseError(f"{self.name} is down")
        self.log.append(self.name)
        self.present, self.missing = ("all",), ()


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def places(log: list[str]) -> list[Place]:
    return [Place("first", log), Place("second", log), Place("third", log)]


def run(source: Source, places: list[Place], *, for_real: bool = True, resume: bool = False) -> list[str]:
    said: list[str] = []
    publish(source.root, VERSION, places, Sender(said.append, for_real=for_real), resume=resume)
    return said


def test_places_are_sent_to_in_their_order(source: Source, places: list[Place], log: list[str]) -> None:
    run(source, places)
    assert log == ["first", "second", "third"]


def test_an_untagged_tree_is_refused_before_anybody_is_asked(
    source: Source, places: list[Place], log: list[str]
) -> None:
    source.git("tag", "--delete", "v1.0.0")
    places[0].looks = AssertionError("asked")
    with pytest.raises(RefusedError, match=r"refused: this commit has no tag v1\.0\.0"):
        run(source, places)
    assert log == []


def test_all_reasons_are_said_at_once_and_each_once(source: Source, places: list[Place]) -> None:
    (source.root / "README.md").write_text("changed")
    places[0].reasons = ["no URL"]
    places[1].reasons = ["no URL", "no key"]
    with pytest.raises(RefusedError) as refused:
        run(source, places)
    assert [reason.partition(" (")[0] for reason in refused.value.reasons] == [
        "the tree has changes that are not committed", "no URL", "no key",
    ]  # fmt: skip


def test_a_version_that_one_place_has_is_refused_and_nobody_gets_anything(
    source: Source, places: list[Place], log: list[str]
) -> None:
    places[2].present, places[2].missing = ("wheel",), ("sdist",)
    with pytest.raises(RefusedError, match=r"third has wheel already: .*--resume"):
        run(source, places)
    assert log == []


def test_a_release_that_broke_off_goes_on_with_what_is_missing(
    source: Source, places: list[Place], log: list[str]
) -> None:
    places[1].fails = True
    with pytest.raises(ReleaseError, match="second is down"):
        run(source, places)
    places[1].fails = False
    assert "--- first: complete" in run(source, places, resume=True)
    assert log == ["first", "second", "third"]


@pytest.mark.parametrize("resume", [False, True])
def test_a_version_that_is_everywhere_is_refused_even_to_go_on_with(
    source: Source,
    log: list[str],
    resume: bool,  # noqa: FBT001 - the parameter of the test
) -> None:
    places = [Place("first", log, ()), Place("second", log, ())]
    with pytest.raises(RefusedError, match=r"1\.0\.0 is published already, everywhere and completely"):
        run(source, places, resume=resume)
    assert log == []


def test_a_place_that_cannot_be_asked_ends_what_is_for_real(
    source: Source, places: list[Place], log: list[str]
) -> None:
    places[1].looks = UnknownError("no credentials")
    with pytest.raises(UnknownError, match="no credentials"):
        run(source, places)
    assert log == []


def test_a_rehearsal_takes_a_place_that_cannot_be_asked_as_empty_and_says_so(
    source: Source, places: list[Place]
) -> None:
    places[1].looks = UnknownError("no credentials")
    said = run(source, places, for_real=False)
    assert "second: not asked, taken as empty: no credentials" in said
    assert [line for line in said if line.startswith("---")] == ["--- first", "--- second", "--- third"]


def test_a_rehearsal_shows_everything_and_then_what_is_in_the_way(
    source: Source, places: list[Place], log: list[str]
) -> None:
    source.git("tag", "--delete", "v1.0.0")
    with pytest.raises(RefusedError, match="no tag"):
        run(source, places, for_real=False)
    assert log == ["first", "second", "third"]  # each asks the sender, which sends nothing
