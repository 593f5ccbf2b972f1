import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from doubles import Answer, Clock, WebServer, serving
from memory import (
    AccessDeniedError,
    ConfigurationError,
    CorruptValueError,
    MemoryService,
    UnavailableError,
)
from memory._circuit import FAILURES_TO_SKIP, SKIP_SECONDS, Circuit
from memory._connection import Connection
from memory._credentials import Credentials
from memory._dial import Origin
from memory._dial import dial as real_dial
from memory._sigv4 import signed_headers

FROM_EDGE: Answer = (200, {"ETag": '"abc"'}, b'{"v":1,"type":"str","value":"edge"}')
FROM_S3: Answer = (200, {"ETag": '"abc"'}, b'{"v":1,"type":"str","value":"s3"}')
NO_SUCH_KEY: Answer = (404, {}, b"<Error><Code>NoSuchKey</Code></Error>")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    with serving() as server:
        server.answer = lambda _: FROM_S3
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        yield server


def service(web_server: WebServer, clock: Clock, **conf: Any) -> MemoryService:
    given = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "REGION": "us-east-1"}
    return MemoryService({**given, "EDGE_ENDPOINT": web_server.url, **conf}, "shop", clock=clock)


def test_a_consistent_read_does_not_ask_the_edge(web_server: WebServer, s3: WebServer, clock: Clock) -> None:
    entry = service(web_server, clock).get_entry("user.42", consistent=True)
    assert entry is not None
    assert (entry.value, entry.source, entry.version, entry.age) == ("s3", "s3", "abc", 0)
    assert web_server.requests == []
    assert [path for path, _ in s3.requests] == ["/values/public/shop/user.2E42.json"]


def test_reading_s3_imports_no_aws_sdk(web_server: WebServer, s3: WebServer) -> None:
    import subprocess
    import sys
    from pathlib import Path

    conf = {"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values", "EDGE_ENDPOINT": web_server.url}
    code = f"import memory, sys; print(memory.MemoryService({conf!r}, 'shop').get('a', consistent=True), *sys.modules)"
    environment = {
        "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src"),
        "AWS_ENDPOINT_URL_S3": s3.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
    }
    printed = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    value, *loaded = printed.stdout.split()
    assert value == "s3"
    assert not {"boto3", "botocore"} & set(loaded)


