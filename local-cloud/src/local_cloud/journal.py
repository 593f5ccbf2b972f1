"""What the local cloud was asked: for tests that count requests."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_cloud.faults import Kind
    from local_cloud.request_hooks import Place


@dataclass(frozen=True)
class Entry:
    """One request, noted when its answer was ready.

    Attributes:
        where: What was asked: `edge`; `s3` for requests of applications; `origin` for those of the edge.
        method: The HTTP method.
        path: The path as it was sent, without the query.
        status: The HTTP status of the answer; None if a fault left the request without one.
        host: The distribution's domain that an edge was asked for; None for S3.
        pop: The number of the point of presence, from 0; None for S3.
        x_cache: The edge's `X-Cache` header, such as `Hit from cloudfront`; None for S3.
        fault: The kind of the fault that the request met; None if it met none.
        access_key: The id of the access key that signed it; None if none did.
        signed_at: The Unix time since when its signature holds, if that is in the query; else None.
        expires: For how many seconds that signature holds.
        asked: The request's headers on conditions and on what is stored, by their names in lower case.
        answered: The answer's headers on freshness and version, by their names in lower case.
    """

    where: Place
    method: str
    path: str
    status: int | None
    host: str | None = None
    pop: int | None = None
    x_cache: str | None = None
    fault: Kind | None = None
    access_key: str | None = None
    signed_at: int | None = None
    expires: int | None = None
    asked: Mapping[str, str] = field(default_factory=dict)
    answered: Mapping[str, str] = field(default_factory=dict)


class Journal:
    """The requests since the last `clear`, in order; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def note(self, entry: Entry) -> None:
        """Add a request."""
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[Entry]:
        """Return the requests, oldest first."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._entries.clear()
