"""What the engine's S3 and SeaweedFS answer, beside each other: what ENGINES.md says of them."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from local_cloud import LocalCloud
from local_cloud.run_keys import RunKeys
from local_cloud.seaweedfs import SeaweedFS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Shop

PAGE = Path(__file__).parents[1] / "ENGINES.md"
ELSEWHERE = RunKeys()  # what SeaweedFS knows


@dataclass(frozen=True)
class Bucket:
    """A bucket of one engine, and who asks."""

    endpoint: str
    name: str
    keys: tuple[str, str]
    s3: Any

    def as_somebody(self, key: str, secret: str) -> Bucket:
        return Bucket(self.endpoint, self.name, (key, secret), client(self.endpoint, key, secret))

    def put(self, key: str = "a", body: bytes = b"{}", **more: Any) -> str:
        answer = self.s3.put_object(Bucket=self.name, Key=key, Body=body, **more)
        return str(answer["ETag"])

    def get(self, key: str = "a", **more: Any) -> Any:
        return self.s3.get_object(Bucket=self.name, Key=key, **more)

    def headers(self, key: str = "a", **more: Any) -> dict[str, str]:
        return dict(self.get(key, **more)["ResponseMetadata"]["HTTPHeaders"])

    def names(self) -> list[str]:
        return [found["Key"] for found in self.s3.list_objects_v2(Bucket=self.name)["Contents"]]


def client(endpoint: str, key: str, secret: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(s3={"addressing_style": "path"}, proxies={}, retries={"total_max_attempts": 1}),
    )


def refusal(call: Callable[[], object]) -> str:
    """Return the code and the status with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call()
    answer: Any = refused.value.response
    return f"{answer['ResponseMetadata']['HTTPStatusCode']} {answer['Error']['Code']}"


@pytest.fixture(scope="module")
def seaweedfs() -> Iterator[SeaweedFS]:
    with SeaweedFS(ELSEWHERE.access_key, ELSEWHERE.secret_key) as started:
        yield started


@pytest.fixture(scope="module")
def endpoints(seaweedfs: SeaweedFS) -> Iterator[dict[str, tuple[str, str, str]]]:
    """Where each engine is, and the root's key and secret."""
    with LocalCloud.start() as cloud:
        yield {
            "ministack": (cloud.endpoint, *keys_of(cloud)),
            "SeaweedFS": (seaweedfs.endpoint, ELSEWHERE.access_key, ELSEWHERE.secret_key),
        }


def keys_of(cloud: LocalCloud) -> tuple[str, str]:
    environment = cloud.environment()
    return environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]


