"""A server whose port closes while a connection is on its way in, and whose clients hang up."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from local_cloud.background import Background
from local_cloud.expect_continue import body_of
from local_cloud.fault_server import Backend, FaultServer
from local_cloud.faults import Fault, Faults
from local_cloud.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Coroutine

_PATIENCE = 5  # seconds; the answer takes some turns of the event loop


async def answer(request: web.BaseRequest) -> web.Response:
    await body_of(request)
    return web.Response(body=b"x" * 1000)


def failure(status: int, _: str) -> web.Response:
    return web.Response(status=status)


def build() -> tuple[Faults, socket.socket, FaultServer]:
    faults = Faults(frozenset({"edge"}), 1)
    listener = socket.create_server(("127.0.0.1", 0))
    server = FaultServer(
        listener, Backend(answer, failure), where="edge", pop=0, faults=faults, journal=Journal()
    )
    return faults, listener, server


def run(program: Coroutine[Any, Any, bool]) -> bool:
    background = Background("test")
    try:
        return background.run(program)
    finally:
        background.stop()


async def is_let_down(client: socket.socket) -> bool:
    """Return whether the other side ends the connection, be it with RST."""
    try:
        received = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(client, 1), _PATIENCE)
    except ConnectionResetError:
        return True
    return received == b""


# The port is opened, the client connects, so many turns of the event loop pass, and the port is closed.
@pytest.mark.parametrize("turns", range(6))
@pytest.mark.parametrize("ends", ["refuse", "close"])
def test_connection_ends_however_far_it_is_when_the_port_closes(turns: int, ends: str) -> None:
    async def connect() -> bool:
        faults, listener, server = build()
        await server.update()
        with socket.create_connection(listener.getsockname()) as client:
            client.settimeout(0)
            for _ in range(turns):
                await asyncio.sleep(0)
            if ends == "refuse":
                faults.add(Fault("edge", "refuse"))
                await server.update()
                ended = await is_let_down(client)
                await server.close()
            else:
                await server.close()
                ended = await is_let_down(client)
        return ended

    assert run(connect())


def test_port_that_heals_while_it_closes_is_open() -> None:
    async def heal() -> bool:
        faults, listener, server = build()
        address = listener.getsockname()
        await server.update()
        faults.add(Fault("edge", "refuse"))
        closing = asyncio.create_task(server.update())
        await asyncio.sleep(0)
        faults.clear()
        await asyncio.gather(closing, server.update())
        with socket.socket() as client:
            refused = client.connect_ex(address)
        await server.close()
        return not refused

    assert run(heal())


WAITING = b"PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
PLAIN = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("cut", PLAIN),
        ("slow", PLAIN),
        ("slow-head", PLAIN),
        ("status", WAITING),
        ("lost", WAITING),
        ("garbled", WAITING),
    ],
)
def test_a_client_that_hangs_up_during_a_fault_is_no_error(
    kind: Any, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def hang_up() -> bool:
        faults, listener, server = build()
        faults.add(Fault("edge", kind, delay=0.05, pause=0.001))
        await server.update()
        client = socket.create_connection(listener.getsockname())
        client.sendall(sent)
        await asyncio.sleep(0.02)  # the request has come, and its fault waits
        client.close()
        await asyncio.sleep(0.1)
        await server.close()
        return True

    with caplog.at_level(logging.DEBUG, "local_cloud"):
        assert run(hang_up())
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
