"""Faults on demand, each as a client on the other side of the connection meets it."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError
from local_cloud import Fault, LocalCloud

if TYPE_CHECKING:
    from conftest import Shop

SOON = 0.05  # seconds


@pytest.fixture
def stored(shop: Shop, path: str) -> str:
    """Return the path of an object of four bytes."""
    shop.put(path, "body")
    return path


def test_refused_connections_come_back_when_the_fault_is_cleared(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "refuse"))
    for pop in (0, 1):
        with pytest.raises(ConnectionRefusedError):
            shop.get(stored, pop)

    shop.cloud.faults.clear()

    assert [shop.get(stored, pop).status for pop in (0, 1)] == [200, 200]


def test_refusing_place_resets_the_connections_it_has_and_the_others_go_on(shop: Shop, stored: str) -> None:
    with shop.connection(0) as here, shop.connection(1) as there:
        for connection in (here, there):
            shop.ask(connection, stored)
        shop.cloud.faults.add(Fault("edge", "refuse", pop=0))

        with pytest.raises(ConnectionResetError):
            here.sock.recv(1)
        assert shop.ask(there, stored).status == 200


def test_reset_request_is_not_carried_out(shop: Shop, path: str) -> None:
    shop.cloud.faults.add(Fault("s3", "reset", method="PUT"))
    with pytest.raises(ConnectionClosedError):
        shop.put(path, "body")

    assert shop.get(path).status == 404


def test_lost_answer_is_lost_after_the_write(shop: Shop, path: str) -> None:
    shop.cloud.faults.add(Fault("s3", "lost", method="PUT", times=1))
    with pytest.raises(ConnectionClosedError):
        shop.put(path, "body")

    assert shop.get(path).body == b"body"


def test_lost_write_is_stamped_like_any_other(shop: Shop, path: str) -> None:
    shop.put(path, "one")
    before = shop.get(path).headers["Last-Modified"]
    shop.clock.advance(60)
    shop.cloud.faults.add(Fault("s3", "lost", method="PUT", times=1))
    with pytest.raises(ConnectionClosedError):
        shop.put(path, "two")

    assert shop.get(path).headers["Last-Modified"] != before


def test_kept_connection_is_reset_when_it_is_used_again(shop: Shop, stored: str) -> None:
    with shop.connection() as kept:
        shop.ask(kept, stored)
        shop.cloud.faults.add(Fault("edge", "reset-kept", times=1))
        assert shop.get(stored).status == 200  # on a connection of its own

        with pytest.raises(ConnectionResetError):
            shop.ask(kept, stored)
        kept.close()
        assert shop.ask(kept, stored).status == 200


def test_hanging_request_gets_no_answer_and_ends_when_the_fault_is_cleared(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "hang"))
    with shop.connection() as connection:
        connection.request("GET", stored, headers={"Host": shop.host})
        connection.sock.settimeout(SOON)
        with pytest.raises(TimeoutError):
            connection.sock.recv(1)

        shop.cloud.faults.clear()

        connection.sock.settimeout(5)
        with pytest.raises(ConnectionResetError):
            connection.sock.recv(1)


def test_cloud_stops_at_once_although_a_request_hangs() -> None:
    with LocalCloud.start() as cloud, socket.socket() as client:
        cloud.faults.add(Fault("edge", "hang"))
        host, _, port = cloud.edge_endpoint.removeprefix("http://").partition(":")
        client.connect((host, int(port)))
        client.sendall(b"GET / HTTP/1.1\r\nHost: any\r\n\r\n")
        while not cloud.requests.entries():
            time.sleep(0.01)
        client.settimeout(5)
        began = time.monotonic()
        cloud.stop()
        assert time.monotonic() - began < 4
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_slow_answer_begins_late_and_comes_byte_by_byte(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "slow", delay=SOON, pause=SOON / 2))
    with shop.connection() as connection:
        began = time.monotonic()
        connection.request("GET", stored, headers={"Host": shop.host})
        answer = connection.getresponse()
        assert time.monotonic() - began >= SOON
        parts = [answer.read1(10) for _ in range(4)]
        assert time.monotonic() - began >= SOON + 4 * SOON / 2

    assert parts == [b"b", b"o", b"d", b"y"]


def test_any_fault_may_come_late(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "status", status=500, delay=SOON))
    began = time.monotonic()

    assert shop.get(stored).status == 500
    assert time.monotonic() - began >= SOON


@pytest.mark.parametrize("status", [500, 502, 503, 504, 403])
def test_failing_edge_answers_with_a_page_of_cloudfront(shop: Shop, stored: str, status: int) -> None:
    shop.cloud.faults.add(Fault("edge", "status", status=status))

    answer = shop.get(stored)

    assert (answer.status, answer.cache, answer.headers["Server"]) == (status, "Error", "CloudFront")
    assert f"<H1>{status} ERROR</H1>".encode() in answer.body


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, "InternalError"), (503, "SlowDown"), (403, "AccessDenied"), (502, "BadGateway")],
)
def test_failing_s3_answers_with_its_own_error(shop: Shop, stored: str, status: int, code: str) -> None:
    shop.cloud.faults.add(Fault("s3", "status", status=status))

    with pytest.raises(ClientError, match=rf"\({code}\)"):
        shop.cloud.client("s3").get_object(Bucket=shop.bucket, Key=stored[1:])


def test_error_of_s3_has_the_code_that_is_asked_for(shop: Shop, path: str) -> None:
    shop.cloud.faults.add(Fault("s3", "status", status=400, code="RequestTimeout", method="PUT"))

    with pytest.raises(ClientError, match=r"\(RequestTimeout\)"):
        shop.put(path, "body")


def test_refusal_of_an_edge_has_the_code_that_is_asked_for(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "status", status=403, code="InvalidKey"))

    answer = shop.get(stored)

    assert answer.status == 403
    assert b"<Code>InvalidKey</Code>" in answer.body


def test_keys_that_could_not_be_removed_are_named_and_stay(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("s3", "keys", code="AccessDenied", method="POST"))
    key = stored[1:]

    answer = shop.cloud.client("s3").delete_objects(
        Bucket=shop.bucket, Delete={"Objects": [{"Key": key}], "Quiet": True}
    )

    assert [(error["Key"], error["Code"]) for error in answer["Errors"]] == [(key, "AccessDenied")]
    assert shop.get(stored).status == 200


def test_cut_answer_promises_more_than_comes(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "cut"))

    with pytest.raises(http.client.IncompleteRead) as cut:
        shop.get(stored)
    assert (cut.value.partial, cut.value.expected) == (b"bo", 2)


def test_garbled_answer_has_the_right_headers_and_another_body(shop: Shop, stored: str) -> None:
    right = shop.get(stored)
    shop.cloud.faults.add(Fault("edge", "garbled"))

    wrong = shop.get(stored)

    assert (wrong.status, wrong.headers["ETag"], len(wrong.body)) == (200, right.headers["ETag"], 4)
    assert not set(wrong.body) & set(right.body)


def test_answer_may_be_no_http(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "no-http"))

    with pytest.raises(http.client.BadStatusLine):
        shop.get(stored)


def test_garbled_answer_spoils_no_copy(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "garbled", times=1))
    shop.get(stored)

    assert shop.get(stored).body == b"body"


def test_fault_heals_after_so_many_requests(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "status", times=2))

    assert [shop.get(stored).status for _ in range(3)] == [503, 503, 200]
    assert shop.cloud.faults.active() == []


def test_fault_is_for_its_place_paths_and_method_only(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "status", path=stored, pop=1, method="GET"))

    assert shop.get(stored, 1).status == 503
    assert shop.get(stored, 0).status == 200
    assert shop.get(stored, 1, "HEAD").status == 200
    assert shop.get("/elsewhere", 1).status == 404


def test_fault_of_a_place_befalls_its_browsers_too(shop: Shop, stored: str) -> None:
    port = int(shop.cloud.browser_endpoint(shop.host, 1).rpartition(":")[2])
    shop.cloud.faults.add(Fault("edge", "refuse", pop=1))

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()
    assert shop.get(stored, 0).status == 200


def test_oldest_fault_counts(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "status", status=500, times=1))
    shop.cloud.faults.add(Fault("edge", "status", status=502))

    assert [shop.get(stored).status for _ in range(2)] == [500, 502]


def test_failing_origin_is_seen_through_the_edge_while_applications_reach_s3(shop: Shop, stored: str) -> None:
    shop.get(stored)
    shop.clock.advance(5)
    shop.cloud.faults.add(Fault("origin", "status", status=503))

    stale = shop.get(stored)
    missing = shop.get(f"{stored}.never-read")

    assert (stale.body, stale.cache, stale.headers["Age"]) == (b"body", "Hit", "5")
    assert (missing.status, missing.cache) == (503, "Error")
    assert b"<Code>SlowDown</Code>" in missing.body
    assert shop.cloud.client("s3").get_object(Bucket=shop.bucket, Key=stored[1:])["Body"].read() == b"body"


@pytest.mark.parametrize("kind", ["refuse", "reset", "cut", "no-http"])
def test_origin_that_breaks_off_is_a_bad_gateway(shop: Shop, stored: str, kind: Any) -> None:
    shop.cloud.faults.add(Fault("origin", kind))

    assert shop.get(stored).status == 502


def test_failing_s3_does_not_concern_the_edge_or_other_services(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("s3", "status"))

    assert shop.get(stored).status == 200
    assert shop.cloud.client("sts").get_caller_identity()["Account"]
    shop.cloud.refresh()
    assert shop.get(stored).status == 200


def test_refusing_s3_is_unreachable(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("s3", "refuse"))

    with pytest.raises(EndpointConnectionError):
        shop.cloud.client("s3").get_object(Bucket=shop.bucket, Key=stored[1:])
    assert shop.get(stored).status == 200


def test_requests_tell_where_they_went_and_how_they_ended(shop: Shop, stored: str) -> None:
    shop.cloud.requests.clear()
    shop.get(f"{stored}?Signature=x")
    shop.cloud.faults.add(Fault("edge", "lost"))
    with pytest.raises(ConnectionResetError):
        shop.get(stored, 1)
    shop.put(stored, "new")

    seen = [
        (one.where, one.pop, one.method, one.path, one.status, one.x_cache, one.fault)
        for one in shop.cloud.requests.entries()
    ]
    in_s3 = f"/{shop.bucket}{stored}"
    assert seen == [
        ("origin", None, "GET", in_s3, 200, None, None),
        ("edge", 0, "GET", stored, 200, "Miss from cloudfront", None),
        ("origin", None, "GET", in_s3, 200, None, None),
        ("edge", 1, "GET", stored, None, None, "lost"),
        ("s3", None, "PUT", in_s3, 200, None, None),
    ]
    assert shop.cloud.requests.entries()[1].host == shop.host


def test_edge_can_fail_without_a_front_and_s3_cannot(cloud: LocalCloud) -> None:
    with pytest.raises(ValueError, match="faults at s3 need a local cloud that was started with faults=True"):
        cloud.faults.add(Fault("s3", "lost"))
    cloud.faults.add(Fault("edge", "status"))
    assert len(cloud.faults.active()) == 1
    cloud.faults.clear()


def test_faults_alone_leave_s3_its_own_time() -> None:
    with LocalCloud.start(faults=True) as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key")
        cloud.faults.add(Fault("s3", "status", path="/bucket/key", times=1))
        with pytest.raises(ClientError):
            s3.head_object(Bucket="bucket", Key="key")
        modified = s3.head_object(Bucket="bucket", Key="key")["LastModified"]

    assert abs(modified.timestamp() - time.time()) < 10


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"where": "moon", "kind": "lost"}, "where is one of"),
        ({"where": "edge", "kind": "odd"}, "kind is one of"),
        ({"where": "edge", "kind": "lost", "path": "x"}, "path starts with /"),
        ({"where": "s3", "kind": "lost", "pop": 0}, "only an edge has points of presence"),
        ({"where": "edge", "kind": "lost", "times": 0}, "times is at least 1"),
        ({"where": "edge", "kind": "status", "status": 200}, "status is an HTTP error"),
        ({"where": "edge", "kind": "status", "status": 999}, "status is an HTTP error"),
        ({"where": "s3", "kind": "lost", "code": "SlowDown"}, "only an error has a code"),
        ({"where": "origin", "kind": "keys"}, "keys is for what applications ask"),
        ({"where": "edge", "kind": "slow", "pause": -1}, "not negative"),
        ({"where": "edge", "kind": "refuse", "times": 1}, "refuse is for all requests"),
        ({"where": "edge"}, "a fault has where, kind"),
        ({"where": "edge", "kind": "lost", "colour": 1}, "unknown here: colour"),
        ({"where": "edge", "kind": "lost", "times": "1"}, "times is not '1'"),
        ({"where": "edge", "kind": "slow", "delay": True}, "delay is not True"),
        ({"where": "edge", "kind": ["lost"]}, "kind is not"),
    ],
)
def test_impossible_fault_is_explained(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Fault.from_json(given)


def test_fault_at_a_place_that_is_not_there_is_refused(shop: Shop) -> None:
    with pytest.raises(ValueError, match="no point of presence 2: there are 2"):
        shop.cloud.faults.add(Fault("edge", "lost", pop=2))


def test_active_faults_can_be_written_as_json(shop: Shop) -> None:
    shop.cloud.faults.add(Fault("edge", "slow", delay=1.5, times=3))

    (active,) = json.loads(json.dumps(shop.cloud.faults.active()))

    assert (active.pop("left"), Fault.from_json(active)) == (3, Fault("edge", "slow", delay=1.5, times=3))


def test_connection_of_a_failed_write_carries_the_next_request(shop: Shop, path: str) -> None:
    """A client that waits for `100 Continue` sends no body after an error, but maybe the next request."""
    shop.cloud.faults.add(Fault("s3", "status", method="PUT", times=2))
    s3 = shop.cloud.client("s3")
    for _ in range(2):
        with pytest.raises(ClientError, match="SlowDown"):
            s3.put_object(Bucket=shop.bucket, Key=path[1:], Body=b"body")

    s3.put_object(Bucket=shop.bucket, Key=path[1:], Body=b"body")

    assert shop.get(path).body == b"body"


def test_only_every_third_request_meets_a_fault(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "status", every=3, times=2))

    assert [shop.get(stored).status for _ in range(9)] == [200, 200, 503, 200, 200, 503, 200, 200, 200]


def test_fault_that_no_request_would_meet_is_refused() -> None:
    with pytest.raises(ValueError, match="every is at least 1"):
        Fault("edge", "status", every=0)


def test_headers_are_replaced_as_they_are(shop: Shop, stored: str) -> None:
    lines = "HTTP/1.1 218 So be it\nAge: 1\nAge: 2\ncache-control: max-age=" + "9" * 5000
    shop.cloud.faults.add(Fault("edge", "headers", headers=lines))
    with shop.connection() as connection:
        connection.request("GET", stored, headers={"Host": shop.host})
        answer = connection.getresponse()
        assert (answer.status, answer.reason) == (218, "So be it")
        assert answer.headers.get_all("Age") == ["1", "2"]
        assert answer.headers.get_all("Cache-Control") == ["max-age=" + "9" * 5000]
        assert answer.read() == b"body"


def test_hint_comes_before_the_answer(shop: Shop, stored: str) -> None:
    shop.cloud.faults.add(Fault("edge", "early"))
    everything = _all_of(shop, stored, seconds=5)

    assert everything.startswith(b"HTTP/1.1 103 Early Hints\r\n")
    assert b"HTTP/1.1 200 OK\r\n" in everything
    assert everything.endswith(b"\r\n\r\nbody")


@pytest.mark.parametrize(("kind", "begin"), [("early", b"HTTP/1.1 103"), ("slow-head", b"HTTP/1.1 200")])
def test_head_that_never_ends_is_on_its_way(shop: Shop, stored: str, kind: Any, begin: bytes) -> None:
    shop.cloud.faults.add(Fault("edge", kind, pause=0.01))
    so_far = _all_of(shop, stored, seconds=0.5)

    assert so_far.startswith(begin)
    assert b"body" not in so_far


def _all_of(shop: Shop, path: str, seconds: float) -> bytes:
    """Return what comes of a request within so many seconds."""
    with shop.connection() as connection:
        connection.request("GET", path, headers={"Host": shop.host})
        found, end = b"", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            connection.sock.settimeout(left)
            try:
                octets = connection.sock.recv(65536)
            except TimeoutError:
                break
            if not octets:
                break
            found += octets
        return found
