"""The ports of a local cloud, which are known before anything is behind them."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_cloud.engine import HOST

if TYPE_CHECKING:
    from contextlib import ExitStack


@dataclass(frozen=True)
class ListenSockets:
    """The ports of one local cloud, which listen before anything is behind them.

    Attributes:
        edges: one for each point of presence.
        roaming: for viewers that move between them.
        control: the control API's.
        proxy: applications' way to AWS, and the edge's to S3 if that can fail or has another clock.
        uploads: for the upload forms of pages.
    """

    edges: list[socket.socket]
    roaming: socket.socket
    control: socket.socket
    proxy: tuple[socket.socket, socket.socket]
    uploads: socket.socket

    @classmethod
    def open(cls, undo: ExitStack, points_of_presence: int) -> ListenSockets:
        """Take free ports; `undo` closes them."""

        def listen() -> socket.socket:
            return undo.enter_context(socket.create_server((HOST, 0)))

        edges = [listen() for _ in range(points_of_presence)]
        return cls(edges, listen(), listen(), (listen(), listen()), listen())


def url_of(listener: socket.socket, scheme: str = "http") -> str:
    """Return the URL at which a listening socket is asked."""
    return f"{scheme}://{HOST}:{listener.getsockname()[1]}"
