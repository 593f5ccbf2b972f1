"""The proxy before S3: what a fake clock changes for those who read and write, and that nothing else changes."""

from __future__ import annotations

import datetime as dt
import gzip
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from local_cloud import FakeClock, LocalCloud

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Shop

HOUR = 3600


def seconds(header: str) -> int:
    return int(parsedate_to_datetime(header).timestamp())


def test_fake_hour_is_an_hour_for_viewers_and_for_readers_of_s3(shop: Shop, path: str) -> None:
    s3 = shop.cloud.client("s3")
    shop.put(path, "one")
    first = int(shop.clock())
    shop.clock.advance(HOUR)

    viewed = shop.get(path).headers
    read = s3.get_object(Bucket=shop.bucket, Key=path[1:])
    head = s3.head_object(Bucket=shop.bucket, Key=path[1:])

    assert (seconds(viewed["Last-Modified"]), seconds(viewed["Date"])) == (first, first + HOUR)
    for answer in (read, head):
        assert answer["LastModified"].timestamp() == first
        assert seconds(answer["ResponseMetadata"]["HTTPHeaders"]["date"]) == first + HOUR


def test_date_of_a_write_is_the_last_modified_of_what_it_wrote(shop: Shop, path: str) -> None:
    shop.clock.advance(HOUR)

    written = shop.put(path, "one")["ResponseMetadata"]["HTTPHeaders"]["date"]

    assert shop.get(path).headers["Last-Modified"] == written


def test_each_write_stamps_anew(shop: Shop, path: str) -> None:
    shop.put(path, "one")
    shop.clock.advance(HOUR)
    shop.put(path, "one")

    assert seconds(shop.get(path).headers["Last-Modified"]) == int(shop.clock())


def test_tagging_an_object_is_no_write_of_it(shop: Shop, path: str) -> None:
    shop.put(path, "one")
    written = int(shop.clock())
    shop.clock.advance(HOUR)
    shop.cloud.client("s3").put_object_tagging(
        Bucket=shop.bucket, Key=path[1:], Tagging={"TagSet": [{"Key": "ttl-days", "Value": "1"}]}
    )

    assert seconds(shop.get(path).headers["Last-Modified"]) == written


def test_refused_write_stamps_nothing(shop: Shop, path: str) -> None:
    shop.put(path, "one")
    written = int(shop.clock())
    shop.clock.advance(HOUR)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        shop.put(path, "two", IfNoneMatch="*")

    assert seconds(shop.get(path).headers["Last-Modified"]) == written


@pytest.mark.parametrize(("since", "status"), [(-1, 200), (0, 304), (HOUR, 304)])
def test_reads_by_date_go_by_the_clock(shop: Shop, path: str, since: int, status: int) -> None:
    shop.clock.advance(HOUR)
    shop.put(path, "one")
    date = dt.datetime.fromtimestamp(int(shop.clock()) + since, dt.timezone.utc)

    assert conditional(shop, path, IfModifiedSince=date) == status
    assert shop.get(path, If_Modified_Since=formatdate(date.timestamp(), usegmt=True)).status == status


@pytest.mark.parametrize(("since", "status"), [(-1, 412), (0, 200), (HOUR, 200)])
def test_reads_of_what_is_unmodified_go_by_the_clock(shop: Shop, path: str, since: int, status: int) -> None:
    shop.clock.advance(-HOUR)
    shop.put(path, "one")
    date = dt.datetime.fromtimestamp(int(shop.clock()) + since, dt.timezone.utc)

    assert conditional(shop, path, IfUnmodifiedSince=date) == status
    shop.clock.advance(HOUR)


def test_tag_goes_before_the_date(shop: Shop, path: str) -> None:
    etag = shop.put(path, "one")["ETag"]
    past = dt.datetime(2001, 1, 1, tzinfo=dt.timezone.utc)

    assert conditional(shop, path, IfNoneMatch=etag, IfModifiedSince=past) == 304
    assert conditional(shop, path, IfMatch=etag, IfUnmodifiedSince=past) == 200


