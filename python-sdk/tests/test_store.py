import gzip
import json
import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from memory import AccessDeniedError, Config, ConfigurationError, UnavailableError
from memory._bucket import Bucket
from memory._options import PutOptions
from memory._store import Store
from memory._wire import WIRE
from memory.testing import Cloud

PLAIN = PutOptions(ttl=None, max_age=5, storage_class="STANDARD")


def store(**conf: Any) -> Store:
    config = Config.resolve({"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", **conf}, {})
    return Store(config, Bucket(config, "shop", WIRE))


def test_a_small_document_is_stored_as_it_is(bucket: Any) -> None:
    document = json.dumps("a" * 1021).encode()
    version = (
        store(REGION="us-east-1")
        .put("public/shop/a.json", document, PLAIN, None, time.monotonic() + 5)
        .version
    )
    kept = bucket.Object("public/shop/a.json").get()
    assert kept["Body"].read() == document
    assert kept["ContentType"] == "application/json"
    assert kept["CacheControl"] == "max-age=5, stale-if-error=300"
    assert "ContentEncoding" not in kept
    assert kept["ETag"] == f'"{version}"'


def test_a_document_of_1024_bytes_is_gzipped(bucket: Any) -> None:
    document = json.dumps("a" * 1022).encode()
    store(REGION="us-east-1").put("public/shop/a.json", document, PLAIN, None, time.monotonic() + 5)
    kept = bucket.Object("public/shop/a.json").get()
    assert kept["ContentEncoding"] == "gzip"
    assert gzip.decompress(kept["Body"].read()) == document


def test_options_reach_the_object(bucket: Any) -> None:
    options = PutOptions(ttl=3 * 86_400.0, max_age=60, storage_class="STANDARD_IA")
    store(REGION="us-east-1").put("public/shop/a.json", b"{}", options, None, time.monotonic() + 5)
    kept = bucket.Object("public/shop/a.json").get()
    assert (kept["CacheControl"], kept["StorageClass"]) == ("max-age=60, stale-if-error=300", "STANDARD_IA")
    tags = boto3.client("s3").get_object_tagging(Bucket="values", Key="public/shop/a.json")["TagSet"]
    assert tags == [{"Key": "ttl-days", "Value": "7"}]


def test_a_listing_goes_on_over_all_pages(memory_cloud: Cloud) -> None:
    for number in range(1001):
        memory_cloud.put(f"public/shop/{number:04}.json", b"")
    pages = list(store(REGION="us-east-1").list("public/shop/", lambda: time.monotonic() + 5))
    assert [len(page) for page in pages] == [1000, 1]
    assert pages[1] == ["public/shop/1000.json"]


def test_a_key_that_cannot_be_deleted_has_its_error(web_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", web_server.url)
    errors = b"".join(
        f"<Error><Key>{key}</Key><Code>{code}</Code><Message>no</Message></Error>".encode()
        for key, code in (("a", "AccessDenied"), ("b", "InternalError"), ("c", "Odd"))
    )
    web_server.answer = lambda _: (200, {}, b"<DeleteResult>" + errors + b"</DeleteResult>")
    _, failed = store(REGION="us-east-1").remove_many(["a", "b", "c", "d"], time.monotonic() + 5)
    kinds = {key: type(error) for key, error in failed.items()}
    assert kinds == {"a": AccessDeniedError, "b": UnavailableError, "c": UnavailableError}


def test_removing_is_no_error_if_there_is_nothing(bucket: Any) -> None:
    target = store(REGION="us-east-1")
    target.put("public/shop/a.json", b"{}", PLAIN, None, time.monotonic() + 5)
    target.remove("public/shop/a.json", time.monotonic() + 5)
    target.remove("public/shop/a.json", time.monotonic() + 5)
    with pytest.raises(ClientError, match="404"):
        bucket.Object("public/shop/a.json").load()


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_does_not_exist_is_a_matter_of_configuration() -> None:
    with pytest.raises(ConfigurationError, match="NoSuchBucket. Check BUCKET_NAME"):
        store(REGION="us-east-1", BUCKET_NAME="elsewhere").put(
            "public/shop/a.json", b"{}", PLAIN, None, time.monotonic() + 5
        )


def test_missing_credentials_are_a_matter_of_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigurationError, match="Give the function a role"):
        store(REGION="us-east-1").put("public/shop/a.json", b"{}", PLAIN, None, time.monotonic() + 5)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "AccessDenied", AccessDeniedError),
        (403, "RequestTimeTooSkewed. Set the clock", AccessDeniedError),
        (503, "SlowDown", UnavailableError),
        (400, "Odd", UnavailableError),
        (400, "ExpiredToken", AccessDeniedError),
        (301, "PermanentRedirect", ConfigurationError),
        (400, "AuthorizationHeaderMalformed", ConfigurationError),
    ],
)
def test_what_s3_says_decides_the_error(
    status: int, code: str, expected: type[Exception], web_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", web_server.url)
    body = f"<Error><Code>{code.partition('.')[0]}</Code><Message>no</Message></Error>".encode()
    web_server.answer = lambda _: (status, {}, body)
    with pytest.raises(expected, match=f"put public/shop/a.json in bucket values: S3 said {code}"):
        store(REGION="us-east-1").put("public/shop/a.json", b"{}", PLAIN, None, time.monotonic() + 5)


def test_an_s3_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with pytest.raises(UnavailableError, match="no connection to 127.0.0.1: ECONNREFUSED"):
        store(REGION="us-east-1").put("public/shop/a.json", b"{}", PLAIN, None, time.monotonic() + 5)