@pytest.mark.parametrize("token", [None, "a-session-token"])
def test_the_signature_is_botocores(token: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_800_000_000.0
    url = "http://values.s3.eu-west-1.amazonaws.com/public/shop/user.2E42/.C3.B6l.json"
    theirs = AWSRequest("GET", url, headers={"host": "values.s3.eu-west-1.amazonaws.com"})

    import datetime as dt

    moment = dt.datetime.fromtimestamp(now, dt.timezone.utc)
    monkeypatch.setattr(
        botocore.auth, "get_current_datetime", lambda **_: moment.replace(tzinfo=None), raising=False
    )
    signer = botocore.auth.S3SigV4Auth(BotoCredentials("AKID", "secret", token), "s3", "eu-west-1")
    signer.add_auth(theirs)
    ours = signed_headers(
        "GET",
        "/public/shop/user.2E42/.C3.B6l.json",
        "",
        {"Host": "values.s3.eu-west-1.amazonaws.com"},
        b"",
        service="s3",
        region="eu-west-1",
        credentials=Credentials("AKID", "secret", token),
        now=now,
    )
    assert ours["x-amz-date"] == theirs.headers["X-Amz-Date"] == "20270115T080000Z"
    # Ours is over an empty body, theirs over none at all on https: compare like with like.
    assert theirs.headers["X-Amz-Content-SHA256"] == ours["x-amz-content-sha256"]
    assert ours["Authorization"] == theirs.headers["Authorization"]


def test_credentials_show_in_no_repr() -> None:
    assert "secret" not in repr(Credentials("AKID", "secret", "token"))
    assert "secret" not in f"{Credentials('AKID', 'secret', None)!r}"


@pytest.mark.parametrize(
    "edge",
    [
        (500, {}, b""),
        (503, {}, b"<html>"),
        (301, {}, b""),
        (200, {}, b"<html>garbled</html>"),
        (200, {"Content-Encoding": "gzip"}, b"garbled"),
        (200, {"Content-Length": "500", "Connection": "close"}, FROM_EDGE[2]),
        (403, {}, b"<Error><Code>AccessDenied</Code><RequestId>S3</RequestId></Error>"),
    ],
    ids=["500", "503", "301", "html", "no gzip", "cut", "S3 refused the edge"],
)
def test_what_the_edge_cannot_answer_s3_does(
    edge: Answer, web_server: WebServer, s3: WebServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    web_server.answer = lambda _: edge
    assert service(web_server, clock).get("a") == "s3"
    assert len(s3.requests) == 1
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "the edge failed, reading S3" in warning.getMessage()
    with pytest.raises((UnavailableError, CorruptValueError, AccessDeniedError)):
        service(web_server, clock, FAILOVER="false").get("a")
    assert len(s3.requests) == 1


def test_a_miss_and_a_refusal_of_the_edge_count(web_server: WebServer, s3: WebServer, clock: Clock) -> None:
    mem = service(web_server, clock)
    assert mem.get("a", "missing") == "missing"
    web_server.answer = lambda _: (403, {}, b"<Error><Code>MissingKey</Code></Error>")
    with pytest.raises(ConfigurationError):
        mem.get("a")
    assert s3.requests == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((403, {}, b"<Error><Code>AccessDenied</Code></Error>"), AccessDeniedError),
        ((404, {}, b"<Error><Code>NoSuchBucket</Code></Error>"), ConfigurationError),
        ((301, {}, b"<Error><Code>PermanentRedirect</Code></Error>"), ConfigurationError),
        ((503, {}, b"<Error><Code>SlowDown</Code></Error>"), UnavailableError),
        ((200, {}, b"<html>"), CorruptValueError),
        ((200, {"Content-Length": "99", "Connection": "close"}, b"{"), UnavailableError),
    ],
    ids=["403", "bucket", "region", "busy", "html", "cut"],
)
def test_what_s3_says_counts(
    answer: Answer, expected: type[Exception], web_server: WebServer, s3: WebServer, clock: Clock
) -> None:
    s3.answer = lambda _: answer
    with pytest.raises(expected):
        service(web_server, clock).get("a", consistent=True)


def test_a_clock_that_s3_does_not_believe_is_named(
    web_server: WebServer, s3: WebServer, clock: Clock
) -> None:
    s3.answer = lambda _: (403, {}, b"<Error><Code>RequestTimeTooSkewed</Code></Error>")
    with pytest.raises(AccessDeniedError, match="RequestTimeTooSkewed. Set the clock of this machine"):
        service(web_server, clock).get("a", consistent=True)


def test_a_name_that_s3_does_not_have_is_a_miss(web_server: WebServer, s3: WebServer, clock: Clock) -> None:
    s3.answer = lambda _: NO_SUCH_KEY
    assert service(web_server, clock).get("a", "missing", consistent=True) == "missing"


def test_after_three_failures_the_edge_is_left_alone_for_ten_seconds(
    web_server: WebServer, s3: WebServer, clock: Clock
) -> None:
    mem = service(web_server, clock)
    web_server.answer = lambda _: (500, {}, b"")
    for _ in range(5):
        assert mem.get("a") == "s3"
    assert (len(web_server.requests), len(s3.requests)) == (3, 5)
    clock.now += 9.9
    mem.get("a")
    assert len(web_server.requests) == 3
    clock.now += 0.1
    mem.get("a")
    mem.get("a")
    assert len(web_server.requests) == 4
    web_server.answer = lambda _: FROM_EDGE
    clock.now += 10
    assert [mem.get("a") for _ in range(3)] == ["edge"] * 3


def test_a_refusal_ends_the_row_of_failures(web_server: WebServer, s3: WebServer, clock: Clock) -> None:
    mem = service(web_server, clock)
    for _ in range(2):
        web_server.answer = lambda _: (500, {}, b"")
        mem.get("a")
        mem.get("a")
        web_server.answer = lambda _: (403, {}, b"<Error><Code>MissingKey</Code></Error>")
        with pytest.raises(ConfigurationError):
            mem.get("a")
    assert len(web_server.requests) == 6
    assert len(s3.requests) == 4


