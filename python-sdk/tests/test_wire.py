"""The wire, against servers that say what no server should: the same answer as h11 and http.client, or none."""

from __future__ import annotations

import contextlib
import http.client
import io
import random
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import h11
import pytest
from broken import Broken
from memory._connection import MAX_IDLE_SECONDS
from memory._exchange import ENDED, NOT_SENT, UNDER_WAY, Failure, Request, Response
from memory._response_reader import EndedError, MalformedError, ResponseReader
from memory._wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT = 100_000
PLAIN = b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: "a"\r\n\r\nhello'
WHOLE: dict[str, tuple[bytes, bytes]] = {
    "length": (PLAIN, b"hello"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", b""),
    "hints": (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + PLAIN, b"hello"),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b""),
    "chunked": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
        b"hello",
    ),
    "chunked with extensions and trailers": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b;c\r\nhello\r\n0;x\r\nX-T: 1\r\nY: 2\r\n\r\n",
        b"hello",
    ),
    "the same length twice": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        b"hello",
    ),
}
TO_THE_END: dict[str, tuple[bytes, bytes]] = {
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nhello", b"hello"),
    "no length": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", b"hello"),
}
MALFORMED: dict[str, bytes] = {
    "no HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "TLS": b"\x15\x03\x03\x00\x02\x02\x28\r\n\r\n",
    "another version": b"HTTP/2.0 200 OK\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "bare line ends": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n\r\n",
    "a switch": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "no colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
    "a space before the colon": b"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
    "a folded line": b"HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\nContent-Length: 0\r\n\r\n",
    "a NUL": b"HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 0\r\n\r\n",
    "5,000 digits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "an empty length": b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
    "another coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a chunk without a size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n\r\n",
    "a negative chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
    "a chunk of any size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 5000 + b"\r\n",
    "a chunk that is too long": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
    "a head without an end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    "headers without an end": b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 20_000 + b"\r\n",
    "trailers without an end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    + b"X: 1\r\n" * 20_000,
}


def read(octets: bytes, size: int = 65_536, method: str = "GET") -> Response:
    stream = io.BytesIO(octets)
    return ResponseReader(lambda: stream.read(size)).read(method, LIMIT)


@pytest.mark.parametrize("name", [*WHOLE, *TO_THE_END])
@pytest.mark.parametrize("size", [1, 7, 65_536])
def test_an_answer_is_read_however_it_is_cut_up(name: str, size: int) -> None:
    octets, body = (WHOLE | TO_THE_END)[name]
    assert read(octets, size).body == body


@pytest.mark.parametrize("name", WHOLE)
def test_an_answer_that_is_cut_off_anywhere_is_none(name: str) -> None:
    octets, _ = WHOLE[name]
    for length in range(len(octets)):
        with pytest.raises((EndedError, MalformedError)):
            read(octets[:length])


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_http_is_no_answer(name: str) -> None:
    with pytest.raises(MalformedError):
        read(MALFORMED[name])


def test_of_headers_that_come_twice_the_first_counts_or_both_are_a_list() -> None:
    head = b"HTTP/1.1 200 OK\r\nAge: 3\r\nage: 9\r\nCache-Control: a\r\ncache-control: b\r\nContent-Length: 0\r\n\r\n"
    headers = read(head).headers
    assert (headers["age"], headers["cache-control"]) == ("3", "a, b")


def test_what_comes_behind_an_answer_ends_the_connection() -> None:
    stream = io.BytesIO(PLAIN + PLAIN)
    reader = ResponseReader(lambda: stream.read(65_536))
    assert reader.read("GET", LIMIT).body == b"hello"
    assert reader.is_last


@pytest.mark.parametrize("octets", [PLAIN, WHOLE["chunked"][0], TO_THE_END["no length"][0]])
def test_a_body_is_read_up_to_the_limit(octets: bytes) -> None:
    stream = io.BytesIO(octets)
    reader = ResponseReader(lambda: stream.read(65_536))
    found = reader.read("GET", 4)
    assert (found.body, found.cut, reader.is_last) == (b"hell", True, True)


class _File(io.BytesIO):
    def makefile(self, _mode: str) -> io.BytesIO:
        return self


def of_http_client(octets: bytes) -> tuple[int, bytes] | None:
    response = http.client.HTTPResponse(_File(octets), method="GET")  # type: ignore[arg-type]
    try:
        response.begin()
        return response.status, response.read()
    except (http.client.HTTPException, ValueError, OSError):
        return None


def of_h11(octets: bytes) -> tuple[int, bytes] | None:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=LIMIT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())
    status, body = 0, b""
    try:
        connection.receive_data(octets)
        is_over = False
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return status, body
            elif event in (h11.NEED_DATA, h11.PAUSED):
                if is_over:
                    return None
                is_over = True
                connection.receive_data(b"")
            elif isinstance(event, h11.ConnectionClosed):
                return None
    except h11.RemoteProtocolError:
        return None


