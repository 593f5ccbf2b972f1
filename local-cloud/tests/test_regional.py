"""The second tier: a regional cache between the points of presence and S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_cloud import Fault

if TYPE_CHECKING:
    from conftest import Shop


def test_points_of_presence_share_one_fetch_from_s3(tiered_shop: Shop, path: str) -> None:
    tiered_shop.put(path, "one")
    tiered_shop.cloud.requests.clear()

    answers = [tiered_shop.get(path, pop) for pop in (0, 1)]

    assert [answer.cache for answer in answers] == ["Miss", "Hit"]
    assert [one.where for one in tiered_shop.cloud.requests.entries()] == ["origin", "edge", "edge"]


def test_ages_of_both_tiers_add_up(tiered_shop: Shop, path: str) -> None:
    tiered_shop.put(path, "one")
    tiered_shop.get(path, 0)
    tiered_shop.clock.advance(4)
    fetched = tiered_shop.get(path, 1)
    tiered_shop.clock.advance(4)
    held = tiered_shop.get(path, 1)

    assert (fetched.headers["Age"], held.headers["Age"]) == ("4", "8")  # of max-age=5
    assert (fetched.cache, held.cache) == ("Hit", "Hit")


def test_reader_may_see_what_is_twice_as_old(tiered_shop: Shop, path: str) -> None:
    tiered_shop.put(path, "old")
    tiered_shop.get(path, 0)
    tiered_shop.put(path, "new")
    tiered_shop.clock.advance(4.9)
    tiered_shop.get(path, 1)
    tiered_shop.clock.advance(4.9)

    assert tiered_shop.get(path, 1).body == b"old"
    tiered_shop.clock.advance(0.2)
    assert tiered_shop.get(path, 1).body == b"new"


def test_confirmed_copy_is_as_old_as_what_confirmed_it(tiered_shop: Shop, path: str) -> None:
    tiered_shop.put(path, "one")
    tiered_shop.get(path, 0)
    tiered_shop.clock.advance(7)
    by_s3 = tiered_shop.get(path, 0)
    tiered_shop.get(path, 1)
    tiered_shop.clock.advance(6)
    tiered_shop.get(path, 1)
    tiered_shop.clock.advance(2)
    by_region = tiered_shop.get(path, 0)

    assert (by_s3.cache, by_s3.headers.get("Age")) == ("RefreshHit", None)
    assert (by_region.cache, by_region.headers.get("Age")) == ("Hit", "2")


def test_errors_pass_both_tiers(tiered_shop: Shop, path: str) -> None:
    tiered_shop.cloud.faults.add(Fault("origin", "status", status=503, times=1))

    assert [tiered_shop.get(path).status for _ in range(2)] == [503, 404]


def test_invalidation_reaches_both_tiers(tiered_shop: Shop, path: str) -> None:
    tiered_shop.put(path, "old")
    tiered_shop.get(path)
    tiered_shop.put(path, "new")
    tiered_shop.cloud.client("cloudfront").create_invalidation(
        DistributionId=tiered_shop.distribution_id,
        InvalidationBatch={"CallerReference": path, "Paths": {"Quantity": 1, "Items": [path]}},
    )
    tiered_shop.cloud.refresh()

    assert [tiered_shop.get(path, pop).body for pop in (0, 1)] == [b"new", b"new"]


def test_cleared_caches_are_those_of_both_tiers(tiered_shop: Shop, path: str) -> None:
    tiered_shop.put(path, "one")
    tiered_shop.get(path)

    tiered_shop.cloud.clear_caches()

    assert tiered_shop.get(path).cache == "Miss"
