"""One engine for all tests: it starts in half a second and each test deploys under a name of its own."""

from __future__ import annotations

import contextlib
import http.client
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from local_cloud import FakeClock, LocalCloud

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MANAGED_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def cache(self) -> str:
        return self.headers["X-Cache"].removesuffix(" from cloudfront")


@dataclass(frozen=True)
class Shop:
    """A cloud with a fake clock, one bucket and one public distribution of everything in it."""

    cloud: LocalCloud
    clock: FakeClock
    bucket: str
    host: str
    distribution_id: str

    def put(self, path: str, body: str, **properties: str) -> dict[str, Any]:
        properties = {"CacheControl": "max-age=5", "ContentType": "application/json", **properties}
        s3 = self.cloud.client("s3")
        answer = s3.put_object(Bucket=self.bucket, Key=path[1:], Body=body.encode(), **properties)
        return dict(answer)

    def get(self, path: str, pop: int = 0, method: str = "GET", **headers: str) -> Answer:
        with self.connection(pop) as connection:
            return self.ask(connection, path, method, **headers)

    def connection(self, pop: int | None = 0) -> contextlib.closing[http.client.HTTPConnection]:
        """Connect to a point of presence; None is for those who roam."""
        return connect(self.cloud.roaming_endpoint if pop is None else self.cloud.edge_endpoints[pop])

    def ask(
        self, connection: http.client.HTTPConnection, path: str, method: str = "GET", **headers: str
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return exchange(connection, path, method, {"Host": self.host, **sent})


def connect(endpoint: str) -> contextlib.closing[http.client.HTTPConnection]:
    port = int(endpoint.rpartition(":")[2])
    return contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5))


def exchange(
    connection: http.client.HTTPConnection, path: str, method: str, headers: Mapping[str, str]
) -> Answer:
    connection.request(method, path, headers=dict(headers))
    answer = connection.getresponse()
    return Answer(answer.status, dict(answer.getheaders()), answer.read())


def shop_template() -> dict[str, Any]:
    everyone = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": "*",
    }
    origin = {
        "Id": "s3",
        "DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behaviour = {
        "TargetOriginId": "s3",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": MANAGED_CACHING_OPTIMIZED,
    }
    no_errors = [{"ErrorCode": code, "ErrorCachingMinTTL": 0} for code in (403, 404, 500, 503)]
    config = {
        "Enabled": True,
        "Origins": [origin],
        "DefaultCacheBehavior": behaviour,
        "CustomErrorResponses": no_errors,
    }
    return {
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket"},
            "Policy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Statement": [everyone]}},
            },
            "Distribution": {
                "Type": "AWS::CloudFront::Distribution",
                "Properties": {"DistributionConfig": config},
            },
        },
        "Outputs": {
            "Bucket": {"Value": {"Ref": "Bucket"}},
            "Id": {"Value": {"Ref": "Distribution"}},
            "Host": {"Value": {"Fn::GetAtt": ["Distribution", "DomainName"]}},
        },
    }


@contextlib.contextmanager
def open_shop(**options: Any) -> Iterator[Shop]:
    clock = FakeClock()
    with LocalCloud.start(clock=clock, **options) as cloud:
        outputs = cloud.deploy(shop_template(), stack_name="shop").outputs
        yield Shop(cloud, clock, outputs["Bucket"], outputs["Host"], outputs["Id"])


@pytest.fixture(scope="module")
def shop_resources() -> dict[str, Any]:
    """Return the template of one bucket and one public distribution of everything in it."""
    return shop_template()


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud.start(variables={"COLOUR": "green"}) as started:
        yield started


@pytest.fixture(scope="session")
def only_shop() -> Iterator[Shop]:
    with open_shop(points_of_presence=2) as opened:
        yield opened


@pytest.fixture
def shop(only_shop: Shop) -> Iterator[Shop]:
    only_shop.cloud.requests.clear()
    yield only_shop
    only_shop.cloud.faults.clear()


@pytest.fixture(scope="session")
def tiered_shop() -> Iterator[Shop]:
    with open_shop(points_of_presence=2, regional_cache=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def tls_shop() -> Iterator[Shop]:
    with open_shop(auth=True) as opened:
        yield opened


_numbers = itertools.count()


@pytest.fixture
def path() -> str:
    """Return a path that no other test uses."""
    return f"/objects/{next(_numbers)}.json"


@pytest.fixture
def function_template() -> Callable[..., dict[str, object]]:
    """Return what makes a template with one Python function."""

    def template(code: str, name: str = "one") -> dict[str, object]:
        properties = {
            "FunctionName": name,
            "Runtime": "python3.12",
            "Handler": "index.run",
            "Role": "arn:aws:iam::000000000000:role/any",
            "Code": {"ZipFile": code},
        }
        return {"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}}

    return template
