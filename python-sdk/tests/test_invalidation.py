from collections.abc import Callable
from typing import Any

import boto3
import pytest
from cloud import Cloud
from memory import AccessDeniedError, ConfigurationError, MemoryService, UnavailableError

CONF = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "REGION": "us-east-1"}


@pytest.fixture
def distribution(bucket: Any) -> Any:
    assert bucket.name == "values"
    client = boto3.client("cloudfront", region_name="us-east-1")
    origin = {
        "Id": "o",
        "DomainName": "values.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behaviour = {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"}
    config: Any = {
        "CallerReference": "1",
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behaviour,
        "Comment": "",
        "Enabled": True,
    }
    return client, client.create_distribution(DistributionConfig=config)["Distribution"]["Id"]


def paths(client: Any, distribution_id: str) -> list[list[str]]:
    listed = client.list_invalidations(DistributionId=distribution_id)["InvalidationList"].get("Items", [])
    found = [
        client.get_invalidation(DistributionId=distribution_id, Id=one["Id"])["Invalidation"]
        for one in listed
    ]
    return sorted(sorted(one["InvalidationBatch"]["Paths"]["Items"]) for one in found)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda mem: mem.put("a.b", 1, invalidate=True), [["/shop/a.2Eb.json"]]),
        (lambda mem: mem.remove("a", invalidate=True), [["/shop/a.json"]]),
        (lambda mem: mem.increment("a", invalidate=True), [["/shop/a.json"]]),
        (lambda mem: mem.put_many({"a": 1, "b": 2}, invalidate=True), [["/shop/a.json", "/shop/b.json"]]),
        (lambda mem: mem.remove_many(["a", "b"], invalidate=True), [["/shop/a.json", "/shop/b.json"]]),
        (lambda mem: mem.clear("t/ö/", invalidate=True), [["/shop/t/.C3.B6/*"]]),
        (lambda mem: mem.clear("", invalidate=True), [["/shop/*"]]),
        (lambda mem: mem.put("a", 1), []),
        (lambda mem: mem.remove_many([], invalidate=True), []),
    ],
)
def test_invalidate_asks_cloudfront_to_drop_the_paths(
    distribution: Any, act: Callable[[MemoryService], object], expected: list[list[str]]
) -> None:
    client, distribution_id = distribution
    mem = MemoryService({**CONF, "DISTRIBUTION_ID": distribution_id}, "shop")
    if "increment" in act.__code__.co_names:
        mem._reader.look = lambda *_: _nothing()  # type: ignore[method-assign]
    act(mem)
    assert paths(client, distribution_id) == expected


def _nothing() -> Any:
    from memory._answer import Answer
    from memory._reading import Found

    return Found(Answer(None, "s3", {}), None)


def test_without_an_id_it_is_refused_before_anything_is_done(cloud: Cloud) -> None:
    mem = cloud.service()
    for call in (
        lambda: mem.put("a", 1, invalidate=True),
        lambda: mem.put_many({"a": 1}, invalidate=True),
        lambda: mem.remove("a", invalidate=True),
        lambda: mem.remove_many(["a"], invalidate=True),
        lambda: mem.clear("", invalidate=True),
        lambda: mem.increment("a", invalidate=True),
    ):
        with pytest.raises(ConfigurationError, match="invalidate needs DISTRIBUTION_ID"):
            call()
    assert cloud.requests == []


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (403, "AccessDenied", AccessDeniedError),
        (400, "TooManyInvalidationsInProgress", UnavailableError),
        (404, "NoSuchDistribution", ConfigurationError),
    ],
)
def test_an_error_says_that_the_value_is_stored_all_the_same(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    cloud: Cloud,
    web_server: Any,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    error: type[Exception],
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", web_server.url)
    web_server.answer = lambda _: (
        status,
        {},
        f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode(),
    )
    with pytest.raises(error, match='"a" is stored, but edges may serve their copies'):
        cloud.service(DISTRIBUTION_ID="E1").put("a", 1, invalidate=True)
    assert cloud.service().get("a") == 1