@pytest.mark.parametrize("seed", range(20))
def test_of_spoilt_answers_it_makes_what_h11_and_http_client_make_or_nothing(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the seed is in the test's name
    sources = [octets for octets, _ in (WHOLE | TO_THE_END).values()]
    for _ in range(300):
        octets = bytearray(chance.choice(sources))
        for _ in range(chance.choice((1, 1, 2, 3))):
            at = chance.randrange(len(octets))
            what = chance.randrange(4)
            if what == 0:
                octets[at] = chance.choice(b"\r\n :,;0159afHT\t\0\x80\xff")
            elif what == 1:
                del octets[at : at + chance.choice((1, 1, 2, 9))]
            elif what == 2:
                octets[at:at] = octets[at : at + chance.choice((1, 2, 9, 30))]
            else:
                octets[at:at] = bytes([chance.choice(b"\r\n :,;0159afHT\t\0\x80\xff")])
        spoilt = bytes(octets) or b"x"
        try:
            found = read(spoilt, chance.choice((1, 5, 65_536)))
        except (EndedError, MalformedError):
            continue
        ours = found.status, found.body
        others = [of_h11(spoilt), of_http_client(spoilt)]
        assert ours in others, (spoilt, ours, others)


# Over real connections.


@pytest.fixture
def wire() -> Iterator[Wire]:
    one = Wire()
    yield one
    one.drop_connections()


def answering(*answers: bytes) -> Callable[[socket.socket], None]:
    """Answer one request on a connection after the other, and close it."""

    def answer(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            for one in answers:
                if not connection.recv(65_536):
                    break
                connection.sendall(one)

    return answer


def ask(wire: Wire, port: int, method: str = "GET", body: bytes = b"", **more: Any) -> Response | Failure:
    request = Request(method, f"http://127.0.0.1:{port}", "/", {"Host": "a", **more}, body)
    return wire.send(request, time.monotonic() + 5)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_kept_connection_that_turns_out_dead_is_replaced_once(wire: Wire, method: str) -> None:
    broken = Broken(answering(PLAIN, b""))
    assert ask(wire, broken.port) == Response(200, {"content-length": "5", "etag": '"a"'}, b"hello")
    found = ask(wire, broken.port, method)
    assert isinstance(found, Response)
    assert found.body == b"hello"
    assert broken.count == 2
    broken.close()


def test_what_may_be_sent_once_is_not_sent_again_on_another_connection(wire: Wire) -> None:
    broken = Broken(answering(PLAIN, b""))
    ask(wire, broken.port)
    request = Request("PUT", f"http://127.0.0.1:{broken.port}", "/", {"Host": "a"}, b"1", is_sent_once=True)
    found = wire.send(request, time.monotonic() + 5)
    assert isinstance(found, Failure)
    assert (found.state, broken.count) == (ENDED, 1)
    broken.close()


def test_a_fresh_connection_that_ends_is_a_failure(wire: Wire) -> None:
    broken = Broken(answering(b""))
    found = ask(wire, broken.port)
    assert isinstance(found, Failure)
    assert (found.state, broken.count) == (ENDED, 1)
    broken.close()


def test_a_failure_says_whether_the_request_may_have_arrived(wire: Wire) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        refused = ask(wire, unused.getsockname()[1])
    silent = Broken(lambda _: None)
    request = Request("GET", f"http://127.0.0.1:{silent.port}", "/", {"Host": "a"})
    late = wire.send(request, time.monotonic() + 0.3)
    assert isinstance(refused, Failure)
    assert isinstance(late, Failure)
    assert (refused.state, refused.may_have_arrived) == (NOT_SENT, False)
    assert (late.state, late.may_have_arrived) == (UNDER_WAY, True)
    silent.close()


def test_connections_are_bounded_and_who_comes_later_waits(wire: Wire) -> None:
    released = threading.Event()

    def hold(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while connection.recv(65_536):
                released.wait(20)
                connection.sendall(PLAIN)

    broken = Broken(hold)
    found: list[Response | Failure] = []
    threads = [threading.Thread(target=lambda: found.append(ask(wire, broken.port))) for _ in range(150)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    count = broken.count
    released.set()
    for thread in threads:
        thread.join(30)
    assert count <= 64
    assert broken.count <= 64
    assert [type(one) for one in found] == [Response] * 150
    broken.close()


def test_a_header_with_a_line_end_is_not_sent(wire: Wire) -> None:
    broken = Broken(answering(PLAIN))
    for value in ("a\r\nX: 1", "a\nX: 1", "a\rX", "a\0", "😀"):
        found = ask(wire, broken.port, Odd=value)
        assert isinstance(found, Failure)
        assert found.state == NOT_SENT
    assert broken.count == 0
    broken.close()


def test_an_answer_that_comes_before_a_large_body_has_gone_is_taken(wire: Wire) -> None:
    def refuse(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.recv(1000)
            connection.sendall(
                b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
            )
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass
        connection.close()

    broken = Broken(refuse)
    found = ask(wire, broken.port, "PUT", bytes(3_000_000))
    assert isinstance(found, Response)
    assert (found.status, found.body) == (400, b"no")
    broken.close()


def test_a_connection_that_has_been_idle_for_long_is_not_used(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("memory._connection._wall_clock", lambda: now[0])
    broken = Broken(answering(*[PLAIN] * 9))
    for passes, count in ((0.0, 1), (MAX_IDLE_SECONDS, 1), (MAX_IDLE_SECONDS + 0.1, 2), (-1.0, 3)):
        now[0] += passes
        ask(wire, broken.port)
        assert broken.count == count
    broken.close()
