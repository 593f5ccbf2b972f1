"""What somebody else does between two requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from local_cloud import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Shop


@pytest.fixture(autouse=True)
def _alone(shop: Shop) -> Iterator[None]:
    yield
    shop.cloud.request_hooks.clear()


def test_interlude_happens_before_the_request_is_carried_out(shop: Shop, path: str) -> None:
    shop.cloud.request_hooks.add("s3", lambda: shop.put(path, "theirs"), method="PUT")

    with pytest.raises(ClientError, match="PreconditionFailed"):
        shop.put(path, "ours", IfNoneMatch="*")

    assert shop.get(path).body == b"theirs"


def test_interlude_happens_as_often_as_was_said(shop: Shop, path: str) -> None:
    happened: list[int] = []
    shop.cloud.request_hooks.add("edge", lambda: happened.append(1), method="GET", times=2)
    for _ in range(3):
        shop.get(path)

    assert len(happened) == 2


def test_interlude_is_for_its_path_method_and_place_only(shop: Shop, path: str) -> None:
    happened: list[int] = []
    shop.cloud.request_hooks.add("s3", lambda: happened.append(1), method="GET", path=f"/{shop.bucket}{path}")
    shop.put(path, "body")
    shop.get(path)
    shop.cloud.client("s3").get_object(Bucket=shop.bucket, Key=path[1:])

    assert len(happened) == 1


def test_cleared_interlude_does_not_happen(shop: Shop, path: str) -> None:
    happened: list[int] = []
    shop.cloud.request_hooks.add("edge", lambda: happened.append(1))
    shop.cloud.request_hooks.clear()
    shop.get(path)

    assert not happened


def test_interlude_that_never_happens_is_refused(shop: Shop) -> None:
    with pytest.raises(ValueError, match="times is at least 1, not 0"):
        shop.cloud.request_hooks.add("s3", lambda: None, times=0)


def test_bystander_meets_no_fault_at_s3(shop: Shop, path: str) -> None:
    shop.cloud.faults.add(Fault("s3", "status"))
    bypass_faults = shop.cloud.client("s3", bypass_faults=True)

    bypass_faults.put_object(Bucket=shop.bucket, Key=path[1:], Body=b"body")

    with pytest.raises(ClientError):
        shop.put(path, "body")
    assert {entry.where for entry in shop.cloud.requests.entries() if not entry.fault} == {"origin"}


def test_who_signed_a_request_is_noted(shop: Shop, path: str) -> None:
    shop.put(path, "body")
    shop.get(path)

    keys = {entry.where: entry.access_key for entry in shop.cloud.requests.entries()}
    assert keys["s3"] == shop.cloud.environment()["AWS_ACCESS_KEY_ID"]
    assert keys["edge"] is None


def test_connection_goes_on_after_a_put_that_was_refused(shop: Shop, path: str) -> None:
    s3 = shop.cloud.client("s3")
    shop.cloud.faults.add(Fault("s3", "status", method="PUT", times=1))
    with pytest.raises(ClientError, match="SlowDown"):
        s3.put_object(Bucket=shop.bucket, Key=path[1:], Body=b"x" * 2000)

    s3.put_object(Bucket=shop.bucket, Key=path[1:], Body=b"y" * 2000)

    assert shop.get(path).body == b"y" * 2000
