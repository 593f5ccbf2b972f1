"""The edge in front of a real engine: distributions over one bucket, as the service's template makes them."""

from __future__ import annotations

import asyncio
import datetime as dt
import http.client
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from local_cloud import LocalCloud
from local_cloud.edge.origin import OriginAnswer, S3Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_cloud.edge.distributions import Bucket

BUCKET = "shop"
START = 1_800_000_000.0
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
FROM_ZERO = {
    "Name": "from-zero",
    "MinTTL": 0,
    "DefaultTTL": 5,
    "MaxTTL": 86_400,
    "ParametersInCacheKeyAndForwardedToOrigin": {
        "EnableAcceptEncodingGzip": False,
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    },
}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Clock:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def cache(self) -> str:
        return self.headers["X-Cache"]


@dataclass(frozen=True)
class Site:
    """A cloud with some distributions over one bucket.

    They are `public`, `private`, `remembering` (which caches errors), `fresh` (MinTTL 0) and `crooked` (which
    points at objects that are not its own).
    """

    cloud: LocalCloud
    clock: Clock
    hosts: Mapping[str, str]
    key_id: str
    parameters: Mapping[str, str]

    def put(self, key: str, body: str, **properties: str) -> None:
        properties = {"CacheControl": "max-age=5", "ContentType": "application/json", **properties}
        self.cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body.encode(), **properties)

    def delete(self, key: str) -> None:
        self.cloud.client("s3").delete_object(Bucket=BUCKET, Key=key)

    def request(self, path: str, distribution: str = "public", method: str = "GET", **headers: str) -> Answer:
        host = self.hosts.get(distribution, distribution)
        return self._ask(self.cloud.edge_endpoint, method, path, {"Host": host, **headers})

    def browse(self, path: str, distribution: str = "public", method: str = "GET", **headers: str) -> Answer:
        """Ask as a page in a browser does."""
        return self._ask(self.cloud.browser_endpoint(self.hosts[distribution]), method, path, headers)

    def _ask(self, endpoint: str, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        port = int(endpoint.rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return Answer(answer.status, dict(answer.getheaders()), body)

    def signed(self, resource: str, path: str, distribution: str = "private", seconds: int = 60) -> str:
        """Return the path with a signature for the resource, both without the host."""
        signer = CloudFrontSigner(
            self.key_id, lambda text: KEY.sign(text, padding.PKCS1v15(), hashes.SHA256())
        )
        expires = dt.datetime.fromtimestamp(self.clock.now + seconds, dt.timezone.utc)
        base = f"https://{self.hosts[distribution]}"
        url = signer.generate_presigned_url(base + path, policy=signer.build_policy(base + resource, expires))
        return f"{url.removeprefix(base)}&Hash-Algorithm=SHA256"


def distribution(bucket_prefix: str, **behaviour: Any) -> dict[str, Any]:
    config = {
        "Enabled": True,
        "Origins": [
            {
                "Id": "s3",
                "DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
                "OriginPath": bucket_prefix,
                "OriginAccessControlId": {"Ref": "AccessControl"},
                "S3OriginConfig": {"OriginAccessIdentity": ""},
            }
        ],
        "DefaultCacheBehavior": {
            "TargetOriginId": "s3",
            "ViewerProtocolPolicy": "https-only",
            "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
            "CachePolicyId": CACHING_OPTIMIZED,
            "Compress": False,
            **behaviour,
        },
        "CustomErrorResponses": [{"ErrorCode": code, "ErrorCachingMinTTL": 0} for code in (403, 404)],
    }
    return {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": config}}


def grants(name: str, prefix: str, *, may_list: bool = True) -> list[dict[str, Any]]:
    source = {"Fn::Sub": f"arn:aws:cloudfront::${{AWS::AccountId}}:distribution/${{{name}}}"}
    common = {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}}
    equals = {"AWS:SourceArn": source}
    read = {
        **common,
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/{prefix}/*",
        "Condition": {"StringEquals": equals},
    }
    listing = {
        **common,
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{BUCKET}",
        "Condition": {"StringEquals": equals, "StringLike": {"s3:prefix": f"{prefix}/*"}},
    }
    return [read, listing] if may_list else [read]


def template() -> dict[str, Any]:
    remembering = distribution("/public", ResponseHeadersPolicyId={"Ref": "Headers"})
    del remembering["Properties"]["DistributionConfig"]["CustomErrorResponses"]
    cors = {
        "AccessControlAllowOrigins": {"Items": ["https://shop.example"]},
        "AccessControlAllowMethods": {"Items": ["GET"]},
        "AccessControlAllowHeaders": {"Items": ["*"]},
        "AccessControlExposeHeaders": {"Items": ["ETag", "Age"]},
        "AccessControlAllowCredentials": False,
        "OriginOverride": True,
    }
    nosniff = {"ContentTypeOptions": {"Override": True}}
    statements = [
        *grants("Public", "public"),
        *grants("Private", "private"),
        *grants("Remembering", "public"),
        *grants("Crooked", "public", may_list=False),
        *grants("Fresh", "public"),
    ]
    policy = {
        "Bucket": {"Ref": "Bucket"},
        "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
    }
    headers = {"Name": "headers", "CorsConfig": cors, "SecurityHeadersConfig": nosniff}
    return {
        "Parameters": {name: {"Type": "String"} for name in ("AccessControl", "KeyGroup")},
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET}},
            "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
            "Headers": {
                "Type": "AWS::CloudFront::ResponseHeadersPolicy",
                "Properties": {"ResponseHeadersPolicyConfig": headers},
            },
            "Public": distribution("/public"),
            "Private": distribution("/private", TrustedKeyGroups=[{"Ref": "KeyGroup"}]),
            "Remembering": remembering,
            "Crooked": distribution("/private"),
            "Fresh": distribution("/public", CachePolicyId={"Ref": "FromZero"}),
            "FromZero": {
                "Type": "AWS::CloudFront::CachePolicy",
                "Properties": {"CachePolicyConfig": FROM_ZERO},
            },
        },
        "Outputs": {
            name: {"Value": {"Fn::GetAtt": [name, "DomainName"]}}
            for name in ("Public", "Private", "Remembering", "Crooked", "Fresh")
        },
    }


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def site(clock: Clock) -> Iterator[Site]:
    pem = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with LocalCloud.start(clock=clock) as cloud:
        cloudfront = cloud.client("cloudfront")
        control = {
            "Name": "control",
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
        access = cloudfront.create_origin_access_control(OriginAccessControlConfig=control)
        public = {"CallerReference": "1", "Name": "key", "EncodedKey": pem.decode()}
        key_id = cloudfront.create_public_key(PublicKeyConfig=public)["PublicKey"]["Id"]
        group = cloudfront.create_key_group(KeyGroupConfig={"Name": "group", "Items": [key_id]})
        parameters = {
            "AccessControl": access["OriginAccessControl"]["Id"],
            "KeyGroup": group["KeyGroup"]["Id"],
        }
        stack = cloud.deploy(template(), stack_name="site", parameters=parameters)
        hosts = {name.lower(): host for name, host in stack.outputs.items()}
        yield Site(cloud, clock, hosts, key_id, parameters)


def test_object_is_a_miss_then_a_hit_with_its_age_then_confirmed_then_replaced(site: Site) -> None:
    site.put("public/orders/1.json", "one")

    miss = site.request("/orders/1.json")
    site.clock.now += 4.9
    hit = site.request("/orders/1.json")
    site.clock.now += 0.2
    confirmed = site.request("/orders/1.json")
    site.clock.now += 1
    hit_again = site.request("/orders/1.json")
    site.put("public/orders/1.json", "two")
    unaware = site.request("/orders/1.json")
    site.clock.now += 4
    replaced = site.request("/orders/1.json")

    assert [
        answer.cache.partition(" ")[0] for answer in (miss, hit, confirmed, hit_again, unaware, replaced)
    ] == [
        "Miss",
        "Hit",
        "RefreshHit",
        "Hit",
        "Hit",
        "Miss",
    ]
    assert [answer.headers.get("Age") for answer in (miss, hit, confirmed, hit_again)] == [
        None,
        "4",
        None,
        "1",
    ]
    assert [answer.body for answer in (miss, hit, confirmed, unaware, replaced)] == [b"one"] * 4 + [b"two"]
    assert miss.headers["ETag"] == confirmed.headers["ETag"] != replaced.headers["ETag"]


def test_headers_are_those_of_s3_and_cloudfront_and_none_of_the_engine(site: Site) -> None:
    site.put("public/headers.json", "{}", ContentEncoding="gzip")

    headers = dict(site.browse("/headers.json", Origin="https://anywhere.example").headers)

    assert headers.pop("ETag").startswith('"')
    assert headers.pop("Last-Modified").endswith(" GMT")
    assert len(headers.pop("X-Amz-Cf-Id")) == 56
    expected = {
        "Cache-Control": "max-age=5",
        "Content-Encoding": "gzip",
        "Content-Length": "2",
        "Content-Type": "application/json",
        "Server": "AmazonS3",
        "Via": "1.1 local-cloud.cloudfront.net (CloudFront)",
        "X-Amz-Cf-Pop": "LCL1-P1",
        "X-Cache": "Miss from cloudfront",
    }
    assert {name: value for name, value in headers.items() if not name.startswith("x-amz-")} == {
        **expected,
        "Date": headers["Date"],
    }


def test_date_follows_the_injected_clock(site: Site) -> None:
    site.put("public/date.json", "{}")

    date = site.request("/date.json").headers["Date"]

    assert date == dt.datetime.fromtimestamp(int(site.clock.now), dt.timezone.utc).strftime(
        "%a, %d %b %Y %H:%M:%S GMT"
    )


def test_miss_hides_no_later_put_if_errors_are_not_cached(site: Site) -> None:
    missing = site.request("/later.json")
    site.put("public/later.json", "now")

    assert (missing.status, missing.cache) == (404, "Error from cloudfront")
    assert b"<Code>NoSuchKey</Code>" in missing.body
    assert site.request("/later.json").body == b"now"


def test_miss_is_remembered_for_ten_seconds_unless_configured(site: Site) -> None:
    first = site.request("/remembered.json", "remembering")
    site.put("public/remembered.json", "now")
    site.clock.now += 9
    second = site.request("/remembered.json", "remembering")
    site.clock.now += 1
    third = site.request("/remembered.json", "remembering")

    assert [first.status, second.status, third.status] == [404, 404, 200]
    assert (second.cache, second.headers["Age"]) == ("Error from cloudfront", "9")


def test_removed_object_is_served_until_its_copy_expires_and_then_missing(site: Site) -> None:
    site.put("public/removed.json", "here")
    site.request("/removed.json")
    site.delete("public/removed.json")

    assert site.request("/removed.json").status == 200
    site.clock.now += 5
    assert site.request("/removed.json").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/secret.json",
        "/private/secret.json",
        "/../private/secret.json",
        "/%2E%2E/private/secret.json",
        "/..%2Fprivate/secret.json",
    ],
)
def test_public_distribution_cannot_reach_private_objects(site: Site, path: str) -> None:
    site.put("private/secret.json", "secret")

    assert site.request(path).status == 404


def test_distribution_that_points_at_anothers_prefix_is_refused_by_the_bucket(site: Site) -> None:
    site.put("private/orders/2.json", "secret")

    answer = site.request("/orders/2.json", "crooked")

    assert (answer.status, answer.cache) == (403, "Error from cloudfront")
    assert b"<Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>" in answer.body


def test_missing_object_is_403_if_the_distribution_may_not_list(site: Site) -> None:
    cloud = site.cloud
    policy = json.loads(cloud.client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"])
    without = [one for one in policy["Statement"] if one["Action"] != "s3:ListBucket"]
    try:
        cloud.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Statement": without}))
        cloud.refresh()
        assert site.request("/nowhere.json").status == 403
    finally:
        cloud.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
        cloud.refresh()
    assert site.request("/nowhere.json").status == 404


def test_unsigned_request_to_the_private_distribution_is_refused_in_cloudfronts_words(site: Site) -> None:
    site.put("private/orders/3.json", "secret")

    answer = site.request("/orders/3.json", "private")

    assert answer.status == 403
    assert answer.headers["Content-Type"] == "text/xml"
    assert answer.headers["Server"] == "CloudFront"
    assert answer.cache == "Error from cloudfront"
    assert answer.body == (
        b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>MissingKey</Code>'
        b"<Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>"
    )


def test_signature_for_a_service_opens_that_service_only_and_until_it_expires(site: Site) -> None:
    site.put("private/orders/4.json", "secret")
    own = site.signed("/orders/*", "/orders/4.json")
    foreign = own.replace("/orders/4.json", "/other/4.json")

    assert site.request(own, "private").body == b"secret"
    assert site.request(own, "private").cache == "Hit from cloudfront"
    assert site.request(foreign, "private").status == 403
    site.clock.now += 60
    expired = site.request(own, "private")
    assert (expired.status, b"<Code>AccessDenied</Code>" in expired.body) == (403, True)


def test_all_signatures_for_an_object_share_one_copy(site: Site) -> None:
    site.put("private/orders/5.json", "secret")
    site.request(site.signed("/orders/*", "/orders/5.json"), "private")

    answer = site.request(site.signed("/orders/5.json", "/orders/5.json", seconds=30), "private")

    assert answer.cache == "Hit from cloudfront"


def test_key_of_another_group_is_unknown(site: Site) -> None:
    path = site.signed("/orders/*", "/orders/4.json").replace(site.key_id, "KOTHER")

    assert b"<Code>InvalidKey</Code><Message>Unknown Key</Message>" in site.request(path, "private").body


def test_viewer_that_has_the_version_gets_304_without_a_body(site: Site) -> None:
    site.put("public/known.json", "known")
    etag = site.request("/known.json").headers["ETag"]

    for tag in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = site.request("/known.json", If_None_Match=tag)
        assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", etag)
        assert answer.cache == "Hit from cloudfront"
    assert site.request("/known.json", If_None_Match='"other"').status == 200


def test_304_does_not_describe_a_body_that_it_lacks(site: Site) -> None:
    site.put("public/zipped.json", "zipped", ContentEncoding="gzip")
    site.request("/zipped.json")

    assert "Content-Encoding" not in site.request("/zipped.json", If_None_Match="*").headers


def test_object_that_must_not_be_kept_is_asked_for_each_time(site: Site) -> None:
    site.put("public/volatile.json", "one", CacheControl="no-store")
    site.request("/volatile.json", "fresh")
    site.put("public/volatile.json", "two", CacheControl="no-store")

    answer = site.request("/volatile.json", "fresh")

    assert (answer.body, answer.cache) == (b"two", "Miss from cloudfront")


def test_copy_is_forgotten_once_the_object_must_not_be_kept(site: Site) -> None:
    site.put("public/forgotten.json", "one", CacheControl="max-age=5")
    site.request("/forgotten.json", "fresh")
    site.clock.now += 5
    site.put("public/forgotten.json", "two", CacheControl="no-store")
    site.request("/forgotten.json", "fresh")
    site.clock.now -= 4

    assert site.request("/forgotten.json", "fresh").body == b"two"


def test_copy_from_the_future_is_not_served(site: Site) -> None:
    site.put("public/future.json", "one", CacheControl="max-age=60")
    site.request("/future.json")
    site.put("public/future.json", "two", CacheControl="max-age=60")
    site.clock.now -= 1

    assert site.request("/future.json").body == b"two"


def test_deployed_change_is_in_effect_at_once(site: Site) -> None:
    site.put("public/changed.json", "{}")
    site.request("/changed.json")

    changed = template()
    changed["Resources"]["Public"]["Properties"]["DistributionConfig"]["Enabled"] = False
    site.cloud.deploy(changed, stack_name="site", parameters=site.parameters)
    disabled = site.request("/changed.json")
    site.cloud.deploy(template(), stack_name="site", parameters=site.parameters)

    assert disabled.status == 403
    assert site.request("/changed.json").status == 200


def test_viewer_may_ask_by_date(site: Site) -> None:
    site.put("public/dated.json", "dated")
    modified = site.request("/dated.json").headers["Last-Modified"]

    assert site.request("/dated.json", If_Modified_Since=modified).status == 304
    assert site.request("/dated.json", If_Modified_Since="Mon, 01 Jan 2001 00:00:00 GMT").status == 200
    assert site.request("/dated.json", If_Modified_Since="yesterday").status == 200


def test_viewers_cache_control_is_ignored(site: Site) -> None:
    site.put("public/insisting.json", "one")
    site.request("/insisting.json")
    site.put("public/insisting.json", "two")

    answer = site.request("/insisting.json", Cache_Control="no-cache", Pragma="no-cache")

    assert (answer.body, answer.cache) == (b"one", "Hit from cloudfront")


def test_query_is_no_part_of_the_cache_key(site: Site) -> None:
    site.put("public/queried.json", "one")
    site.request("/queried.json")

    assert site.request("/queried.json?version=2").cache == "Hit from cloudfront"


def test_head_is_answered_like_get_without_the_body(site: Site) -> None:
    site.put("public/head.json", "body")

    answer = site.request("/head.json", method="HEAD")

    assert (answer.status, answer.headers["Content-Length"], answer.body) == (200, "4", b"")


def test_escaped_characters_reach_s3_as_they_were_sent(site: Site) -> None:
    site.put("public/a b+ü.json", "odd")

    assert site.request("/a%20b%2B%C3%BC.json").body == b"odd"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_other_methods_are_not_allowed(site: Site, method: str) -> None:
    answer = site.request("/orders/1.json", method=method)

    assert (answer.status, answer.headers["Server"]) == (403, "CloudFront")


def test_get_must_not_have_a_body(site: Site) -> None:
    assert site.request("/orders/1.json", Content_Length="0").headers["Server"] == "AmazonS3"
    answer = site.request("/orders/1.json", Transfer_Encoding="chunked")

    assert (answer.status, answer.headers["Server"]) == (403, "CloudFront")


def test_unknown_host_is_not_told_which_distributions_there_are(site: Site) -> None:
    answer = site.request("/orders/1.json", "nobody.cloudfront.net")

    assert answer.status == 403
    assert not [host for host in site.hosts.values() if host.encode() in answer.body]


@pytest.mark.parametrize("header", [{"Origin": "https://shop.example"}, {"Sec_Fetch_Site": "cross-site"}])
def test_page_is_sent_to_the_port_for_browsers(site: Site, header: dict[str, str]) -> None:
    site.put("public/page.json", "{}")

    assert b"port for browsers" in site.request("/page.json", **header).body
    assert site.browse("/page.json", **header).status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost:1", "localhost.evil.example"])
def test_port_for_browsers_answers_to_this_machine_alone(site: Site, host: str) -> None:
    site.put("public/page.json", "{}")

    assert site.browse("/page.json", Host=host).status == 403


def test_headers_policy_adds_cors_for_its_origin_only(site: Site) -> None:
    site.put("public/cors.json", "{}")

    allowed = site.browse("/cors.json", "remembering", Origin="https://shop.example").headers
    foreign = site.browse("/cors.json", "remembering", Origin="https://other.example").headers

    assert allowed["Access-Control-Allow-Origin"] == "https://shop.example"
    assert allowed["Access-Control-Expose-Headers"] == "ETag, Age"
    assert foreign["X-Content-Type-Options"] == allowed["X-Content-Type-Options"] == "nosniff"
    assert [name for name in foreign if name.startswith("Access-Control")] == []


def test_a_preflight_is_refused_as_by_a_bucket_without_cors_rules(site: Site) -> None:
    answer = site.browse("/cors.json", "remembering", "OPTIONS", Origin="https://shop.example")

    assert answer.status == 403
    assert b"CORS is not enabled for this bucket" in answer.body
    assert not any(name.startswith("Access-Control-Allow") for name in answer.headers)


def test_distribution_made_through_the_api_is_found_by_its_host(site: Site) -> None:
    cloudfront = site.cloud.client("cloudfront")
    found = cloudfront.list_distributions()["DistributionList"]["Items"]
    model = next(one for one in found if one["DomainName"] == site.hosts["remembering"])
    config = cloudfront.get_distribution_config(Id=model["Id"])["DistributionConfig"]
    made = cloudfront.create_distribution(
        DistributionConfig={**config, "CallerReference": "new", "Comment": ""}
    )

    answer = site.request("/anything.json", made["Distribution"]["DomainName"])

    # It exists, but no statement of the bucket's policy is for it.
    assert (answer.status, b"<Code>AccessDenied</Code>" in answer.body) == (403, True)


def test_viewers_that_come_together_share_one_fetch(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put("public/popular.json", "popular")
    asked: Counter[str] = Counter()
    real = S3Origin.get
    everyone_waits = asyncio.Event()

    async def slow(self: S3Origin, bucket: Bucket, path: str, validators: Mapping[str, str]) -> OriginAnswer:
        asked[path] += 1
        await everyone_waits.wait()
        return await real(self, bucket, path, validators)

    async def ask_together() -> list[str]:
        edge = site.cloud._edge
        found = await edge._directory.find(site.hosts["public"])
        assert found
        behaviour = found.behaviour("/popular.json")
        asking = [
            asyncio.create_task(edge._tiers[0].deliver(found, behaviour, "/popular.json")) for _ in range(5)
        ]
        await asyncio.sleep(0)  # all of them get as far as they can
        everyone_waits.set()
        return [delivery.result for delivery in await asyncio.gather(*asking)]

    monkeypatch.setattr(S3Origin, "get", slow)
    results = site.cloud._background.run(ask_together())

    assert asked == {"/popular.json": 1}
    assert results == ["Miss", "Hit", "Hit", "Hit", "Hit"]


def test_stale_copy_stands_in_while_the_origin_fails(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put("public/steady.json", "steady", CacheControl="max-age=5, stale-if-error=60")
    site.request("/steady.json")

    async def fail(*_: object) -> OriginAnswer:
        return OriginAnswer(503, {"content-type": "application/xml"}, b"<Error/>")

    with monkeypatch.context() as broken:
        broken.setattr(S3Origin, "get", fail)
        site.clock.now += 30
        stale = site.request("/steady.json")
        site.clock.now += 35
        refused = site.request("/steady.json")
    site.clock.now += 10

    assert (stale.body, stale.headers["Age"]) == (b"steady", "30")
    assert (refused.status, refused.cache) == (503, "Error from cloudfront")
    assert site.request("/steady.json").status == 200


def test_failed_origin_is_left_alone_for_the_error_caching_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("public/patient.json", "one")
    site.request("/patient.json")
    site.put("public/patient.json", "two")

    async def fail(*_: object) -> OriginAnswer:
        return OriginAnswer(503, {"content-type": "application/xml"}, b"<Error/>")

    site.clock.now += 5
    with monkeypatch.context() as broken:
        broken.setattr(S3Origin, "get", fail)
        site.request("/patient.json")
    site.clock.now += 9
    still = site.request("/patient.json")
    site.clock.now += 1

    assert (still.body, still.headers["Age"]) == (b"one", "14")
    assert site.request("/patient.json").body == b"two"


def test_origin_that_cannot_be_reached_is_a_bad_gateway(site: Site) -> None:
    origin = site.cloud._edge._origin
    reachable, origin._endpoint = origin._endpoint, "http://127.0.0.1:1"
    try:
        assert site.request("/unreachable.json").status == 502
    finally:
        origin._endpoint = reachable
