import gzip
import json
import logging
import socket
from pathlib import Path
from typing import Any

import boto3
import pytest
from doubles import Clock, WebServer
from memory import (
    AccessDeniedError,
    ConfigurationError,
    CorruptValueError,
    MemoryService,
    UnavailableError,
)

DOCUMENT = b'{"v":1,"type":"str","value":"hello","write":"9f86d081884c7d65"}'
MISSING_KEY = b'<?xml version="1.0"?><Error><Code>MissingKey</Code><Message>m</Message></Error>'
DENIED = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>'


def service(web_server: WebServer, clock: Clock, **conf: Any) -> MemoryService:
    given = {
        "DISTRIBUTION": "d1.cloudfront.net",
        "BUCKET_NAME": "values",
        "EDGE_ENDPOINT": web_server.url,
        "FAILOVER": False,
        **conf,
    }
    return MemoryService(given, "shop", clock=clock)


@pytest.fixture
def public(web_server: WebServer, clock: Clock) -> MemoryService:
    return service(web_server, clock)


@pytest.fixture
def private(web_server: WebServer, clock: Clock, rsa_pem: bytes, tmp_path: Path) -> MemoryService:
    path = tmp_path / "key.pem"
    path.write_bytes(rsa_pem)
    return service(web_server, clock, PK_PATH=path, PUBLIC_KEY_ID="K1")


def test_a_value_is_read_by_its_path_and_the_distributions_host(
    web_server: WebServer, public: MemoryService
) -> None:
    web_server.answer = lambda _: (200, {}, DOCUMENT)
    assert public.get("user.42/a") == "hello"
    ((path, headers),) = web_server.requests
    assert path == "/shop/user.2E42/a.json"
    assert headers["Host"] == "d1.cloudfront.net"
    assert headers["Accept-Encoding"] == "gzip"


def test_a_miss_is_the_default_and_a_stored_null_is_not(web_server: WebServer, public: MemoryService) -> None:
    assert public.get("a") is None
    assert public.get("a", 5) == 5
    web_server.answer = lambda _: (200, {}, b'{"v":1,"type":"null","value":null}')
    assert public.get("b", 5) is None


def test_a_document_that_was_fetched_after_its_end_is_a_miss(
    web_server: WebServer, public: MemoryService, clock: Clock
) -> None:
    web_server.answer = lambda _: (
        200,
        {"ETag": '"1"', "X-Cache": "Miss from cloudfront"},
        b'{"v":1,"type":"int","value":1,"expires_at":1800000000001}',
    )
    assert public.get("a", "none") == 1
    clock.now += 1.001
    assert public.get("a", "none") == "none"


def test_gzip_is_unpacked(web_server: WebServer, public: MemoryService) -> None:
    web_server.answer = lambda _: (200, {"Content-Encoding": "gzip"}, gzip.compress(DOCUMENT))
    assert public.get("a") == "hello"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"<html>"),
        ({"Content-Encoding": "gzip"}, b"no gzip"),
        ({"Content-Encoding": "gzip"}, gzip.compress(DOCUMENT)[:-9]),
        ({"Content-Encoding": "gzip"}, gzip.compress(DOCUMENT) + b"x"),
        ({"Content-Encoding": "br"}, DOCUMENT),
    ],
    ids=["html", "no gzip", "cut gzip", "bytes behind gzip", "brotli"],
)
def test_a_body_that_is_no_envelope_is_corrupt(
    headers: dict[str, str], body: bytes, web_server: WebServer, public: MemoryService
) -> None:
    web_server.answer = lambda _: (200, headers, body)
    with pytest.raises(CorruptValueError):
        public.get("a")


def test_nothing_is_read_or_inflated_past_the_limit(web_server: WebServer, clock: Clock) -> None:
    document = json.dumps({"v": 1, "type": "str", "value": "a" * 2000}).encode()
    within, beyond = (service(web_server, clock, MAX_VALUE_BYTES=len(document) - less) for less in (0, 1))
    for headers, body in (({}, document), ({"Content-Encoding": "gzip"}, gzip.compress(document))):
        web_server.answer = lambda _, headers=headers, body=body: (200, headers, body)  # type: ignore[misc]
        assert within.get(f"a{len(body)}") == "a" * 2000
        with pytest.raises(CorruptValueError, match="larger than MAX_VALUE_BYTES"):
            beyond.get("a")
    bomb = gzip.compress(b"0" * 50_000_000)
    web_server.answer = lambda _: (200, {"Content-Encoding": "gzip"}, bomb)
    with pytest.raises(CorruptValueError, match="larger than MAX_VALUE_BYTES"):
        service(web_server, clock, MAX_VALUE_BYTES=1_000_000).get("a")


