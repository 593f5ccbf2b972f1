"""Upload forms are puts: they end by the local cloud's clock, have its times, and pages may read their answers."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from local_cloud import Fault
from local_cloud.s3_call import S3Call
from local_cloud.upload_form import UploadForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import Shop

TAGGING = "<Tagging><TagSet><Tag><Key>ttl-days</Key><Value>7</Value></Tag></TagSet></Tagging>"
ORIGIN = "http://127.0.0.1:4321"
FORBIDDEN, CREATED = 403, 201


def multipart(fields: Mapping[str, str], file: bytes = b"1") -> tuple[dict[str, str], bytes]:
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head = f'{parts}--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'.encode()
    return {"Content-Type": "multipart/form-data; boundary=x"}, head + file + b"\r\n--x--\r\n"


def policy(expiration: Any) -> str:
    return b64encode(json.dumps({"expiration": expiration, "conditions": []}).encode()).decode()


def parsed(fields: Mapping[str, str], method: str = "POST", key: str = "") -> UploadForm | None:
    headers, body = multipart(fields)
    return UploadForm.parse(S3Call(method, "b", key, frozenset()), headers, body)


def test_form_says_what_it_puts_and_until_when() -> None:
    form = parsed({"key": "a/b.json", "tagging": TAGGING, "Policy": policy("2027-01-15T08:00:00.000Z")})
    assert form is not None
    assert (form.put.bucket, form.put.key, form.put.writes) == ("b", "a/b.json", True)
    assert (dict(form.tags), form.expires_at) == ({"ttl-days": "7"}, 1_800_000_000)


@pytest.mark.parametrize(("now", "refused"), [(1_799_999_999.9, False), (1_800_000_000, True)])
def test_form_is_over_at_its_end(now: float, refused: bool) -> None:  # noqa: FBT001
    form = parsed({"key": "a", "policy": policy("2027-01-15T08:00:00Z")})
    assert form is not None
    assert (form.refusal(now) is not None) == refused


@pytest.mark.parametrize("text", ["", "?", policy(None), policy("soon"), b64encode(b"[]").decode()])
def test_policy_that_says_no_end_is_left_to_the_engine(text: str) -> None:
    form = parsed({"key": "a", "policy": text})
    assert form is not None
    assert form.refusal(4e9) is None


def test_what_comes_behind_the_file_is_no_field() -> None:
    headers, body = multipart(
        {"key": "a"}, b'1\r\n--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nb'
    )
    form = UploadForm.parse(S3Call("POST", "b", "", frozenset()), headers, body)
    assert form is not None
    assert form.put.key == "a"


def test_other_requests_are_no_forms() -> None:
    assert parsed({"key": "a"}, method="PUT") is None
    assert parsed({"key": "a"}, key="a") is None
    assert UploadForm.parse(S3Call("POST", "b", "", frozenset({"delete"})), {}, b"") is None


def post(  # noqa: PLR0913, PLR0917 - who posts what, where and when
    shop: Shop,
    key: str,
    seconds: int,
    headers: Mapping[str, str] | None = None,
    passes: int = 0,
    to: str = "",
    **fields: str,
) -> Any:
    """Post a form that lasts for so many seconds by the clock, when some have passed; return status and headers.

    It goes to where S3 is, or to the same path of the endpoint `to`.
    """
    left = int(shop.clock() - time.time()) + seconds
    s3 = shop.cloud.client("s3")
    conditions = [{name: value} for name, value in fields.items()]
    form = s3.generate_presigned_post(
        shop.bucket, key, Fields=dict(fields), Conditions=conditions, ExpiresIn=left
    )
    sent, body = multipart(form["fields"])
    shop.clock.advance(passes)
    try:
        url = to + urlsplit(form["url"]).path if to else form["url"]
        with urlopen(Request(url, data=body, headers={**sent, **(headers or {})})) as answer:
            return answer.status, answer.headers
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers


def test_form_ends_by_the_clock_of_the_local_cloud(shop: Shop, path: str) -> None:
    assert post(shop, path[1:], 60, passes=50)[0] < FORBIDDEN
    assert post(shop, path[1:], 60, passes=62)[0] == FORBIDDEN
    assert post(shop, path[1:], 3600, passes=62)[0] < FORBIDDEN


def test_object_of_a_form_has_the_times_of_the_clock(shop: Shop, path: str) -> None:
    _, headers = post(shop, path[1:], 86_400)
    stored = shop.cloud.client("s3").head_object(Bucket=shop.bucket, Key=path[1:])
    assert stored["ResponseMetadata"]["HTTPHeaders"]["last-modified"] == headers["Date"]
    shop.clock.advance(60)
    _, later = post(shop, path[1:], 86_400)
    stored = shop.cloud.client("s3").head_object(Bucket=shop.bucket, Key=path[1:])
    assert stored["ResponseMetadata"]["HTTPHeaders"]["last-modified"] == later["Date"] != headers["Date"]


def test_tagging_of_a_form_counts(shop: Shop, path: str) -> None:
    assert post(shop, path[1:], 86_400, tagging=TAGGING)[0] < FORBIDDEN
    tags = shop.cloud.client("s3").get_object_tagging(Bucket=shop.bucket, Key=path[1:])["TagSet"]
    assert tags == [{"Key": "ttl-days", "Value": "7"}]


def test_page_may_read_of_an_answer_what_the_rules_expose(shop: Shop, path: str) -> None:
    s3 = shop.cloud.client("s3")
    rule = {"AllowedMethods": ["POST"], "AllowedOrigins": [ORIGIN], "ExposeHeaders": ["ETag", "Date"]}
    s3.put_bucket_cors(Bucket=shop.bucket, CORSConfiguration={"CORSRules": [rule]})
    told = [
        post(shop, path[1:], 60, {"Origin": ORIGIN}, passes, success_action_status="201")
        for passes in (0, 62)
    ]
    elsewhere = post(shop, path[1:], 86_400, {"Origin": "http://127.0.0.1:1"})
    s3.delete_bucket_cors(Bucket=shop.bucket)

    assert told[0][0] == CREATED
    assert told[-1][0] == FORBIDDEN
    for _, headers in told:
        assert headers["Access-Control-Allow-Origin"] == ORIGIN
        assert headers["Access-Control-Expose-Headers"] == "ETag, Date"
    assert elsewhere[0] == FORBIDDEN
    assert "Access-Control-Allow-Origin" not in elsewhere[1]


def ask(url: str, method: str, headers: Mapping[str, str], body: bytes | None = None) -> tuple[int, bytes]:
    try:
        with urlopen(Request(url, data=body, headers=dict(headers), method=method)) as answer:
            return answer.status, answer.read()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()


def test_page_posts_its_form_over_http_where_all_else_speaks_tls(tls_shop: Shop, path: str) -> None:
    cloud, s3 = tls_shop.cloud, tls_shop.cloud.client("s3")
    rule = {"AllowedMethods": ["POST"], "AllowedOrigins": [ORIGIN], "ExposeHeaders": ["ETag", "Date"]}
    s3.put_bucket_cors(Bucket=tls_shop.bucket, CORSConfiguration={"CORSRules": [rule]})
    named = post(tls_shop, path[1:], 60, {"Origin": ORIGIN}, to=cloud.upload_endpoint)
    elsewhere = post(tls_shop, path[1:], 60, {"Origin": "http://127.0.0.1:1"}, to=cloud.upload_endpoint)
    no_page = post(tls_shop, path[1:], 60, to=cloud.upload_endpoint)
    late = post(tls_shop, path[1:], 60, {"Origin": ORIGIN}, 61, to=cloud.upload_endpoint)
    s3.delete_bucket_cors(Bucket=tls_shop.bucket)

    assert (cloud.endpoint[:8], cloud.upload_endpoint[:17]) == ("https://", "http://127.0.0.1:")
    assert [status < FORBIDDEN for status, _ in (named, elsewhere, no_page, late)] == [
        True, False, True, False
    ]  # fmt: skip
    for _, headers in (named, late):
        assert headers["Access-Control-Allow-Origin"] == ORIGIN
        assert headers["Access-Control-Expose-Headers"] == "ETag, Date"
    assert "Access-Control-Allow-Origin" not in elsewhere[1]
    assert s3.get_object(Bucket=tls_shop.bucket, Key=path[1:])["Body"].read() == b"1"


@pytest.mark.parametrize(
    ("method", "where", "more"),
    [
        ("GET", "/{bucket}{path}", {}),
        ("PUT", "/{bucket}{path}", {}),
        ("DELETE", "/{bucket}{path}", {}),
        ("OPTIONS", "/{bucket}", {}),
        ("POST", "/{bucket}", {"Content-Type": "application/xml"}),
        ("POST", "/{bucket}?delete", {}),
        ("POST", "/{bucket}{path}", {}),
        ("POST", "/", {}),
        ("POST", "/{bucket}", {"X-Amz-Target": "AmazonSSM.GetParameter"}),
        ("POST", "/{bucket}", {"Host": "rebound.example"}),
        ("GET", "/_ministack/health", {}),
    ],
)
def test_port_for_forms_refuses_whatever_is_none(
    shop: Shop, path: str, method: str, where: str, more: Mapping[str, str]
) -> None:
    shop.put(path, "stored")
    form = shop.cloud.client("s3").generate_presigned_post(shop.bucket, path[1:], ExpiresIn=86_400)
    headers, body = multipart(form["fields"])
    url = shop.cloud.upload_endpoint + where.format(bucket=shop.bucket, path=path)

    status, told = ask(url, method, {**headers, **more}, body)

    assert status == FORBIDDEN
    assert b"stored" not in told
    assert shop.get(path).body == b"stored"


def test_faults_of_s3_befall_forms_at_their_port(shop: Shop, path: str) -> None:
    shop.cloud.faults.add(Fault("s3", "status", method="POST", status=503, times=1))
    told = [post(shop, path[1:], 86_400, to=shop.cloud.upload_endpoint)[0] for _ in range(2)]
    assert (told[0], told[1] < FORBIDDEN) == (503, True)
    [first, _] = [one for one in shop.cloud.requests.entries() if one.method == "POST"]
    assert (first.where, first.fault) == ("s3", "status")
