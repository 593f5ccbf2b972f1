"""Other people's mocks: each row of docs/TESTING.md about one of Python's, with the library itself.

That nothing leaves under moto's mock_aws alone is in test_testing.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import pytest_socket
import requests_mock
import responses
import vcr
from memory import MemoryService
from memory.testing import Cloud
from moto import mock_aws

if TYPE_CHECKING:
    from pathlib import Path

    from doubles import WebServer

FOUND = (200, {"ETag": '"a"'}, b'{"v":1,"type":"int","value":7}')


@pytest.fixture
def mem(web_server: WebServer) -> MemoryService:
    """A service whose edge is a real server."""
    web_server.answer = lambda _: FOUND
    given = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "REGION": "us-east-1"}
    return MemoryService({**given, "EDGE_ENDPOINT": web_server.url, "LOCAL_MAX_ITEMS": 0}, "shop")


def put_and_get() -> int:
    with Cloud() as cloud:
        mem = MemoryService(cloud.conf(LOCAL_MAX_ITEMS=0), "shop")
        mem.put("a", 1)
        return int(mem.get("a"))


def test_responses_sees_nothing(mem: MemoryService) -> None:
    with responses.RequestsMock() as mocked:
        assert mem.get("a") == 7
        assert len(mocked.calls) == 0
        assert put_and_get() == 1


def test_requests_mock_sees_nothing(mem: MemoryService) -> None:
    with requests_mock.Mocker() as mocked:
        assert mem.get("a") == 7
        assert mocked.call_count == 0
        assert put_and_get() == 1


def test_vcrpy_records_nothing(mem: MemoryService, web_server: WebServer, tmp_path: Path) -> None:
    cassette = tmp_path / "cassette.yaml"
    asked = urlsplit(web_server.url).port

    def of_the_sdk(request: Any) -> Any:
        """Let servers of other tests, which may be in this process, ask as they do."""
        return request if request.port == asked else None

    for _ in range(2):
        with vcr.use_cassette(str(cassette), before_record_request=of_the_sdk) as recorded:
            assert mem.get("a") == 7
            assert len(recorded) == 0
            assert put_and_get() == 1
    assert len(web_server.requests) == 2
    assert not cassette.exists()


def test_under_pytest_socket_only_the_cloud_in_memory_is_there(mem: MemoryService) -> None:
    pytest_socket.disable_socket()
    try:
        with pytest.warns(UserWarning, match="tried to use"), pytest.raises(pytest_socket.SocketBlockedError):
            mem.get("a")
        assert put_and_get() == 1
    finally:
        pytest_socket.enable_socket()


def test_mock_aws_and_the_cloud_in_memory_go_together() -> None:
    import boto3

    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="theirs")
        assert put_and_get() == 1
        assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["theirs"]


def test_motos_server_has_no_edge_and_reads_fail_over(bucket: Any, caplog: pytest.LogCaptureFixture) -> None:
    given = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": bucket.name, "REGION": "us-east-1"}
    mem = MemoryService({**given, "EDGE_ENDPOINT": "http://127.0.0.1:9", "LOCAL_MAX_ITEMS": 0}, "shop")
    mem.put("a", 1)
    with caplog.at_level(logging.WARNING, "memory"):
        entry = MemoryService({**given, "EDGE_ENDPOINT": "http://127.0.0.1:9"}, "shop").get_entry("a")
    assert entry is not None
    assert (entry.value, entry.source) == (1, "s3")
    assert "the edge failed, reading S3" in caplog.text