def test_a_public_service_reads_without_a_query(web_server: WebServer, public: MemoryService) -> None:
    public.get("a")
    assert "?" not in web_server.requests[0][0]


def test_private_reads_share_one_signature(web_server: WebServer, private: MemoryService) -> None:
    private.get("a")
    private.get("b")
    (first, _), (second, _) = web_server.requests
    assert first.startswith("/shop/a.json?Policy=")
    assert first.partition("?")[2] == second.partition("?")[2]


def test_a_refused_signature_is_no_miss(web_server: WebServer, private: MemoryService) -> None:
    web_server.answer = lambda _: (403, {}, DENIED)
    with pytest.raises(AccessDeniedError, match=r"refused the signature \(AccessDenied\)") as raised:
        private.get("a", "default")
    assert "Signature=" not in str(raised.value)
    assert len(web_server.requests) == 1


def test_a_public_service_on_the_private_distribution_is_told_so(
    web_server: WebServer, public: MemoryService
) -> None:
    web_server.answer = lambda _: (403, {}, MISSING_KEY)
    with pytest.raises(ConfigurationError, match=r"wants signed URLs \(MissingKey\)"):
        public.get("a")
    web_server.answer = lambda _: (403, {}, DENIED)
    with pytest.raises(AccessDeniedError, match="may not read the bucket"):
        public.get("a")


def test_a_rotated_key_is_read_again_after_a_403(
    web_server: WebServer, clock: Clock, rsa_pem: bytes, aws: str
) -> None:
    def secret(key_id: str) -> None:
        value = json.dumps({"public_key_id": key_id, "private_key": rsa_pem.decode()})
        boto3.client("ssm").put_parameter(Name="k", Value=value, Type="SecureString", Overwrite=True)

    assert aws
    secret("OLD")
    mem = service(web_server, clock, PK_PATH="arn:aws:ssm:us-east-1:123456789012:parameter/k")
    web_server.answer = lambda path: (200, {}, DOCUMENT) if "Key-Pair-Id=OLD" in path else (403, {}, DENIED)
    assert mem.get("a") == "hello"
    secret("NEW")
    web_server.answer = lambda path: (200, {}, DOCUMENT) if "Key-Pair-Id=NEW" in path else (403, {}, DENIED)
    assert mem.get("b") == "hello"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 301, 400])
def test_another_status_is_unavailable(status: int, web_server: WebServer, public: MemoryService) -> None:
    web_server.answer = lambda _: (status, {}, b"")
    with pytest.raises(UnavailableError, match=f"/shop/a.json: the edge answered {status}"):
        public.get("a")


def test_an_edge_that_is_not_there_is_unavailable(private: MemoryService, web_server: WebServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        private._reader._edge._origin = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(
            UnavailableError, match=r"/shop/a.json: no connection to 127.0.0.1: ECONNREFUSED$"
        ) as raised:
            private.get("a")
    assert raised.value.__cause__ is None
    assert not web_server.requests


def test_a_body_cut_short_is_unavailable(web_server: WebServer, public: MemoryService) -> None:
    web_server.answer = lambda _: (200, {"Content-Length": "500", "Connection": "close"}, DOCUMENT)
    with pytest.raises(UnavailableError):
        public.get("a")


def test_no_log_line_of_a_signed_read_has_its_query(
    web_server: WebServer, private: MemoryService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web_server.answer = lambda _: (200, {}, DOCUMENT)
    assert private.get("a") == "hello"
    query = web_server.requests[0][0].partition("?")[2]
    signature = query.partition("Signature=")[2].partition("&")[0]
    assert len(signature) > 50
    assert 'get "a" from edge' in caplog.text
    assert signature not in caplog.text  # boto3, which the tests use beside, logs signatures of its own


def test_each_read_logs_where_the_value_came_from(
    web_server: WebServer, private: MemoryService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "memory")
    web_server.answer = lambda _: (200, {"X-Cache": "Hit from cloudfront", "Age": "3"}, DOCUMENT)
    private.get("a")
    web_server.answer = lambda _: (200, {"X-Cache": "Miss from cloudfront"}, DOCUMENT)
    private.get('a\n"b"')
    web_server.answer = lambda _: (404, {"X-Cache": "Error from cloudfront"}, b"")
    private.get("c")
    assert caplog.messages == [
        'memory: get "a" from edge (hit, age 3 s)',
        'memory: get "a\\n\\"b\\"" from edge (miss)',
        'memory: get "c" from edge (error, no value)',
    ]
