"""Serving the page, on this machine only."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import memory
import uvicorn

from memory_console.explorer.pages import Explorer

if TYPE_CHECKING:
    from collections.abc import Callable

    from memory_console.target import Target

HOST = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """Return a socket of this machine's own; port 0 takes a free one.

    Raises:
        memory.ConfigurationError: The port is taken.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise memory.ConfigurationError(
            f"port {port} cannot be used: {error.strerror}. Give another --port"
        ) from error


def explorer_server(
    target: Target, listener: socket.socket, clock: Callable[[], float] = time.time
) -> tuple[uvicorn.Server, str]:
    """Return the server of an explorer, to run on the listener, and the link that opens it once."""
    port = listener.getsockname()[1]
    guard = Explorer(target, port, clock).guard
    config = uvicorn.Config(
        guard,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config), f"http://{HOST}:{port}/?token={guard.token}"
