"""What one object sees of what another has written, at three points of presence: the rows of CONSISTENCY.md.

The edges keep a copy for a minute, and the clock is moved on, so that a slow machine changes nothing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from local_cloud import Fault
from people import People, Person, RefusedError, seen

BOUND = 61  # seconds: the edge TTL and one
FORGETS = {"LOCAL_MAX_ITEMS": 0}  # so that each get asks an edge


def old_copies_everywhere(people: People) -> None:
    """Let all three edges have a copy of 1, which S3 has no more."""
    writer = people.writer()
    writer.put("a", 1)
    assert seen(people.readers(**FORGETS), lambda one: one.get("a")) == [1, 1, 1]


def wherever(people: People, roaming: Person) -> list[int | None]:
    """Return what an object gets that is sent from edge to edge."""
    got = []
    for pop in (0, 1, 2):
        people.stage.cloud.roam(pop)
        got.append(roaming.get("a"))
    return got


def test_a_put_reaches_others_after_the_edge_ttl_of_what_it_replaced(people: People) -> None:
    old_copies_everywhere(people)
    readers = people.readers(**FORGETS)
    people.writer().put("a", 2, edge_ttl=600)

    assert seen(readers, lambda one: one.get("a")) == [1, 1, 1]
    people.stage.clock.advance(BOUND)
    assert seen(readers, lambda one: one.get("a")) == [2, 2, 2]


def test_memory_adds_nothing_to_the_bound(people: People) -> None:
    old_copies_everywhere(people)
    people.stage.clock.advance(30)
    readers = people.readers()
    assert seen(readers, lambda one: one.source("a")) == [(1, "edge")] * 3
    people.writer().put("a", 2)

    assert seen(readers, lambda one: one.source("a")) == [(1, "memory")] * 3
    people.stage.clock.advance(BOUND - 30)
    assert seen(readers, lambda one: one.get("a")) == [2, 2, 2]


def test_a_first_put_is_seen_by_all_at_once(people: People) -> None:
    readers = people.readers()
    assert seen(readers, lambda one: one.get("a")) == [None, None, None]

    people.writer().put("a", 1)

    assert seen(readers, lambda one: one.get("a")) == [1, 1, 1]


def test_an_own_put_is_seen_at_once_whatever_edges_hold(people: People) -> None:
    old_copies_everywhere(people)
    own = people.reader(**FORGETS)
    own.put("a", 2)

    assert wherever(people, own) == [2, 2, 2]


def test_an_own_removal_is_seen_at_once_whatever_edges_hold(people: People) -> None:
    old_copies_everywhere(people)
    own = people.reader()
    own.remove("a")

    assert wherever(people, own) == [None, None, None]


def test_a_removal_reaches_others_after_the_edge_ttl(people: People) -> None:
    old_copies_everywhere(people)
    readers = people.readers()
    people.writer().remove("a")

    assert seen(readers, lambda one: one.get("a")) == [1, 1, 1]
    people.stage.clock.advance(BOUND)
    assert seen(readers, lambda one: one.get("a")) == [None, None, None]


def test_an_own_clear_is_seen_at_once_and_reaches_others_after_the_edge_ttl(people: People) -> None:
    old_copies_everywhere(people)
    readers, own = people.readers(**FORGETS), people.reader()
    own.ask("clear", prefix="")

    assert wherever(people, own) == [None, None, None]
    people.stage.clock.advance(BOUND)
    assert seen(readers, lambda one: one.get("a")) == [None, None, None]


def test_own_batches_are_seen_at_once_and_reach_others_after_the_edge_ttl(people: People) -> None:
    old_copies_everywhere(people)
    readers, own = people.readers(**FORGETS), people.reader(**FORGETS)
    own.ask("put_many", values=[[["str", "a"], ["int", "2"]]])
    assert wherever(people, own) == [2, 2, 2]
    own.ask("remove_many", names=[["str", "a"]])

    assert own.ask("get_many", names=[["str", "a"]])["values"] == []
    people.stage.clock.advance(BOUND)
    found = seen(readers, lambda one: one.ask("get_many", names=[["str", "a"]])["values"])
    assert found == [[], [], []]


def test_an_invalidation_drops_the_copies_of_all_edges(people: People) -> None:
    old_copies_everywhere(people)
    readers = people.readers(**FORGETS)
    people.writer().put("a", 2, invalidate=True)
    people.stage.cloud.refresh()
    assert seen(readers, lambda one: one.get("a")) == [2, 2, 2]

    people.writer().remove("a", invalidate=True)
    people.stage.cloud.refresh()
    assert seen(people.readers(**FORGETS), lambda one: one.get("a")) == [None, None, None]


def test_a_consistent_get_sees_every_write_at_once(people: People) -> None:
    old_copies_everywhere(people)
    readers = people.readers()
    assert seen(readers, lambda one: one.get("a")) == [1, 1, 1]

    people.writer().put("a", 2)
    assert seen(readers, lambda one: one.get("a", consistent=True)) == [2, 2, 2]
    people.writer().remove("a")
    assert seen(readers, lambda one: one.get("a", consistent=True)) == [None, None, None]


def test_no_get_is_older_than_one_before_it(people: People) -> None:
    people.writer().put("a", 1)
    for pop in (0, 2):
        assert people.reader(pop).get("a") == 1
    people.stage.clock.advance(2)
    people.writer().put("a", 2)
    people.stage.cloud.roam(1)
    roaming = people.reader(**FORGETS)
    assert roaming.get("a") == 2

    assert seen([people.reader(pop) for pop in (0, 2)], lambda one: one.get("a")) == [1, 1]
    assert wherever(people, roaming) == [2, 2, 2]


def test_nobody_is_given_a_value_past_its_end(people: People) -> None:
    people.writer().put("a", 1, ttl=90, edge_ttl=90)
    readers = people.readers()
    assert seen(readers, lambda one: one.get("a")) == [1, 1, 1]

    people.stage.clock.advance(90)

    assert seen(readers, lambda one: one.get("a")) == [None, None, None]
    assert seen(people.readers(), lambda one: one.get("a")) == [None, None, None]
    assert people.reader().get("a", consistent=True) is None


def test_a_put_where_a_value_has_ended_is_seen_by_all_at_once(people: People) -> None:
    people.writer().put("a", 1, ttl=60)
    people.stage.clock.advance(30)
    assert seen(people.readers(), lambda one: one.get("a")) == [1, 1, 1]
    readers = people.readers()
    assert seen(readers, lambda one: one.get("a")) == [1, 1, 1]
    people.stage.clock.advance(31)

    people.writer().put("a", 2, if_absent=True)

    assert seen(people.readers(), lambda one: one.get("a")) == [2, 2, 2]
    assert seen(readers, lambda one: one.get("a")) == [2, 2, 2]


def test_a_put_reaches_an_edge_that_was_asked_after_the_end_within_the_edge_ttl(people: People) -> None:
    people.writer().put("a", 1, ttl=60)
    people.stage.clock.advance(65)
    assert seen(people.readers(), lambda one: one.get("a")) == [None, None, None]
    people.writer().put("a", 2)

    people.stage.clock.advance(BOUND)
    assert seen(people.readers(), lambda one: one.get("a")) == [2, 2, 2]


def test_get_or_put_computes_nothing_that_s3_has(people: People) -> None:
    people.writer().put("a", 1, ttl=60)
    people.stage.clock.advance(65)
    readers = people.readers()
    assert seen(readers, lambda one: one.get("a")) == [None, None, None]
    people.writer().put("a", 2)

    def asked(reader: Person) -> tuple[str, bool]:
        reply = reader.ask("get_or_put", name=["str", "a"], value=["int", "3"])
        return reply["value"][1], reply["called"]

    assert seen(people.readers(), asked) == [("2", False)] * 3


def test_updates_follow_each_other_whoever_makes_them_wherever(people: People) -> None:
    old_copies_everywhere(people)
    both = [people.writer(), *people.readers()]

    assert [one.increment("a") for one in both] == [2, 3, 4, 5]


def test_of_two_conditional_puts_at_the_same_time_one_succeeds(people: People) -> None:
    rivals = [people.writer(), people.reader(1)]

    def attempt(rival: Person, **condition: object) -> str:
        try:
            return rival.put("a", 1, **condition)
        except RefusedError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        first = list(pool.map(lambda rival: attempt(rival, if_absent=True), rivals))
        (version,) = set(first) - {"conflict"}
        second = list(pool.map(lambda rival: attempt(rival, if_version=version), rivals))
    assert (first.count("conflict"), second.count("conflict")) == (1, 1)


def test_without_edge_and_s3_a_copy_is_served_until_its_grace_ends(people: People) -> None:
    people.writer().put("a", 1)
    readers = people.readers(STALE_IF_ERROR=300)
    assert seen(readers, lambda one: one.get("a")) == [1, 1, 1]
    people.stage.cloud.faults.add(Fault("edge", "status"))
    people.stage.cloud.faults.add(Fault("s3", "status", method="GET"))

    people.stage.clock.advance(BOUND)
    assert seen(readers, lambda one: one.source("a")) == [(1, "stale")] * 3
    people.stage.clock.advance(300)
    for reader in readers:
        with pytest.raises(RefusedError, match="unavailable"):
            reader.get("a")


def test_a_list_sees_every_write_at_once(people: People) -> None:
    old_copies_everywhere(people)
    people.writer().put("b", 1)
    people.writer().remove("a")

    assert seen(people.readers(), lambda one: one.ask("list", prefix="")["names"]) == [["b"]] * 3


def test_get_or_put_returns_what_a_get_would_and_then_what_it_made(people: People) -> None:
    old_copies_everywhere(people)
    readers = people.readers()
    people.writer().remove("a")

    def asked(reader: Person) -> object:
        return reader.ask("get_or_put", name=["str", "a"], value=["int", "2"])["value"][1]

    assert seen(readers, asked) == ["1", "1", "1"]
    people.stage.clock.advance(BOUND)
    assert seen(readers, asked) == ["2", "2", "2"]


def test_an_update_reaches_others_as_a_put_does(people: People) -> None:
    old_copies_everywhere(people)
    readers = people.readers()
    people.writer().increment("a")

    people.stage.clock.advance(BOUND)
    assert seen(readers, lambda one: one.get("a")) == [2, 2, 2]


def test_while_the_edge_fails_s3_answers(people: People) -> None:
    old_copies_everywhere(people)
    people.writer().put("a", 2)
    people.stage.cloud.faults.add(Fault("edge", "status"))

    assert seen(people.readers(), lambda one: one.source("a")) == [(2, "s3")] * 3
