"""What the cloud was asked."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One request.

    Attributes:
        where: `edge`, `s3`, `ssm`, `secretsmanager`, `sts` or `cloudfront`.
        method: The HTTP method.
        path: The path as it was sent, without the query.
        status: The status of the answer; None if a fault left the request without one.
        pop: At an edge, the number of the point of presence; None elsewhere.
        access_key: The id of the access key that signed it; None if none did.
        signed_at: The Unix time since when its signature holds, if that is in the query; else None.
        expires: For how many seconds that signature holds.
    """

    where: str
    method: str
    path: str
    status: int | None
    pop: int | None = None
    access_key: str | None = None
    signed_at: int | None = None
    expires: int | None = None
