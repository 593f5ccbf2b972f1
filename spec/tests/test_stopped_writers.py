"""Writers that are stopped for half a minute, in front of a real S3 server that verifies and dates signatures."""

from __future__ import annotations

import gzip
import itertools
import signal
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from conformance import record
from conformance.driver import Driver, Limits
from conformance.home import REPOSITORY
from conformance.sdk import storing
from gate import Gate
from local_cloud.run_keys import RunKeys
from local_cloud.seaweedfs import SeaweedFS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.sdk import Sdk

STOPPED = 30  # seconds
BUCKET = "values"
KEYS = RunKeys()
_services = itertools.count()

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class Place:
    """A service with a change record in the server, and a process that writes there through a gate."""

    def __init__(self, gate: Gate, s3: Any, driver: Driver) -> None:
        self.gate, self.driver = gate, driver
        self.service = f"stopped-{next(_services)}"
        self._s3 = s3
        self._key = f"public/{self.service}.changes"
        now = int(time.time())
        mark = record.place_of(BUCKET, f"{self._key}/.changes.json")
        # Without it the first announcement would be one of everything, for the next quarter of an hour.
        document = record.document(record.Record(now, now - record.DAY), mark)
        s3.put_object(Bucket=BUCKET, Key=f"{self._key}/.changes.json", Body=document.encode())

    def put(self, value: int) -> dict[str, Any]:
        conf = {
            "DISTRIBUTION": "edge.invalid",
            "BUCKET_NAME": BUCKET,
            "REGION": "us-east-1",
            "CHANGES": True,
            "DEADLINE": 60,
        }
        request = {"op": "put", "name": ["str", "a"], "value": ["int", str(value)], "service": self.service}
        (answer,) = self.driver.ask([{**request, "conf": conf}])
        assert not answer.verdict, answer
        return answer.message

    def stop(self) -> None:
        """Stop the process for half a minute, as a frozen function is, and until it is answered."""
        assert self.driver.signal(signal.SIGSTOP)
        time.sleep(STOPPED)

    def lateness(self) -> float:
        """Return how many seconds after its announcement the value landed."""
        stored = self._s3.get_object(Bucket=BUCKET, Key=f"{self._key}/a.json")
        landed = parsedate_to_datetime(stored["ResponseMetadata"]["HTTPHeaders"]["last-modified"])
        found = self._s3.get_object(Bucket=BUCKET, Key=f"{self._key}/.changes.json")
        modified = found["LastModified"].timestamp()
        mark = record.place_of(BUCKET, f"{self._key}/.changes.json")
        text = _inflated(found["Body"].read(), found.get("ContentEncoding"))
        told = record.believed(text, mark, modified)
        assert told is not None, text[:300]
        return landed.timestamp() - told.base(record.bucket_of("a"))


def _inflated(body: bytes, encoding: str | None) -> str:
    return (gzip.decompress(body) if encoding == "gzip" else body).decode()


@pytest.fixture(scope="module")
def server() -> Iterator[SeaweedFS]:
    with SeaweedFS(KEYS.access_key, KEYS.secret_key) as started:
        yield started


@pytest.fixture(params=storing(REPOSITORY), ids=lambda sdk: sdk.name)
def place(server: SeaweedFS, request: pytest.FixtureRequest) -> Iterator[Place]:
    sdk: Sdk = request.param
    s3 = boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEYS.access_key,
        aws_secret_access_key=KEYS.secret_key,
        config=Config(s3={"addressing_style": "path"}, proxies={}),
    )
    if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET)
    with Gate(server.endpoint) as gate:
        environment = {
            "AWS_ACCESS_KEY_ID": KEYS.access_key,
            "AWS_SECRET_ACCESS_KEY": KEYS.secret_key,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": gate.endpoint,
        }
        with Driver(sdk, environment, Limits(request=120)) as driver:
            gate.answered = lambda: driver.signal(signal.SIGCONT)
            yield Place(gate, s3, driver)


def once(act: Callable[[], None]) -> Callable[[], None]:
    """Return what does something the first time it is called, and then nothing."""
    left = [act]
    return lambda: left.pop()() if left else None


def test_a_writer_stopped_between_announcement_and_write_announces_again(place: Place) -> None:
    stop = once(place.stop)
    place.gate.after = lambda one: stop() if one.is_put_of(".changes.json") else None

    began = time.time()
    assert "version" in place.put(1)

    assert time.time() - began > STOPPED
    done = [(one.path.partition("?")[0].rpartition("/")[2], one.status) for one in place.gate.exchanges]
    announced = [index for index, one in enumerate(done) if one == (".changes.json", 200)]
    assert done[-1] == ("a.json", 200)
    assert len(announced) >= 2
    assert 0 <= place.lateness() < 20


def test_a_writer_stopped_after_signing_is_refused_and_announces_again(place: Place) -> None:
    stop = once(place.stop)
    place.gate.before = lambda method, path: stop() if method == "PUT" and "/a.json" in path else None

    assert "version" in place.put(1)

    puts = [one for one in place.gate.exchanges if one.method == "PUT"]
    refused = [one for one in puts if one.status == 403]
    assert [one.path.partition("?")[0].rpartition("/")[2] for one in refused] == ["a.json"]
    assert b"AccessDenied" in refused[0].body
    assert b"Request has expired" in refused[0].body
    after = puts[puts.index(refused[0]) + 1 :]
    assert [(one.is_put_of(".changes.json"), one.status) for one in after] == [(True, 200), (False, 200)]
    assert after[-1].is_put_of("a.json")
    assert 0 <= place.lateness() < 20


def test_a_writer_that_runs_is_refused_nothing(place: Place) -> None:
    assert "version" in place.put(1)

    assert [one.status for one in place.gate.exchanges] == [200, 200, 200]
    assert 0 <= place.lateness() < 20