@pytest.fixture(params=["ministack", "SeaweedFS"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bucket(endpoints: dict[str, tuple[str, str, str]], engine: str) -> Bucket:
    endpoint, *keys = endpoints[engine]
    s3 = client(endpoint, *keys)
    name = f"values-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    return Bucket(endpoint, name, (keys[0], keys[1]), s3)


def test_what_is_alike(bucket: Bucket) -> None:
    version = bucket.put(CacheControl="max-age=5", ContentType="application/json", StorageClass="STANDARD_IA")

    headers = bucket.headers()
    assert (headers["etag"], headers["cache-control"]) == (version, "max-age=5")
    assert (headers["content-type"], headers["x-amz-storage-class"]) == ("application/json", "STANDARD_IA")
    assert {"date", "last-modified"} <= set(headers)
    assert refusal(lambda: bucket.get("none")) == "404 NoSuchKey"
    assert refusal(lambda: bucket.get(IfNoneMatch=version)) == "304 304"
    assert refusal(lambda: bucket.put(IfNoneMatch="*")) == "412 PreconditionFailed"
    assert refusal(lambda: bucket.put(IfMatch='"0"')) == "412 PreconditionFailed"
    assert refusal(lambda: bucket.put(StorageClass="NONE")) == "400 InvalidStorageClass"
    assert bucket.put(IfMatch=version, body=b"[]") != version
    for _ in range(2):
        assert (
            bucket.s3.delete_object(Bucket=bucket.name, Key="a")["ResponseMetadata"]["HTTPStatusCode"] == 204
        )
    assert bucket.put(IfNoneMatch="*") == version


# What each row of the page is about. The page says what each engine answers.
QUESTIONS: dict[str, Callable[[Bucket], object]] = {
    "A read with a wrong secret": lambda bucket: outcome(
        lambda: bucket.as_somebody(bucket.keys[0], "wrong").get("none")
    ),
    "A read with an unknown key": lambda bucket: outcome(
        lambda: bucket.as_somebody("AKIANOBODY", "wrong").get("none")
    ),
    "`If-Match` where nothing is": lambda bucket: outcome(lambda: bucket.put("none", IfMatch='"0"')),
    "Tags after a put without tags over a tagged object": lambda bucket: (
        bucket.put(Tagging="ttl-days=7"),
        bucket.put(),
        ", ".join(tags(bucket)) or "none",
    )[-1],
    "A list of `a/b`, `a-`, `a.b`": lambda bucket: (
        [bucket.put(key) for key in ("a/b", "a-", "a.b")],
        " ".join(bucket.names()),
    )[-1],
    "A key with 256 bytes after its last slash": lambda bucket: outcome(lambda: bucket.put("a/" + "x" * 256)),
    "`Cache-Control` in a 304": lambda bucket: not_modified(bucket, "cache-control") or "none",
    "8 puts with `If-None-Match: *` at the same time": lambda bucket: at_once(bucket, IfNoneMatch="*"),
}


def rows() -> dict[str, list[str]]:
    """Return the cells of the page's table by its first column."""
    table = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {row[0]: row for row in cells[1:]}


def outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except ClientError as error:
        answer: Any = error.response
        return f"{answer['ResponseMetadata']['HTTPStatusCode']} {answer['Error']['Code']}"
    return "done"


def tags(bucket: Bucket) -> dict[str, str]:
    found = bucket.s3.get_object_tagging(Bucket=bucket.name, Key="a")["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def not_modified(bucket: Bucket, header: str) -> str | None:
    version = bucket.put(CacheControl="max-age=5")
    with pytest.raises(ClientError) as told:
        bucket.get(IfNoneMatch=version)
    answer: Any = told.value.response
    return answer["ResponseMetadata"]["HTTPHeaders"].get(header)  # type: ignore[no-any-return]


def at_once(bucket: Bucket, **condition: Any) -> str:
    """Put a key from several clients at the same time and return what came of it, without repetitions."""
    clients = [bucket.as_somebody(*bucket.keys) for _ in range(8)]
    start = threading.Barrier(len(clients))

    def put(one: Bucket) -> str:
        start.wait()
        return outcome(lambda: one.put("new", **condition))

    with ThreadPoolExecutor(len(clients)) as pool:
        outcomes = list(pool.map(put, clients))
    return f"{outcomes.count('done')} done, else {', '.join(sorted(set(outcomes) - {'done'}))}"


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_page_says_what_an_engine_answers(bucket: Bucket, engine: str, question: str) -> None:
    _, _, ministack, seaweedfs = rows()[question]
    assert QUESTIONS[question](bucket) == {"ministack": ministack, "SeaweedFS": seaweedfs}[engine]


def test_every_row_of_the_page_is_asked_and_has_its_source() -> None:
    assert rows().keys() == QUESTIONS.keys()
    assert [row for row in rows().values() if "https://docs.aws.amazon.com/" not in row[1]] == []


def test_a_bucket_is_kept_in_another_s3(shop: Shop) -> None:
    here = shop.cloud.client("s3")
    here.create_bucket(Bucket="kept-elsewhere")
    with SeaweedFS(*keys_of(shop.cloud)) as seaweedfs:
        there = client(seaweedfs.endpoint, *keys_of(shop.cloud))
        shop.cloud.store_elsewhere("kept-elsewhere", seaweedfs.endpoint)

        here.put_object(Bucket="kept-elsewhere", Key="a", Body=b"there")

        assert there.get_object(Bucket="kept-elsewhere", Key="a")["Body"].read() == b"there"
        assert here.get_object(Bucket="kept-elsewhere", Key="a")["Body"].read() == b"there"


def test_without_a_front_nothing_leads_elsewhere(seaweedfs: SeaweedFS) -> None:
    with LocalCloud.start() as cloud, pytest.raises(ValueError, match="faults=True, or a clock"):
        cloud.store_elsewhere("values", seaweedfs.endpoint)
