from datetime import timedelta
from typing import Any

import pytest
from memory import ConfigurationError
from memory._options import PutOptions


def check(ttl: Any = None, edge_ttl: Any = None, storage_class: Any = None) -> PutOptions:
    return PutOptions.check(
        ttl, edge_ttl, storage_class, default_edge_ttl=5, default_storage_class="INTELLIGENT_TIERING"
    )


def test_what_is_not_given_is_what_the_service_is_configured_with() -> None:
    assert check() == PutOptions(ttl=None, max_age=5, storage_class="INTELLIGENT_TIERING")


def test_a_timedelta_is_as_good_as_seconds() -> None:
    assert check(timedelta(minutes=1), timedelta(seconds=30)) == check(60.0, 30)


@pytest.mark.parametrize(
    ("ttl", "edge_ttl", "max_age"), [(1, 60, 1), (2.9, 60, 2), (60, 60, 60), (3600, None, 5), (3, None, 3)]
)
def test_no_edge_keeps_a_value_longer_than_it_lives(ttl: float, edge_ttl: int | None, max_age: int) -> None:
    assert check(ttl, edge_ttl).max_age == max_age


def test_a_value_ends_its_ttl_from_now() -> None:
    assert check(1.5).expires_at(1_800_000_000.0001) == 1_800_000_001_501
    assert check().expires_at(1_800_000_000) is None


DAY = 86_400


@pytest.mark.parametrize(
    ("ttl", "days"),
    [
        (1, 1),
        (DAY, 1),
        (DAY + 0.001, 7),
        (7 * DAY, 7),
        (8 * DAY, 30),
        (31 * DAY, 365),
        (365 * DAY, 365),
        (366 * DAY, None),
    ],
)
def test_the_tag_names_the_first_broom_that_does_not_come_too_early(ttl: float, days: int | None) -> None:
    assert check(ttl).ttl_days == days


def test_without_a_ttl_there_is_no_tag() -> None:
    assert check().ttl_days is None


@pytest.mark.parametrize("ttl", [0, 0.999, -1, "60", True, float("nan"), float("inf"), 1e12, timedelta(0)])
def test_a_ttl_that_is_none_is_refused(ttl: Any) -> None:
    with pytest.raises(ConfigurationError, match="ttl is a timedelta or seconds from 1"):
        check(ttl)


@pytest.mark.parametrize("edge_ttl", [0, 86_401, 1.5, "5", True, timedelta(milliseconds=1500)])
def test_an_edge_ttl_that_is_none_is_refused(edge_ttl: Any) -> None:
    with pytest.raises(ConfigurationError, match="edge_ttl is"):
        check(edge_ttl=edge_ttl)


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE", "standard", "", 5])
def test_a_storage_class_that_does_not_answer_at_once_is_refused(storage_class: Any) -> None:
    with pytest.raises(ConfigurationError, match="storage_class is one of STANDARD, "):
        check(storage_class=storage_class)
