"""Who may use the engine: callers with credentials of this run, and no web page."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from local_cloud.run_keys import ENGINE_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local_cloud import LocalCloud

    from conftest import Shop

SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host"
}


@pytest.fixture(scope="module")
def bucket(cloud: LocalCloud) -> Iterator[str]:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="guarded")
    s3.put_object(Bucket="guarded", Key="key", Body=b"body")
    yield "guarded"
    s3.delete_object(Bucket="guarded", Key="key")
    s3.delete_bucket(Bucket="guarded")


def ask(
    url: str, path: str = "/", method: str = "GET", body: bytes | None = None, /, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def signed(cloud: LocalCloud) -> dict[str, str]:
    key = cloud.environment()["AWS_ACCESS_KEY_ID"]
    return {name: value.format(key=key) for name, value in SIGNED.items()}


def stranger(cloud: LocalCloud, service: str, key: str, token: str | None = None) -> Any:
    # The type of a client depends on the name of its service, which is not known here.
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key="test",
        aws_session_token=token,
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
        verify=str(cloud.certificate) if cloud.certificate else None,
    )


def refusal(client: Any, operation: str, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)(**arguments)
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Host": "localhost:1"},
        {"Host": "localhost.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "same-origin"},
    ],
)
def test_page_is_refused_even_with_this_runs_key(
    cloud: LocalCloud, bucket: str, headers: dict[str, str]
) -> None:
    status, told, body = ask(cloud.endpoint, f"/{bucket}/key", **signed(cloud), **headers)

    assert (status, b"AccessDenied" in body) == (403, True)
    assert [name for name in told if name.lower().startswith("access-control")] == []


def test_caller_may_name_this_machine_as_it_likes(cloud: LocalCloud, bucket: str) -> None:
    port = cloud.endpoint.rpartition(":")[2]
    for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
        headers = {**signed(cloud), "Host": f"{name}:{port}", "Sec-Fetch-Site": "none"}
        assert ask(cloud.endpoint, f"/{bucket}/key", **headers)[0] == 200


def test_answers_let_no_page_read_them(cloud: LocalCloud, bucket: str) -> None:
    _, told, _ = ask(cloud.endpoint, f"/{bucket}/key", **signed(cloud))

    assert [name for name in told if name.lower().startswith("access-control")] == []


@pytest.mark.parametrize("key", ["test", "AKIAIOSFODNN7EXAMPLE", "000000000000", "111111111111"])
def test_keys_of_other_runs_are_refused_in_the_words_of_each_service(cloud: LocalCloud, key: str) -> None:
    assert refusal(stranger(cloud, "s3", key), "list_buckets") == "InvalidAccessKeyId"
    assert refusal(stranger(cloud, "sts", key), "get_caller_identity") == "InvalidClientTokenId"
    assert refusal(stranger(cloud, "cloudformation", key), "list_stacks") == "InvalidClientTokenId"
    assert refusal(stranger(cloud, "ssm", key), "describe_parameters") == "UnrecognizedClientException"
    assert refusal(stranger(cloud, "lambda", key), "list_functions") == "UnrecognizedClientException"


@pytest.mark.parametrize("key", ["test", "000000000000"])
def test_roots_that_the_engine_takes_unchecked_are_refused(tls_shop: Shop, key: str) -> None:
    assert refusal(stranger(tls_shop.cloud, "s3", key), "list_buckets") == "InvalidAccessKeyId"


def test_presigned_url_of_another_key_is_refused(cloud: LocalCloud, bucket: str) -> None:
    url = stranger(cloud, "s3", "test").generate_presigned_url("get_object", {"Bucket": bucket, "Key": "key"})

    assert ask(cloud.endpoint, url.removeprefix(cloud.endpoint))[0] == 403


def test_second_signature_of_this_run_opens_nothing_for_the_first(cloud: LocalCloud, bucket: str) -> None:
    url = stranger(cloud, "s3", "test").generate_presigned_url("get_object", {"Bucket": bucket, "Key": "key"})

    assert ask(cloud.endpoint, url.removeprefix(cloud.endpoint), **signed(cloud))[0] == 403


def test_unsigned_requests_are_refused(cloud: LocalCloud, bucket: str) -> None:
    assert ask(cloud.endpoint, f"/{bucket}/key")[0] == 403
    assert ask(cloud.endpoint, f"/{bucket}/key", "PUT", b"evil")[0] == 403
    assert ask(cloud.endpoint, "/?Action=CreateUser&UserName=evil", "POST")[0] == 403
    assert ask(cloud.endpoint, "/_ministack/reset", "POST", **signed(cloud))[0] == 403


def test_everybody_reads_what_a_bucket_gives_everybody(cloud: LocalCloud, bucket: str) -> None:
    s3 = cloud.client("s3")
    arn = f"arn:aws:s3:::{bucket}"
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
    s3.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    )

    status, _, body = ask(cloud.endpoint, f"/{bucket}/key")
    written = ask(cloud.endpoint, f"/{bucket}/key", "PUT", b"evil")[0]
    s3.delete_bucket_policy(Bucket=bucket)

    assert (status, body, written) == (200, b"body", 403)


def test_keys_that_the_cloud_issues_are_its_own(cloud: LocalCloud, bucket: str) -> None:
    cloud.client("iam").create_role(RoleName="guarded", AssumeRolePolicyDocument="{}")
    arn = "arn:aws:iam::000000000000:role/guarded"
    given = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="one")["Credentials"]

    s3 = stranger(cloud, "s3", given["AccessKeyId"], given["SessionToken"])

    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"body"
    cloud.client("iam").delete_role(RoleName="guarded")


def test_functions_use_the_cloud_and_do_not_know_what_opens_the_engine(
    cloud: LocalCloud, function_template: Callable[..., dict[str, object]]
) -> None:
    code = (
        "import boto3, os, pathlib\n"
        "def run(event, context):\n"
        "    seen = [str(dict(os.environ)), pathlib.Path(f'/proc/{os.getppid()}/environ').read_text()]\n"
        "    return [boto3.client('sts').get_caller_identity()['Account'], *seen]"
    )
    cloud.deploy(function_template(code, name="guarded"), stack_name="guarded")

    account, *seen = json.loads(cloud.client("lambda").invoke(FunctionName="guarded")["Payload"].read())
    cloud.delete("guarded")

    assert account == "000000000000"
    assert not [text for text in seen if cloud._engine.keys.engine in text]


def test_engine_answers_nobody_without_the_secret(cloud: LocalCloud, bucket: str) -> None:
    engine, secret = cloud._engine.endpoint, {ENGINE_HEADER: cloud._engine.keys.engine}

    assert ask(engine, f"/{bucket}/key", **signed(cloud))[0] == 403
    assert ask(engine, f"/{bucket}/key", **signed(cloud), **{ENGINE_HEADER: "x"})[0] == 403
    assert ask(engine, "/_ministack/cfn-response/../reset", "POST")[0] == 403
    assert ask(engine, f"/{bucket}/key", **signed(cloud), **secret)[0] == 200
    assert ask(engine, "/_ministack/health")[0] == 200


def test_other_account_is_another_one(cloud: LocalCloud) -> None:
    sts = cloud.other_account("111111111111").client("sts", endpoint_url=cloud.endpoint)

    assert sts.get_caller_identity()["Account"] == "111111111111"
