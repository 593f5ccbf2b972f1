"""The TTL table of CloudFront's documentation, row by row."""

from __future__ import annotations

import pytest
from local_cloud.edge.ttl import TtlLimits, error_lifetime, stale_if_error

AT_ONCE = TtlLimits(minimum=0, default=100, maximum=1000)
NOT_BEFORE = TtlLimits(minimum=50, default=100, maximum=1000)
EXPIRES = {"date": "Mon, 23 Nov 2026 10:00:00 GMT", "expires": "Mon, 23 Nov 2026 10:05:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "at_once", "not_before"),
    [
        ({"cache-control": "max-age=60"}, 60, 60),
        ({"cache-control": "max-age=5"}, 5, 50),
        ({"cache-control": "max-age=0"}, 0, 50),
        ({"cache-control": "max-age=5000"}, 1000, 1000),
        ({"cache-control": "max-age=60, s-maxage=70"}, 70, 70),
        ({"cache-control": "s-maxage=5, max-age=60"}, 5, 50),
        ({"cache-control": "max-age=60, stale-if-error=300"}, 60, 60),
        ({"cache-control": 'MAX-AGE="60"'}, 60, 60),
        ({"cache-control": "max-age=soon"}, 100, 100),
        ({"cache-control": "max-age=60", **EXPIRES}, 60, 60),
        (EXPIRES, 300, 300),
        ({**EXPIRES, "expires": "0"}, 0, 50),
        ({**EXPIRES, "expires": EXPIRES["date"]}, 0, 50),
        ({}, 100, 100),
        ({"cache-control": "public"}, 100, 100),
        ({"cache-control": "no-store"}, None, 50),
        ({"cache-control": "no-cache, max-age=60"}, None, 50),
        ({"cache-control": "max-age=60, private"}, None, 50),
    ],
)
def test_lifetime_of_an_object(
    headers: dict[str, str], at_once: float | None, not_before: float | None
) -> None:
    assert AT_ONCE.lifetime(headers) == at_once
    assert NOT_BEFORE.lifetime(headers) == not_before


def test_default_below_the_minimum_counts_as_the_minimum() -> None:
    assert TtlLimits(minimum=50, default=10, maximum=1000).lifetime({}) == 50


@pytest.mark.parametrize(
    ("status", "cache_control", "minimum", "lifetime"),
    [
        (404, "", 10, 10),
        (404, "", 0, 0),
        (404, "max-age=60", 10, 60),
        (404, "max-age=5", 10, 10),
        (503, "", 10, 10),
        (403, "", 10, 0),
        (403, "max-age=5", 10, 10),
        (412, "s-maxage=20, max-age=5", 10, 20),
        (418, "", 10, 0),
    ],
)
def test_lifetime_of_an_error(status: int, cache_control: str, minimum: float, lifetime: float) -> None:
    assert error_lifetime(status, {"cache-control": cache_control}, minimum) == lifetime


def test_stale_if_error_is_none_unless_stated() -> None:
    assert stale_if_error({"cache-control": "max-age=5"}) is None
    assert stale_if_error({"cache-control": "max-age=5, stale-if-error=300"}) == 300
