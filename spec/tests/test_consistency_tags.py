"""What one object sees of what another has invalidated by a tag: those rows of CONSISTENCY.md.

Values are kept by edges for ten minutes, the records of tags for one, and the clock is moved on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local_cloud import Fault
from people import People, RefusedError, seen

if TYPE_CHECKING:
    from conformance.driver import Driver

BOUND = 61  # seconds: the edge TTL of a tag's record and one
LONGER = {"edge_ttl": 600, "tags": ["p", "q"]}


@pytest.fixture(autouse=True)
def _all_know_tags(drivers: dict[str, Driver]) -> None:
    if lacking := [name for name, driver in drivers.items() if "tags" not in driver.features]:
        pytest.skip(f"{', '.join(lacking)} knows no tags yet")


def test_an_own_invalidation_is_seen_at_once_whatever_edges_hold(people: People) -> None:
    people.writer().put("a", 1, **LONGER)
    assert seen(people.readers(), lambda one: one.get("a")) == [1, 1, 1]
    roaming = people.reader()
    assert roaming.get("a") == 1
    roaming.invalidate_tags("p")

    for pop in range(3):
        people.stage.cloud.roam(pop)
        assert roaming.get("a") is None


def test_an_invalidation_reaches_others_after_the_edge_ttl_of_the_record(people: People) -> None:
    people.writer().put("a", 1, **LONGER)
    people.writer().put("b", 2, edge_ttl=600, tags=["r"])
    readers = people.readers()
    assert seen(readers, lambda one: one.get("a")) == [1, 1, 1]
    people.writer().invalidate_tags("q")

    people.stage.clock.advance(BOUND)
    assert seen(readers, lambda one: one.get("a")) == [None] * 3
    assert seen(people.readers(), lambda one: one.get("a")) == [None] * 3
    assert seen(readers, lambda one: one.get("b")) == [2, 2, 2]


def test_a_value_put_after_an_invalidation_is_hidden_by_no_edge(people: People) -> None:
    people.writer().put("a", 1, **LONGER)
    assert seen(people.readers(), lambda one: one.get("a")) == [1, 1, 1]
    writer = people.writer()
    writer.invalidate_tags("p")
    writer.put("a", 2, **LONGER)

    people.stage.clock.advance(BOUND)
    assert seen(people.readers(), lambda one: one.get("a")) == [2, 2, 2]


def test_whoever_reads_s3_or_changes_a_value_sees_an_invalidation_at_once(people: People) -> None:
    people.writer().put("a", 5, **LONGER)
    reader = people.reader(0)
    assert reader.get("a") == 5
    people.writer().invalidate_tags("p")

    assert reader.get("a", consistent=True) is None
    assert people.reader(1).increment("a") == 1


def test_a_list_has_what_was_invalidated(people: People) -> None:
    writer = people.writer()
    writer.put("a", 1, **LONGER)
    writer.invalidate_tags("p")

    assert people.reader().ask("list", prefix="")["names"] == ["a"]


def test_without_edge_and_s3_a_tagged_copy_has_its_grace(people: People) -> None:
    people.writer().put("a", 1, **LONGER)
    reader = people.reader(0)
    assert reader.get("a") == 1
    for where in ("edge", "s3"):
        people.stage.cloud.faults.add(Fault(where, "status", status=503))

    people.stage.clock.advance(BOUND)
    assert reader.source("a") == (1, "stale")
    people.stage.clock.advance(300)
    with pytest.raises(RefusedError, match="unavailable"):
        reader.get("a")