def test_what_is_missing_is_missing_by_any_date(shop: Shop, path: str) -> None:
    past = dt.datetime(2001, 1, 1, tzinfo=dt.timezone.utc)

    assert conditional(shop, path, IfModifiedSince=past) == 404


def conditional(shop: Shop, path: str, **conditions: Any) -> int:
    """Return the status of a conditional read of S3."""
    try:
        answer = shop.cloud.client("s3").get_object(Bucket=shop.bucket, Key=path[1:], **conditions)
    except ClientError as error:
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2", "list_object_versions"])
def test_listings_tell_the_time_of_each_object(shop: Shop, path: str, operation: str) -> None:
    names = ["plain", "a b+ü&<c>'\"%41", "sub/deep"]
    expected = {}
    for name in names:
        key = f"{path[1:]}/{operation}/{name}"
        shop.put(f"/{key}", "{}")
        expected[key] = int(shop.clock())
        shop.clock.advance(HOUR)

    for encoding in ({}, {"EncodingType": "url"}):
        listing = getattr(shop.cloud.client("s3"), operation)(
            Bucket=shop.bucket, Prefix=f"{path[1:]}/{operation}/", **encoding
        )
        items = listing.get("Contents") or listing["Versions"]
        if not encoding:  # boto3 decodes only what it asked to be encoded itself
            assert {item["Key"]: item["LastModified"].timestamp() for item in items} == expected
        assert sorted(item["LastModified"].timestamp() for item in items) == sorted(expected.values())