def test_an_answer_ends_the_row_of_failures(web_server: WebServer, s3: WebServer, clock: Clock) -> None:
    mem = service(web_server, clock)
    for _ in range(3):
        web_server.answer = lambda _: (500, {}, b"")
        mem.get("a")
        mem.get("a")
        web_server.answer = lambda _: FROM_EDGE
        assert mem.get("a") == "edge"
    assert len(web_server.requests) == 9
    assert len(s3.requests) == 6


def hanging(reply: Callable[[socket.socket], None]) -> tuple[str, Callable[[], None]]:
    """Start a server that does with each connection what it is told."""
    listener = socket.create_server(("127.0.0.1", 0))
    kept: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            kept.append(connection)
            threading.Thread(target=reply, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()

    def stop() -> None:
        listener.close()
        for connection in kept:
            connection.close()

    return f"http://127.0.0.1:{listener.getsockname()[1]}", stop


def silent(_: socket.socket) -> None:
    """Take the connection and never answer."""


def dripping(connection: socket.socket) -> None:
    """Answer a byte at a time, for ever."""
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            connection.sendall(b" ")
            time.sleep(0.05)
    except OSError:
        return


@pytest.mark.parametrize("reply", [silent, dripping])
def test_a_hung_edge_and_a_hung_s3_end_within_the_deadline(
    reply: Callable[[socket.socket], None],
    web_server: WebServer,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
    seconds: Callable[[float], float],
) -> None:
    url, stop = hanging(reply)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)
    mem = service(web_server, clock, EDGE_ENDPOINT=url, DEADLINE=1)
    started = time.monotonic()
    with pytest.raises(UnavailableError):
        mem.get("a")
    assert 0.9 < time.monotonic() - started < 1 + seconds(1)
    stop()


def test_a_connection_that_died_while_nobody_looked_is_replaced(s3: WebServer, clock: Clock) -> None:
    served: list[int] = []

    def once(connection: socket.socket) -> None:
        connection.recv(65536)
        served.append(1)
        body = FROM_EDGE[2]
        connection.sendall(b'HTTP/1.1 200 OK\r\nETag: "abc"\r\nContent-Length: %d\r\n\r\n' % len(body) + body)
        connection.recv(65536)  # the second request on this connection gets no answer
        connection.close()

    url, stop = hanging(once)
    with serving() as unused:
        mem = service(unused, clock, EDGE_ENDPOINT=url)
        assert [mem.get("a") for _ in range(3)] == ["edge"] * 3
    assert len(served) == 3
    assert s3.requests == []
    stop()


def test_idle_connections_are_not_used_again(
    web_server: WebServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    web_server.answer = lambda _: FROM_EDGE
    mem = service(web_server, clock)
    now, dialled = [1000.0], list[float]()

    def dial(origin: Origin, deadline: float, patience: int) -> Connection:
        dialled.append(now[0])
        return real_dial(origin, deadline, patience)

    monkeypatch.setattr("memory._wire.dial", dial)
    monkeypatch.setattr("memory._connection._wall_clock", lambda: now[0])
    for at in (1000.0, 1004.0, 1008.1, 1005.0, 1006.0):
        now[0] = at
        mem.get("a")
    # The first finds no connection yet, the others slept too long, or the clock went backwards.
    assert dialled == [1000.0, 1008.1, 1005.0]


def test_a_failure_while_somebody_looks_at_the_clock_lets_nobody_else_ask() -> None:
    now = [1_800_000_000.0]
    befalls: list[Callable[[], None]] = []

    def clock() -> float:
        seen = now[0]
        if befalls:
            now[0] += 0.001
            befalls.pop()()
        return seen

    circuit = Circuit(clock)
    for _ in range(FAILURES_TO_SKIP):
        circuit.failed()
    now[0] += SKIP_SECONDS
    assert circuit.asks()
    befalls.append(circuit.failed)  # the request of whoever asked ends just then
    assert not circuit.asks()
