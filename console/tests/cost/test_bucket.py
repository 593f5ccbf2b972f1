"""Measuring a bucket on moto's S3, and at an endpoint that AWS_ENDPOINT_URL names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
import pytest
from click.testing import CliRunner
from memory_console.cost.bucket import EmptyBucketError, Measured, measure
from memory_console.cost.command import cost
from moto import mock_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture
def s3() -> Iterator[S3Client]:
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="values")
        yield client


def test_names_sizes_and_classes_are_counted(s3: S3Client) -> None:
    s3.put_object(Bucket="values", Key="public/shop/a.json", Body=b"x" * 100)
    s3.put_object(Bucket="values", Key="private/shop/b.json", Body=b"x" * 200, StorageClass="STANDARD_IA")
    s3.put_object(Bucket="values", Key="private/other/c.json", Body=b"x" * 300, StorageClass="STANDARD_IA")
    s3.put_object(Bucket="values", Key="elsewhere/d.json", Body=b"x" * 10_000)
    found = measure(s3, "values")

    assert (found.names, found.value_bytes, found.requests) == (3, 200, 1)
    assert found.storage_class == "STANDARD_IA"
    assert found.private


def test_one_service_is_measured_alone(s3: S3Client) -> None:
    for key in ("public/shop/a.json", "public/shop/b.json", "public/shopping/c.json"):
        s3.put_object(Bucket="values", Key=key, Body=b"x")

    assert measure(s3, "values", "shop").names == 2


def test_every_page_of_a_listing_is_counted(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "5")
    for number in range(12):
        s3.put_object(Bucket="values", Key=f"public/shop/{number}.json", Body=b"xx")
    seen: list[int] = []
    found = measure(s3, "values", progress=seen.append)

    assert (found.names, found.total_bytes) == (12, 24)
    assert seen[:3] == [5, 10, 12]


def test_a_thousand_names_take_one_request() -> None:
    assert [Measured(names=names).requests for names in (1, 1_000, 1_001)] == [1, 1, 2]


def test_empty_bucket_is_an_error(s3: S3Client) -> None:
    with pytest.raises(EmptyBucketError, match="service 'shop' in bucket 'values' holds no values"):
        measure(s3, "values", "shop")


def test_command_measures_the_bucket_at_the_endpoint(shop: str) -> None:
    ran = CliRunner().invoke(cost, ["--from-bucket", shop, "--gets", "1/s", "--json"])
    told = CliRunner(env={"COLUMNS": "160"}).invoke(cost, ["--from-bucket", shop, "--names", "9"])
    missing = CliRunner().invoke(cost, ["--from-bucket", "other-values"])

    scenario = json.loads(ran.stdout)["scenario"]
    assert (scenario["names"], scenario["value_bytes"], scenario["private"]) == (7, 500, True)
    assert "Measured: 7 values of 500 bytes on average, with 1 LIST requests" in told.stdout
    assert " 9 names" in told.stdout, "what is said outright wins"
    assert missing.exit_code == 1
    assert "bucket 'other-values' cannot be listed: NoSuchBucket" in missing.stderr
