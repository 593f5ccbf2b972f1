"""What a write grant lets its holder do, and what it says (section 16)."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config as BotoConfig
from botocore.credentials import Credentials as BotoCredentials
from changing import NOW, aged, service, stored
from memory import (
    AccessDeniedError,
    Config,
    ConfigurationError,
    InvalidNameError,
    MemoryService,
    UnavailableError,
    WriteGrant,
)
from memory import _sigv4 as sigv4
from memory._changes import bucket_of
from memory._credentials import Credentials
from memory._endpoints import Endpoint
from memory._options import PutOptions
from memory._write_grant import Terms, write_grant
from memory.testing import Clock, Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "values.s3.eu-west-1.amazonaws.com"
ENDPOINT = Endpoint(f"https://{HOST}", HOST, "", "eu-west-1", is_configured=False)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(Clock(NOW)) as cloud:
        yield cloud


@pytest.fixture
def public(cloud: Cloud) -> MemoryService:
    return MemoryService(cloud.conf(), "shop")


def config(**conf: Any) -> Config:
    given = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "REGION": "eu-west-1"}
    return Config.resolve({**given, **conf})


def made(
    what: str = "a", credentials: Credentials | None = None, options: PutOptions | None = None, **conf: Any
) -> WriteGrant:
    settings = config(**conf)
    terms = Terms.check(settings, "shop", what, 60, 1000, options or PutOptions(None, 5, "STANDARD"))
    return write_grant(
        settings, "shop", ENDPOINT, terms, {}, credentials or Credentials("AKIA", "secret"), NOW
    )


def policy(grant: WriteGrant, kind: str = "plain") -> dict[str, Any]:
    read: dict[str, Any] = json.loads(base64.b64decode(grant.forms[kind]["policy"]))
    return read


@pytest.mark.parametrize("token", [None, "a/token+of=ours"])
@pytest.mark.parametrize("kind", ["plain", "gzip"])
def test_fields_and_signature_are_those_that_botocore_makes(
    monkeypatch: pytest.MonkeyPatch, kind: str, token: str | None
) -> None:
    monkeypatch.setattr(
        auth, "get_current_datetime", lambda **_: datetime.fromtimestamp(NOW, timezone.utc), raising=True
    )
    options = PutOptions(86_400, 5, "ONEZONE_IA")
    mine = made("a/", Credentials("AKIA", "secret", token), options)
    form = mine.forms[kind]
    theirs: Any = AWSRequest(method="POST", url=mine.url)
    own = (
        "policy",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-signature",
    )
    pinned = {name: value for name, value in form.items() if name not in own}
    conditions = [
        {"bucket": "values"},
        ["starts-with", "$key", "public/shop/a/"],
        *({name: value} for name, value in pinned.items()),
        ["content-length-range", 1, 1000],
    ]
    theirs.context["s3-presign-post-fields"] = dict(pinned)
    theirs.context["s3-presign-post-policy"] = {
        "expiration": "2027-01-15T08:01:00.000Z",
        "conditions": conditions,
    }
    # It writes the policy with white space, and signs that: of ours, the signature is what it makes of our text.
    monkeypatch.setattr(
        json, "dumps", lambda value, **_: json.JSONEncoder(separators=(",", ":")).encode(value)
    )
    signer: Any = auth.S3SigV4PostAuth(BotoCredentials("AKIA", "secret", token), "s3", "eu-west-1")
    signer.add_auth(theirs)

    assert theirs.context["s3-presign-post-fields"] == form
    assert form["x-amz-date"] == "20270115T080000Z"


def test_a_form_of_botocores_client_pins_no_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "get_current_datetime", lambda **_: datetime.fromtimestamp(NOW, timezone.utc))
    client = boto3.client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id="AKIA",
        aws_secret_access_key="secret",
        config=BotoConfig(signature_version="s3v4"),
    )
    theirs = client.generate_presigned_post("values", "public/shop/a.json")
    fields = made().forms["plain"]
    assert set(theirs["fields"]) <= set(fields)
    for name in ("key", "x-amz-algorithm", "x-amz-credential", "x-amz-date"):
        assert fields[name] == theirs["fields"][name]


@pytest.mark.parametrize(
    ("what", "key"),
    [
        ("a", {"key": "public/shop/a.json"}),
        ("tenant/1/", ["starts-with", "$key", "public/shop/tenant/1/"]),
        ("ö.x/", ["starts-with", "$key", "public/shop/.C3.B6.2Ex/"]),
    ],
)
def test_a_write_grant_pins_one_name_or_what_keys_begin_with(what: str, key: Any) -> None:
    grant = made(what)
    assert policy(grant)["conditions"][1] == policy(grant, "gzip")["conditions"][1] == key
    assert ("key" in grant.forms["plain"]) == (grant.name is not None)


def test_all_fields_of_a_form_are_pinned_and_nothing_else() -> None:
    for options in (PutOptions(None, 5, "STANDARD"), PutOptions(10, 5, "STANDARD_IA")):
        for kind, form in made(options=options).forms.items():
            conditions = policy(made(options=options), kind)["conditions"]
            pinned = {name for one in conditions if isinstance(one, dict) for name in one}
            assert pinned - {"bucket"} == set(form) - {"policy", "x-amz-signature"}


def test_values_with_a_ttl_are_tagged_for_lifecycle_rules() -> None:
    form = made(options=PutOptions(86_401, 5, "STANDARD")).forms["plain"]
    assert (
        form["tagging"]
        == "<Tagging><TagSet><Tag><Key>ttl-days</Key><Value>7</Value></Tag></TagSet></Tagging>"
    )
    assert "tagging" not in made().forms["plain"]


@pytest.mark.parametrize(("left", "seconds"), [(30.9, 30), (60, 60), (3600, 60)])
def test_a_write_grant_ends_with_the_credentials_that_sign_it(left: float, seconds: int) -> None:
    grant = made(credentials=Credentials("AKIA", "secret", "token", NOW + left))
    assert grant.expires_at == datetime.fromtimestamp(NOW + seconds, timezone.utc)
    assert policy(grant)["expiration"] == f"{grant.expires_at:%Y-%m-%dT%H:%M:%S}.000Z"


def test_credentials_that_end_now_sign_no_write_grant() -> None:
    with pytest.raises(UnavailableError, match="end now"):
        made(credentials=Credentials("AKIA", "secret", "token", NOW + 0.5))


def test_a_bucket_in_the_path_is_where_forms_are_posted() -> None:
    endpoint = Endpoint("http://127.0.0.1:4566", "127.0.0.1:4566", "/values", "us-east-1", is_configured=True)
    terms = Terms.check(config(), "shop", "a", 60, 1, PutOptions(None, 5, "STANDARD"))
    grant = write_grant(config(), "shop", endpoint, terms, {}, Credentials("AKIA", "secret"), NOW)
    assert (grant.url, made().url) == ("http://127.0.0.1:4566/values", f"https://{HOST}/")


def test_a_write_grant_tells_another_program_what_it_needs(public: MemoryService) -> None:
    grant = public.grant_put(
        "cart/", timedelta(minutes=1), 4096, value_ttl=3, edge_ttl=10, storage_class="STANDARD_IA"
    )
    told = grant.to_dict()
    forms = told.pop("forms")
    assert told == {
        "distribution": "public.testing",
        "visibility": "public",
        "service": "shop",
        "prefix": "cart/",
        "url": grant.url,
        "expires_at": (NOW + 60) * 1000,
        "max_bytes": 4096,
        "ttl": 3,
    }
    assert forms["plain"]["Cache-Control"] == "max-age=3, stale-if-error=300"
    assert forms["gzip"]["Content-Encoding"] == "gzip"
    assert json.loads(json.dumps(grant.to_dict()))["forms"] == forms


def test_what_is_in_the_forms_is_not_printed(public: MemoryService) -> None:
    grant = public.grant_put("a", 60, 4096)
    for text in (repr(grant), str(grant)):
        assert "policy" not in text
        assert grant.forms["plain"]["x-amz-signature"] not in text


@pytest.mark.parametrize("ttl", [0, -1, 1.5, 3601, True, "60", None, float("nan"), timedelta(hours=2)])
def test_a_write_grant_is_short(public: MemoryService, ttl: Any) -> None:
    with pytest.raises(ConfigurationError, match="from 1 to MAX_GRANT"):
        public.grant_put("a", ttl, 4096)


def test_with_a_change_record_a_write_grant_lasts_900_seconds_at_most(cloud: Cloud) -> None:
    assert service(cloud).grant_put("a", 900, 1)
    with pytest.raises(ConfigurationError, match="from 1 to 900, for a service with CHANGES"):
        service(cloud).grant_put("a", 901, 1)
    with pytest.raises(ConfigurationError, match=r"from 1 to MAX_GRANT \(60\)"):
        service(cloud, MAX_GRANT=60).grant_put("a", 61, 1)


@pytest.mark.parametrize("size", [0, -1, 2_097_153, 1.0, True, "1", None])
def test_no_document_is_granted_that_no_reader_takes(public: MemoryService, size: Any) -> None:
    with pytest.raises(ConfigurationError, match="from 1 to MAX_VALUE_BYTES"):
        public.grant_put("a", 60, size)
    assert public.grant_put("a", 60, 2_097_152)


@pytest.mark.parametrize("what", ["/", "a//", "//a", None, 5, "cached/", "cached/f/", "cached/f"])
def test_what_nothing_can_be_stored_under_is_refused(public: MemoryService, what: Any) -> None:
    with pytest.raises(InvalidNameError):
        public.grant_put(what, 60, 4096)


def test_the_name_of_a_call_can_be_granted(public: MemoryService) -> None:
    assert public.grant_put(f"cached/f/{'0' * 32}", 60, 4096).name


def test_all_of_a_service_is_not_granted_for_its_records(public: MemoryService) -> None:
    with pytest.raises(ConfigurationError, match="records"):
        public.grant_put("", 60, 4096)


@pytest.mark.parametrize(
    "options",
    [
        {"value_ttl": 0},
        {"value_ttl": "1"},
        {"edge_ttl": 0.5},
        {"storage_class": "DEEP_ARCHIVE"},
        {"tags": "a"},
        {"tags": [str(number) for number in range(17)]},
    ],
)
def test_options_are_those_of_a_put(public: MemoryService, cloud: Cloud, options: Any) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        public.grant_put("a", 60, 4096, **options)
    assert not cloud.requests


def test_a_write_grant_costs_no_request(public: MemoryService, cloud: Cloud) -> None:
    public.grant_put("a", 60, 4096)
    assert not cloud.requests


def test_a_write_grant_has_the_generations_from_before(public: MemoryService) -> None:
    first, second = (public.grant_put("a", 60, 4096, tags=["t"]).tags for _ in range(2))
    public.invalidate_tags(["t"])
    third = public.grant_put("a", 60, 4096, tags=["t"]).to_dict()["tags"]
    assert first == second != third
    assert list(third) == ["t"]


def test_a_write_grant_announces_its_end_for_everything(cloud: Cloud) -> None:
    grant = service(cloud).grant_put("a", 60, 4096)
    record = stored(cloud)
    assert (record.newest, record.all) == (NOW, NOW + 60)
    assert grant.expires_at.timestamp() == NOW + 60
    assert record.base(bucket_of("whatever")) >= NOW + 60


def test_a_write_grant_within_one_that_is_announced_announces_nothing(cloud: Cloud) -> None:
    mem = service(cloud)
    mem.grant_put("a", 60, 4096)
    mem.grant_put("b", 60, 4096)
    mem.grant_put("c", 30, 4096)
    assert mem.stats().announcements == 1
    mem.grant_put("d", 61, 4096)
    assert (mem.stats().announcements, stored(cloud).all) == (2, NOW + 61)


def test_a_put_after_a_write_grant_is_announced_all_the_same(cloud: Cloud) -> None:
    aged(cloud)
    mem = service(cloud)
    mem.grant_put("a", 900, 4096)
    mem.put("b", 1)
    assert stored(cloud).time(bucket_of("b")) == int(cloud.clock())
    assert stored(cloud).all == int(cloud.clock()) + 900


def test_a_wrong_clock_is_set_right_before_a_write_grant_is_signed(cloud: Cloud) -> None:
    cloud.fail("s3", "headers", headers="Date: Fri, 15 Jan 2027 08:05:00 GMT")
    grant = service(cloud).grant_put("a", 60, 4096)
    assert grant.expires_at == datetime(2027, 1, 15, 8, 6, tzinfo=timezone.utc)


def test_who_cannot_announce_hands_out_no_write_grant(cloud: Cloud) -> None:
    cloud.fail("s3", "status", status=403, method="PUT")
    with pytest.raises(AccessDeniedError):
        service(cloud).grant_put("a", 60, 4096)


def test_another_region_scopes_the_signature() -> None:
    one = sigv4.form_signature("p", "eu-west-1", Credentials("AKIA", "s"), NOW)
    assert one != sigv4.form_signature("p", "eu-west-2", Credentials("AKIA", "s"), NOW)
