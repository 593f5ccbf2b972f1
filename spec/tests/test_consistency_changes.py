"""What one object sees of what another has written in a service with CHANGES: those rows of CONSISTENCY.md.

Edges keep values and the record for a minute. Copies are read long after what was announced before, so that the
record confirms them, and the clock is moved on, so that a slow machine changes nothing.
"""

from __future__ import annotations

import json
import urllib.request

import pytest
from local_cloud import Fault
from people import People, Person, RefusedError, seen

BOUND = 61  # seconds: the edge TTL and one
LONG = 2_000  # after which a first record confirms what is read
CHANGES = {"CHANGES": True}


def _at_s3(people: People) -> str:
    """The path of the record."""
    return f"/{people.stage.conf()['BUCKET_NAME']}/public/{people.service}.changes/.changes.json"


def confirmed_copies(people: People) -> list[Person]:
    """Let a reader at each point of presence have a copy of 1 that the record has confirmed just now."""
    people.writer(**CHANGES).put("a", 1)
    people.stage.clock.advance(LONG)
    readers = people.readers(**CHANGES)
    assert seen(readers, lambda one: one.source("a")) == [(1, "edge")] * 3
    people.stage.clock.advance(BOUND)
    assert seen(readers, lambda one: one.source("a")) == [(1, "memory")] * 3
    return readers


def test_a_confirmed_copy_is_returned_for_as_long_as_nothing_changes(people: People) -> None:
    readers = confirmed_copies(people)
    for _ in range(3):
        people.stage.clock.advance(3_600)

        assert seen(readers, lambda one: one.source("a")) == [(1, "memory")] * 3


def test_a_put_ends_confirmed_copies_within_the_edge_ttl(people: People) -> None:
    readers = confirmed_copies(people)
    people.writer(**CHANGES).put("a", 2)

    assert seen(readers, lambda one: one.source("a")) == [(1, "memory")] * 3
    people.stage.clock.advance(BOUND)
    assert seen(readers, lambda one: one.get("a")) == [2, 2, 2]


def test_a_removal_ends_confirmed_copies_within_the_edge_ttl(people: People) -> None:
    readers = confirmed_copies(people)
    people.writer(**CHANGES).remove("a")
    people.stage.clock.advance(BOUND)

    assert seen(readers, lambda one: one.get("a")) == [None, None, None]


def test_a_clear_ends_confirmed_copies_within_the_edge_ttl(people: People) -> None:
    readers = confirmed_copies(people)
    people.writer(**CHANGES).ask("clear", prefix="")
    people.stage.clock.advance(BOUND)

    assert seen(readers, lambda one: one.get("a")) == [None, None, None]


def test_an_announced_put_is_seen_at_once_by_who_made_it(people: People) -> None:
    (own, *_) = confirmed_copies(people)
    own.put("a", 2)

    assert own.get("a") == 2
    people.stage.clock.advance(LONG)
    assert own.get("a") == 2


def test_a_consistent_get_does_not_ask_the_record(people: People) -> None:
    readers = confirmed_copies(people)
    people.writer(**CHANGES).put("a", 2)

    assert seen(readers, lambda one: one.get("a", consistent=True)) == [2, 2, 2]


def test_nothing_is_written_that_could_not_be_announced(people: People) -> None:
    readers = confirmed_copies(people)
    people.stage.cloud.faults.add(Fault("s3", "status", method="PUT", path=_at_s3(people)))
    with pytest.raises(RefusedError, match="unavailable"):
        people.writer(**CHANGES).put("a", 2)
    people.stage.cloud.faults.clear()
    people.stage.clock.advance(BOUND)

    assert seen(readers, lambda one: one.get("a", consistent=True)) == [1, 1, 1]


def test_while_the_record_cannot_be_read_gets_are_as_without_one(people: People) -> None:
    readers = confirmed_copies(people)
    people.writer(**CHANGES).put("a", 2)
    people.stage.clock.advance(BOUND)
    people.stage.cloud.faults.add(Fault("edge", "status", path=f"/{people.service}.changes/.changes.json"))
    people.stage.cloud.faults.add(Fault("s3", "status", method="GET", path=_at_s3(people)))

    assert seen(readers, lambda one: one.source("a")) == [(2, "edge")] * 3
    people.stage.clock.advance(BOUND)
    assert seen(readers, lambda one: one.source("a")) == [(2, "edge")] * 3


def test_without_edge_and_s3_a_confirmed_copy_has_its_grace(people: People) -> None:
    readers = confirmed_copies(people)
    people.stage.cloud.faults.add(Fault("edge", "status"))
    people.stage.cloud.faults.add(Fault("s3", "status", method="GET"))
    people.stage.clock.advance(BOUND)
    assert seen(readers, lambda one: one.source("a")) == [(1, "stale")] * 3
    people.stage.clock.advance(300)

    for reader in readers:
        with pytest.raises(RefusedError, match="unavailable"):
            reader.get("a")


def test_whoever_reads_by_plain_http_sees_what_edges_hold(people: People) -> None:
    """A browser, or who has a grant to read: without a memory that a record could confirm."""
    confirmed_copies(people)
    conf = people.stage.conf(1)
    url = f"{conf['EDGE_ENDPOINT']}/{people.service}.changes/a.json"

    def fetched() -> int:
        asked = urllib.request.Request(url, headers={"Host": conf["DISTRIBUTION"]})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return int(json.loads(answer.read())["value"])

    assert fetched() == 1
    people.writer(**CHANGES).put("a", 2)
    assert fetched() == 1
    people.stage.clock.advance(BOUND)
    assert fetched() == 2


def test_a_service_with_changes_and_one_without_have_no_value_in_common(people: People) -> None:
    confirmed_copies(people)

    assert people.reader().get("a") is None
