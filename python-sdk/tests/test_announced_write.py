"""A write that was announced, on its way: signed in its query, and broken off rather than late (CHG-12, CHG-13)."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from memory import _connection as connection
from memory._aws import WRITE, Aws, AwsRequest
from memory._connection import Connection, NoAnswerError
from memory._credential_source import CredentialSource
from memory._credentials import Credentials
from memory._endpoints import Endpoint
from memory._exchange import UNDER_WAY, Failure, Request, Response
from memory._sigv4 import signed_query
from memory._wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = 1_800_000_000
LARGE = 64 * 1024 * 1024


@pytest.mark.parametrize("token", [None, "a/token+of=ours"])
@pytest.mark.parametrize(
    ("method", "query", "headers"),
    [
        ("PUT", {}, {"Content-Type": "application/json", "If-Match": '"abc"', "x-amz-tagging": "ttl-days=1"}),
        ("DELETE", {}, {}),
        ("POST", {"delete": ""}, {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}),
    ],
)
def test_the_signature_is_the_one_that_botocore_makes(
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    query: dict[str, str],
    headers: dict[str, str],
    token: str | None,
) -> None:
    moment = datetime.fromtimestamp(NOW, timezone.utc)
    monkeypatch.setattr(auth, "get_current_datetime", lambda **_: moment)
    given = {"Host": "values.s3.eu-west-1.amazonaws.com", **headers}
    mine = signed_query(
        method,
        "/public/shop.changes/a.2Eb.json",
        query,
        given,
        service="s3",
        region="eu-west-1",
        credentials=Credentials("AKIA", "secret", token),
        now=NOW,
        expires=20,
    )
    text = "&".join(f"{name}={value}" for name, value in query.items())
    url = f"https://values.s3.eu-west-1.amazonaws.com/public/shop.changes/a.2Eb.json?{text}"
    theirs: Any = AWSRequest(method=method, url=url, headers=given)
    signer: Any = auth.S3SigV4QueryAuth(
        BotoCredentials("AKIA", "secret", token), "s3", "eu-west-1", expires=20
    )
    signer.add_auth(theirs)

    expected = dict(parse_qsl(urlsplit(theirs.url).query, keep_blank_values=True))
    assert dict(parse_qsl(mine, keep_blank_values=True)) == expected
    assert expected["X-Amz-Date"] == "20270115T080000Z"


class Listener:
    """A server that takes one connection and reads nothing until it is told to."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.client = socket.create_connection(self.server.getsockname())
        self.accepted, _ = self.server.accept()

    def outcome(self) -> tuple[int, str]:
        """Return how many bytes arrive, and how the connection ends."""
        total = 0
        self.accepted.settimeout(5)
        while True:
            try:
                received = self.accepted.recv(1 << 20)
            except ConnectionResetError:
                return total, "reset"
            if not received:
                return total, "closed"
            total += len(received)

    def close(self) -> None:
        for one in (self.client, self.accepted, self.server):
            one.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with contextlib.closing(Listener()) as listener:
        yield listener


def put(until: float | None, size: int = LARGE) -> Request:
    return Request("PUT", "http://127.0.0.1", "/a.json", {"Host": "a"}, b"a" * size, send_until=until)


def test_an_upload_that_takes_too_long_is_reset_and_what_the_kernel_holds_is_not_sent(
    listener: Listener,
) -> None:
    request = put(None)
    began = time.monotonic()
    in_time = request._replace(send_until=time.time() + 1)
    with pytest.raises(NoAnswerError) as ended:
        Connection(listener.client).exchange(in_time, b"PUT", began + 60)

    assert ended.value.failure.state == UNDER_WAY
    assert time.monotonic() - began < 30
    total, end = listener.outcome()
    assert end == "reset"
    assert total < LARGE


def test_an_answer_that_does_not_come_in_time_ends_in_a_reset(listener: Listener) -> None:
    with pytest.raises(NoAnswerError):
        Connection(listener.client).exchange(put(time.time() + 60, 10), b"PUT", time.monotonic() + 0.2)

    assert listener.outcome()[1] == "reset"


def test_a_request_without_an_announcement_is_closed_as_ever(listener: Listener) -> None:
    with pytest.raises(NoAnswerError):
        Connection(listener.client).exchange(put(None, 10), b"PUT", time.monotonic() + 0.2)

    assert listener.outcome() == (13, "closed")


def test_nothing_is_sent_by_who_was_frozen_until_it_was_too_late(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The monotonic clock may have stood still meanwhile."""
    sent = Connection(listener.client)
    now = time.time()
    monkeypatch.setattr(connection, "_wall_clock", lambda: now + 1000)
    with pytest.raises(NoAnswerError):
        sent.exchange(put(now + 80, 10), b"PUT", time.monotonic() + 60)

    assert listener.outcome()[0] == 0


def test_an_upload_that_freezes_in_its_middle_is_not_gone_on_with(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    looks = iter([now, now, now, *[now + 81] * 10_000])
    reading = threading.Thread(target=lambda: outcomes.append(listener.outcome()))
    outcomes: list[tuple[int, str]] = []
    sent = Connection(listener.client)
    monkeypatch.setattr(connection, "_wall_clock", lambda: next(looks))
    reading.start()
    with pytest.raises(NoAnswerError):
        sent.exchange(put(now + 80), b"PUT", time.monotonic() + 60)
    reading.join()

    ((total, end),) = outcomes
    assert end == "reset"
    assert total <= 3 + 64 * 1024


class Recorder:
    """A wire that notes what it is given."""

    def __init__(self, answers: list[Response | Failure]) -> None:
        self.sent: list[Request] = []
        self.answers = answers
        self.now = float(NOW)

    def clock(self) -> float:
        return self.now

    def send(self, request: Request, _: float) -> Response | Failure:
        self.sent.append(request)
        return self.answers.pop(0)


def put_announced(e: int) -> AwsRequest:
    endpoint = Endpoint("http://127.0.0.1", "127.0.0.1", "", "us-east-1", is_configured=True)
    return AwsRequest(endpoint, "s3", "PUT", "/a", WRITE, announced=e)


def test_a_write_may_be_sent_until_80_seconds_after_its_announcement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    recorder: Any = Recorder([Response(200, {}, b"")])
    source = CredentialSource(Wire(), None, "testing", "us-east-1")
    Aws(recorder, source.credentials).send(put_announced(NOW - 7), time.monotonic() + 5)

    (sent,) = recorder.sent
    assert sent.send_until == NOW - 7 + 80
    assert "X-Amz-Expires=20" in sent.target
    assert "Authorization" not in sent.headers


@pytest.mark.parametrize(("late", "sends"), [(15, 1), (15.5, 0)])
def test_a_write_is_not_sent_more_than_15_seconds_after_its_announcement(late: float, sends: int) -> None:
    recorder: Any = Recorder([Response(200, {}, b"")])
    source = CredentialSource(Wire(), None, "testing", "us-east-1")
    recorder.now = NOW + late
    outcome = Aws(recorder, source.credentials).send(put_announced(NOW), time.monotonic() + 5)

    assert len(recorder.sent) == sends
    assert outcome.is_out_of_time == (sends == 0)
    assert not outcome.is_unknown
