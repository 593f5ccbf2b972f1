"""Invalidations: which paths they cover, and that copies at all places are gone."""

from __future__ import annotations

import itertools
import logging
import re
import time
from typing import TYPE_CHECKING

import pytest
from local_cloud.edge.invalidations import Invalidation, doubt

if TYPE_CHECKING:
    from conftest import Shop

references = itertools.count()


def invalidate(shop: Shop, *paths: str) -> None:
    batch = {
        "CallerReference": str(next(references)),
        "Paths": {"Quantity": len(paths), "Items": list(paths)},
    }
    shop.cloud.client("cloudfront").create_invalidation(
        DistributionId=shop.distribution_id, InvalidationBatch=batch
    )


@pytest.mark.parametrize(
    ("named", "path", "covered"),
    [
        ("/a/b.json", "/a/b.json", True),
        ("/a/b.json", "/a/b.json.old", False),
        ("/a/B.json", "/a/b.json", False),
        ("/a/*", "/a/b.json", True),
        ("/a/*", "/a/b/c", True),
        ("/a/*", "/a/", True),
        ("/a/*", "/ab", False),
        ("/a*", "/ab", True),
        ("/*", "/anything", True),
        ("/*.json", "/a.json", False),
        ("/*.json", "/*.json", True),
        ("/a%20b", "/a%20b", True),
        ("/a?x=1", "/a", False),
        ("a/b.json", "/a/b.json", False),
        ("*", "/a", False),
        ("#tag", "/a", False),
    ],
)
def test_path_covers(named: str, path: str, covered: bool) -> None:  # noqa: FBT001 - a column of the table
    assert Invalidation("E1", ("/other", named)).covers("E1", path) is covered


def test_invalidation_is_for_its_own_distribution() -> None:
    assert not Invalidation("E1", ("/*",)).covers("E2", "/a")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a/b", "does not start with /"),
        ("/a*b", "at the very end only"),
        ("/" + "a" * 4000, "longer than 4000"),
        ("/a~b", "~"),
        ("/a%7Eb", "~"),
        ("/a?x", "before the [?] alone"),
        ("#tag", "tags are not modelled"),
        ("/ü", "percent-encoded"),
        ("/a b", "percent-encoded"),
        ('/a"b', "percent-encoded"),
    ],
)
def test_doubtful_path_is_explained(path: str, reason: str) -> None:
    assert re.search(reason, doubt(path) or "")


@pytest.mark.parametrize("path", ["/", "/*", "/a/b.json", "/a%20b*", "/a/(b)'!$&+,;=:@"])
def test_ordinary_path_is_fine(path: str) -> None:
    assert doubt(path) is None


def test_invalidated_copies_are_gone_at_all_places_and_the_others_stay(shop: Shop, path: str) -> None:
    other = f"{path}.other"
    for one in (path, other):
        shop.put(one, "body")
        for pop in (0, 1):
            shop.get(one, pop)

    invalidate(shop, path)
    shop.cloud.refresh()

    assert [shop.get(path, pop).cache for pop in (0, 1)] == ["Miss", "Miss"]
    assert [shop.get(other, pop).cache for pop in (0, 1)] == ["Hit", "Hit"]


def test_invalidation_works_once(shop: Shop, path: str) -> None:
    shop.put(path, "body")
    invalidate(shop, f"{path}*")
    shop.cloud.refresh()
    shop.get(path)

    shop.cloud.refresh()

    assert shop.get(path).cache == "Hit"


def test_invalidation_is_noticed_within_seconds_by_itself(
    shop: Shop, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_cloud.edge.server.POLL", 0.01)  # the wait under way is still a second
    shop.put(path, "body")
    shop.get(path)
    invalidate(shop, path)

    deadline = time.monotonic() + 10
    while shop.get(path).cache == "Hit" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert time.monotonic() < deadline


def test_what_was_being_fetched_during_an_invalidation_is_not_kept(shop: Shop, path: str) -> None:
    shop.put(path, "old")

    def meanwhile() -> None:
        invalidate(shop, path)
        shop.cloud.refresh()

    shop.cloud.request_hooks.add("origin", meanwhile, method="GET")
    shop.get(path)

    assert shop.get(path).cache == "Miss"


def test_path_that_cloudfront_would_refuse_is_logged(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    invalidate(shop, "demo/a", "/fine")
    with caplog.at_level(logging.WARNING, "local_cloud"):
        shop.cloud.refresh()

    assert "'demo/a': it does not start with /" in caplog.text
    assert "/fine" not in caplog.text
