"""Steps about a change record: what the runner stores itself is believed, and what an SDK does wrong is seen."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from conformance import actions, record
from conformance.answers import FailureError
from conformance.home import VECTORS
from conformance.store import Store, StoredObject
from conformance.vectors import Kind, load

NOW = 1_800_000_000
KEY = "public/shop.changes/.changes.json"


class Memory(Store):
    """A store that is a dictionary, and was asked what a test says."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[Any] = []
        self.clock = SimpleNamespace(now=NOW + 0.25)  # type: ignore[assignment] # all that is needed of one

    @property
    def bucket(self) -> str:
        return "values"

    def stored(self, key: str) -> StoredObject | None:
        body = self.objects.get(key)
        return None if body is None else StoredObject({"cache-control": "max-age=5"}, body, "1", "STANDARD")

    def put(self, key: str, headers: Any, body: bytes) -> None:
        del headers
        self.objects[key] = body

    def remove(self, key: str) -> None:
        self.objects.pop(key, None)

    def requests(self, visibility: str, place: str) -> list[Any]:
        return [entry for entry in self.asked if self.is_for(entry, visibility, place)]


@pytest.fixture
def play() -> Any:
    def key(step: dict[str, str]) -> str:
        return f"public/shop.changes/{step.get('key', step.get('name', ''))}"

    return SimpleNamespace(
        store=Memory(), key=key, place="shop.changes", service="shop", visibility="public", remembered={}
    )


def do(play: Any, what: str, **members: Any) -> None:
    actions.ACTIONS[what](play, {"do": what, **members})


def asked(method: str, what: str, where: str = "s3", **more: Any) -> Any:
    begins = "/values/public/shop.changes/" if where == "s3" else "/shop.changes/"
    return SimpleNamespace(where=where, method=method, path=begins + what, access_key="a", **more)


def test_record_that_the_runner_stores_is_one_that_writers_and_readers_believe(play: Any) -> None:
    do(play, "store_record", newest=-5, since=-600, all=-400, names={"a": -300})

    text = play.store.objects[KEY].decode()
    believed = record.believed(text, record.place_of("values", KEY), NOW)
    assert believed == record.Record(NOW - 5, NOW - 600, NOW - 400, {record.bucket_of("a"): NOW - 300})
    do(play, "record", newest_ago=5, since_ago=600, all_ago=400, names={"a": 300, "b": None})


def test_each_record_that_is_stored_is_another_version(play: Any) -> None:
    do(play, "store_record", newest=0, since=-600)
    before = play.store.objects[KEY]
    do(play, "store_record", newest=0, since=-600)

    assert play.store.objects[KEY] != before


@pytest.mark.parametrize(
    "wrong",
    [
        {"newest_ago": 20},
        {"since_ago": 500},
        {"all_ago": 0},
        {"names": {"a": 0}},
        {"names": {"b": 300}},
        {"names": {"a": None}},
        {"announced": ["a"]},
        {"headers": {"Cache-Control": "max-age=7"}},
        {"missing": True},
    ],
)
def test_record_that_says_something_else_is_a_failure(play: Any, wrong: dict[str, Any]) -> None:
    do(play, "store_record", newest=-5, since=-600, names={"a": -300})

    with pytest.raises(FailureError):
        do(play, "record", **wrong)


def test_time_may_be_as_far_from_the_present_as_a_writers_clock(play: Any) -> None:
    do(play, "store_record", newest=-10, since=-600, names={"a": 10})
    do(play, "record", newest_ago=0, announced=["a"])
    do(play, "store_record", newest=-11, since=-600, names={"a": -11})

    with pytest.raises(FailureError):
        do(play, "record", announced=["a"])


@pytest.mark.parametrize("other", [{"of": "0123456789abcdef"}, None])
def test_record_of_another_place_and_none_at_all_are_failures(
    play: Any, other: dict[str, Any] | None
) -> None:
    if other:
        do(play, "store_record", newest=0, since=-600, **other)

    with pytest.raises(FailureError):
        do(play, "record", newest_ago=0)


def test_what_is_deleted_is_missing(play: Any) -> None:
    do(play, "store_record", newest=0, since=-600)
    do(play, "delete", key=".changes.json")

    do(play, "record", missing=True)


def test_requests_for_the_record_are_counted_apart(play: Any) -> None:
    play.store.asked = [
        asked("GET", ".changes.json", "edge", status=304),
        asked("GET", "a.json", "edge"),
        asked("GET", ".changes.json"),
        asked("PUT", ".changes.json"),
        SimpleNamespace(where="edge", method="GET", path="/shop/a.json", access_key=None),
    ]
    do(play, "requests", edge=1, s3=0, records={"edge": 1, "s3": 1, "unchanged": 1, "puts": 1})
    for wrong in ({"edge": 0}, {"s3": 0}, {"unchanged": 0}, {"puts": 0}):
        with pytest.raises(FailureError):
            do(play, "requests", records=wrong)


def test_order_of_writes_is_judged_and_what_is_repeated_counts_once(play: Any) -> None:
    record_first = [asked("PUT", ".changes.json")] * 2 + [asked("GET", "a.json"), asked("PUT", "a.json")]
    play.store.asked = record_first
    do(play, "requests", writes=["PUT .changes.json", "PUT a.json"])
    play.store.asked = record_first[::-1]

    with pytest.raises(FailureError):
        do(play, "requests", writes=["PUT .changes.json", "PUT a.json"])


@pytest.mark.parametrize(
    "more", [{}, {"signed_at": None, "expires": None}, {"signed_at": NOW, "expires": 900}]
)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_write_that_is_not_signed_in_its_query_for_20_s_is_a_failure(
    play: Any, method: str, more: dict[str, Any]
) -> None:
    play.store.asked = [asked("GET", "a.json"), asked("PUT", "a.json", signed_at=NOW, expires=20)]
    do(play, "requests", query_signed=True)
    odd = asked(method, "a.json", **more)
    if method == "POST":
        odd.path = "/values"
    play.store.asked.append(odd)

    with pytest.raises(FailureError):
        do(play, "requests", query_signed=True)


def test_scenarios_with_a_record_are_for_sdks_that_have_one() -> None:
    scenarios = [vector for vector in load(VECTORS) if vector.kind is Kind.STORE]

    assert all("changes" in vector.requires for vector in scenarios if vector.members.get("with_changes"))
    used = json.dumps([vector.members["steps"] for vector in scenarios if "changes" not in vector.requires])
    assert "CHANGES" not in used
