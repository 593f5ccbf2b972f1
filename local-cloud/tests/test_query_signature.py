"""Signatures in the query of a request to S3 end by the local cloud's clock, and are noted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen
from xml.etree import ElementTree as ET

import boto3
import pytest
from botocore.config import Config
from local_cloud.query_signature import QuerySignature, without_signature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Shop

DATE = "20270115T080000Z"
SIGNED_AT = 1_800_000_000


def target(**changes: str) -> str:
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "AKIA/20270115/eu-west-1/s3/aws4_request",
        "X-Amz-Date": DATE,
        "X-Amz-Expires": "20",
        **changes,
    }
    return "/b/k?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())


def test_signature_says_who_signed_when_and_for_how_long() -> None:
    assert QuerySignature.parse(target()) == QuerySignature(SIGNED_AT, 20, "AKIA")


@pytest.mark.parametrize(
    "other", ["/b/k", target(**{"X-Amz-Date": "now"}), target(**{"X-Amz-Expires": "soon"}), "/b/k?Expires=1"]
)
def test_what_does_not_say_when_is_left_to_the_engine(other: str) -> None:
    assert QuerySignature.parse(other) is None


@pytest.mark.parametrize(("late", "refused"), [(-900, False), (0, False), (20, False), (20.25, True)])
def test_signature_holds_to_the_end_of_its_seconds(late: float, refused: bool) -> None:  # noqa: FBT001
    signature = QuerySignature.parse(target())
    assert signature is not None
    assert (signature.refusal(SIGNED_AT + late) is not None) == refused


def test_signature_of_tomorrow_is_not_yet_valid() -> None:
    signature = QuerySignature.parse(target())
    assert signature is not None
    assert b"<Message>Request is not yet valid</Message>" in (signature.refusal(SIGNED_AT - 901) or b"")


def put(url: str) -> int:
    with urlopen(Request(url, data=b"1", method="PUT")) as answer:
        return int(answer.status)


def test_what_does_not_sign_stays_as_it_was_sent() -> None:
    assert without_signature(target()) == "/b/k"
    assert without_signature(f"{target()}&x-amz-tagging=a%3D1&delete") == "/b/k?x-amz-tagging=a%3D1&delete"
    assert without_signature("/b/k?versionId=x%2By") == "/b/k?versionId=x%2By"


@pytest.fixture
def url(shop: Shop, path: str) -> Iterator[str]:
    """Return a URL that puts for 20 s; the clock is the machine's then, by which the client signs."""
    before = shop.clock()
    shop.clock.reset()
    environment = shop.cloud.environment()
    s3 = boto3.client(
        "s3",
        endpoint_url=shop.cloud.endpoint,
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environment.get("AWS_SESSION_TOKEN"),
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, proxies={}),
    )
    target = {"Bucket": shop.bucket, "Key": path[1:]}
    yield str(s3.generate_presigned_url("put_object", target, ExpiresIn=20))
    shop.clock.advance(before - shop.clock())


def test_put_that_begins_in_time_is_carried_out_and_noted(shop: Shop, url: str) -> None:
    shop.cloud.requests.clear()
    shop.clock.advance(18)

    assert put(url) == 200
    (entry,) = [entry for entry in shop.cloud.requests.entries() if entry.where == "s3"]
    assert (entry.expires, entry.access_key) == (20, shop.cloud.environment()["AWS_ACCESS_KEY_ID"])
    assert entry.signed_at is not None
    assert -20 <= entry.signed_at - int(shop.clock()) <= -16


def test_put_that_begins_too_late_is_refused_as_s3_does_and_stores_nothing(
    shop: Shop, path: str, url: str
) -> None:
    shop.clock.advance(22)

    with pytest.raises(HTTPError) as refused:
        put(url)

    error = ET.fromstring(refused.value.read())  # noqa: S314 - of the local cloud
    said = {element.tag: element.text for element in error}
    assert refused.value.code == 403
    assert (said["Code"], said["Message"]) == ("AccessDenied", "Request has expired")
    assert {"X-Amz-Expires", "Expires", "ServerTime", "RequestId", "HostId"} <= said.keys()
    assert shop.get(path).status == 404


def test_time_that_passes_before_a_request_is_carried_out_counts(shop: Shop, path: str, url: str) -> None:
    shop.cloud.request_hooks.add(
        "s3", lambda: shop.clock.advance(25), method="PUT", path=f"/{shop.bucket}{path}"
    )

    with pytest.raises(HTTPError, match="403"):
        put(url)
