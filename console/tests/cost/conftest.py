"""An S3 endpoint that lists one small bucket; traffic that one test had computed is not computed again."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
from memory_console.cost import change_record, comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memory_console.cost.hit_ratios import Traffic
    from memory_console.cost.scenario import Scenario

BUCKET = "values"


class Listing(BaseHTTPRequestHandler):
    """An S3 that knows one call, ListObjectsV2, and one bucket with seven private values."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        prefix = parse_qs(address.query)["prefix"][0]
        if address.path != f"/{BUCKET}":
            body, status = "<Error><Code>NoSuchBucket</Code><Message>It is not there</Message></Error>", 404
        else:
            keys = [f"private/shop/{number}.json" for number in range(7)]
            entries = "".join(
                f"<Contents><Key>{key}</Key><Size>500</Size><StorageClass>STANDARD</StorageClass></Contents>"
                for key in keys
                if key.startswith(prefix)
            )
            body, status = (
                f"<ListBucketResult>{entries}<IsTruncated>false</IsTruncated></ListBucketResult>",
                200,
            )
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session", autouse=True)
def _traffic_computed_once() -> Iterator[None]:
    known: dict[tuple[str, float], Traffic] = {}

    def traffic(scenario: Scenario, hours: float) -> Traffic:
        key = (repr(scenario), hours)
        if key not in known:
            known[key] = change_record.traffic_of_both(scenario, hours)
        return known[key]

    with mock.patch.object(comparison, "traffic_of_both", traffic):
        yield


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a bucket that AWS_ENDPOINT_URL leads to."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Listing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        yield BUCKET
        server.shutdown()
