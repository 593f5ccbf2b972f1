"""The SDK reaches the bucket as botocore would: endpoint, Region, credentials, and whom TLS trusts."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import boto3
import memory
import pytest
from memory_console.bucket import Bucket
from memory_console.sdk_bucket import SdkBucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def reached(name: str, region: str | None = None, endpoint_url: str | None = None) -> SdkBucket:
    return Bucket(name, region, None, endpoint_url)._sdk


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("name", "region", "url", "origin", "path", "signs_for"),
    [
        ("values", "eu-west-1", None, "https://values.s3.eu-west-1.amazonaws.com", "", "eu-west-1"),
        ("va.lues", "eu-west-1", None, "https://s3.eu-west-1.amazonaws.com", "/va.lues", "eu-west-1"),
        ("values", "aws-global", None, "https://values.s3.amazonaws.com", "", "us-east-1"),
        ("values", "cn-north-1", None, "https://values.s3.cn-north-1.amazonaws.com.cn", "", "cn-north-1"),
        ("values", "x-1", "http://127.0.0.1:9000", "http://127.0.0.1:9000", "/values", "x-1"),
        ("values", "x-1", "http://127.0.0.1:9000/s3/", "http://127.0.0.1:9000", "/s3/values", "x-1"),
    ],
)
def test_it_is_asked_where_botocore_would_ask(  # noqa: PLR0913, PLR0917 - the columns
    name: str, region: str, url: str | None, origin: str, path: str, signs_for: str
) -> None:
    endpoint = reached(name, region, url).endpoint()
    assert (endpoint.origin, endpoint.path, endpoint.region) == (origin, path, signs_for)
    assert endpoint.host == origin.partition("://")[2]


def test_without_credentials_it_says_how_to_log_in() -> None:
    with pytest.raises(memory.ConfigurationError, match="aws sso login"):
        reached("values", "eu-west-1")


def test_credentials_are_those_of_the_session_each_time_it_is_asked() -> None:
    session: Any = boto3.Session("AKIDONE", "secret", "token", region_name="eu-west-1")
    bucket = SdkBucket("values", session, lambda _: session.client("s3"))
    assert bucket.aws.credentials(0) == ("AKIDONE", "secret", "token", None)


@contextmanager
def s3(status: int, **headers: str) -> Iterator[tuple[str, list[str]]]:
    """Serve an S3 that answers all alike; yield its URL, and the Regions that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.headers["Authorization"].split("/")[2])
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.usefixtures("keys")
def test_a_bucket_in_another_region_is_asked_there_from_then_on() -> None:
    with s3(301, x_amz_bucket_region="eu-west-3") as (wrong, first), s3(200, ETag='"v"') as (right, second):
        urls = {None: (wrong, "eu-west-1"), "eu-west-3": (right, "eu-west-3")}

        def client(region: str | None) -> Any:
            url, its = urls[region]
            return boto3.client("s3", region_name=its, endpoint_url=url)

        bucket = SdkBucket("values", boto3.Session(), client)
        for _ in range(2):
            assert bucket.object("public/shop/a.json", 1) is not None
    assert (first, second) == (["eu-west-1"], ["eu-west-3", "eu-west-3"])


@pytest.mark.usefixtures("keys")
def test_connections_trust_whom_the_profile_of_the_option_does(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[profile work]\nca_bundle = /nonexistent/ca.pem\nregion = eu-west-1\n")
    (tmp_path / "credentials").write_text("[work]\naws_access_key_id = a\naws_secret_access_key = b\n")
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))

    told = run(
        *("get", "shop", "a", "--bucket", "values", "--profile", "work"),
        "--endpoint-url",
        "https://127.0.0.1:1",
    )

    assert (told.exit_code, "/nonexistent/ca.pem" in told.stderr) == (6, True), told.output
    assert "AWS_PROFILE" not in os.environ