def test_copy_and_multipart_upload_are_writes(shop: Shop, path: str) -> None:
    s3 = shop.cloud.client("s3")
    shop.put(path, "one")
    shop.clock.advance(HOUR)
    copied = s3.copy_object(Bucket=shop.bucket, Key=f"{path[1:]}.copy", CopySource=f"{shop.bucket}{path}")
    upload = {"Bucket": shop.bucket, "Key": f"{path[1:]}.parts"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    part = s3.upload_part(**upload, PartNumber=1, Body=b"part")
    shop.clock.advance(HOUR)
    s3.complete_multipart_upload(
        **upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )

    now = int(shop.clock())
    assert copied["CopyObjectResult"]["LastModified"].timestamp() == now - HOUR
    assert seconds(shop.get(f"{path}.copy").headers["Last-Modified"]) == now - HOUR
    assert seconds(shop.get(f"{path}.parts").headers["Last-Modified"]) == now


def test_bodies_of_any_kind_and_size_pass_unchanged(shop: Shop, path: str) -> None:
    s3 = shop.cloud.client("s3")
    compressed = gzip.compress(b"<LastModified>2001-01-01T00:00:00.000Z</LastModified>")
    for body, more in ((b"\0" * 5_000_000, {}), (compressed, {"ContentEncoding": "gzip"}), (b"", {})):
        s3.put_object(Bucket=shop.bucket, Key=path[1:], Body=body, **more)
        assert s3.get_object(Bucket=shop.bucket, Key=path[1:])["Body"].read() == body


def test_object_that_looks_like_a_listing_is_left_alone(shop: Shop, path: str) -> None:
    text = "<Contents><Key>x</Key><LastModified>2001-01-01T00:00:00.000Z</LastModified></Contents>"
    shop.put(path, text)

    assert (
        shop.cloud.client("s3").get_object(Bucket=shop.bucket, Key=path[1:])["Body"].read() == text.encode()
    )


def test_head_tells_the_length_of_the_body_it_has_not(shop: Shop, path: str) -> None:
    shop.put(path, "four")

    assert shop.cloud.client("s3").head_object(Bucket=shop.bucket, Key=path[1:])["ContentLength"] == 4


def test_signed_urls_work_through_the_front(shop: Shop, path: str) -> None:
    s3 = shop.cloud.client("s3")
    target = {"Bucket": shop.bucket, "Key": path[1:]}
    shop.clock.advance(HOUR)
    upload = Request(s3.generate_presigned_url("put_object", target), data=b"signed", method="PUT")
    with urlopen(upload) as answer:
        assert seconds(answer.headers["Date"]) == int(shop.clock())

    with urlopen(s3.generate_presigned_url("get_object", target)) as answer:
        assert answer.read() == b"signed"
        assert seconds(answer.headers["Last-Modified"]) == int(shop.clock())


def test_other_services_keep_their_own_time(shop: Shop) -> None:
    answer = shop.cloud.client("sts").get_caller_identity()

    assert answer["Account"] == "000000000000"
    shop.clock.advance(HOUR)
    date = shop.cloud.client("sts").get_caller_identity()["ResponseMetadata"]["HTTPHeaders"].get("date")
    assert date is None or abs(seconds(date) - time.time()) < 60


def test_functions_reach_s3_through_the_proxy(
    shop: Shop, function_template: Callable[..., dict[str, object]]
) -> None:
    code = "import os\ndef run(event, context): return os.environ['AWS_ENDPOINT_URL']"
    shop.cloud.deploy(function_template(code, name="endpoint"), stack_name="endpoint")

    seen = shop.cloud.client("lambda").invoke(FunctionName="endpoint")["Payload"].read()

    assert seen.decode() == f'"{shop.cloud.endpoint}"'
    assert shop.cloud.environment()["AWS_ENDPOINT_URL"] == shop.cloud.endpoint


def test_without_a_fake_clock_or_faults_requests_to_s3_are_not_noted(cloud: LocalCloud) -> None:
    cloud.requests.clear()
    cloud.client("s3").list_buckets()

    assert cloud.requests.entries() == []


def test_the_proxy_breaks_no_signature() -> None:
    with LocalCloud.start(clock=FakeClock(), auth=True) as cloud:
        iam = cloud.client("iam")
        iam.create_user(UserName="reader")
        statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        policy = f'{{"Version": "2012-10-17", "Statement": [{statement}]}}'.replace("'", '"')
        iam.put_user_policy(UserName="reader", PolicyName="all", PolicyDocument=policy)
        key = iam.create_access_key(UserName="reader")["AccessKey"]
        s3 = boto3.client(
            "s3",
            endpoint_url=cloud.endpoint,
            region_name="us-east-1",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            config=Config(proxies={}),
            verify=str(cloud.certificate),
        )
        s3.create_bucket(Bucket="mine")
        s3.put_object(Bucket="mine", Key="a b", Body=b"one")
        past = dt.datetime(2001, 1, 1, tzinfo=dt.timezone.utc)

        assert s3.get_object(Bucket="mine", Key="a b", IfModifiedSince=past)["Body"].read() == b"one"
        stranger = boto3.client(
            "s3",
            endpoint_url=cloud.endpoint,
            region_name="us-east-1",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key="wrong",
            config=Config(proxies={}),
            verify=str(cloud.certificate),
        )
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            stranger.get_object(Bucket="mine", Key="a b")


def test_writer_that_waits_to_be_asked_for_the_body_is_asked(shop: Shop, path: str) -> None:
    url = shop.cloud.client("s3").generate_presigned_url(
        "put_object", {"Bucket": shop.bucket, "Key": path[1:]}
    )
    address = shop.cloud.endpoint.removeprefix("http://")
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as writer:
        target = url.removeprefix(shop.cloud.endpoint)
        head = f"PUT {target} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 4\r\n"
        writer.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert writer.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.sendall(b"body")
        assert writer.recv(100).startswith(b"HTTP/1.1 200 ")

    assert shop.get(path).body == b"body"


def test_versions_keep_their_own_times(shop: Shop, path: str) -> None:
    """A read that a write overtakes is answered with the older version and its time."""
    s3 = shop.cloud.client("s3")
    first, tag = int(shop.clock()), shop.put(path, "one")["ETag"]
    shop.get(path)
    shop.clock.advance(3)
    shop.put(path, "two")
    kept = shop.get(path).headers

    assert (kept["ETag"], seconds(kept["Last-Modified"])) == (tag, first)
    assert s3.head_object(Bucket=shop.bucket, Key=path[1:])["LastModified"].timestamp() == first + 3


def test_writes_of_one_object_at_the_same_time_all_succeed(shop: Shop, path: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        tags = {answer["ETag"] for answer in pool.map(lambda number: shop.put(path, str(number)), range(8))}

    assert len(tags) == 8
    assert shop.get(path).headers["ETag"] in tags
