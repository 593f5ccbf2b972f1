"""Signatures in the query of a request to S3, and when they end."""

from __future__ import annotations

import calendar
import time
from typing import NamedTuple
from urllib.parse import parse_qs

_AHEAD = 900  # seconds by which a signature may be ahead of S3's clock


class QuerySignature(NamedTuple):
    """What a query says of its signature.

    Attributes:
        access_key: The id of the access key.
        service: The service that it is for.
        signed_at: The Unix time since when it holds.
        expires: For how many seconds.
    """

    access_key: str
    service: str
    signed_at: int
    expires: int

    @classmethod
    def parse(cls, target: str) -> QuerySignature | None:
        """Return that of a path with its query; None if it has none."""
        query = parse_qs(target.partition("?")[2])
        try:
            credential = query["X-Amz-Credential"][0].split("/")
            signed_at = calendar.timegm(time.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ"))
            return cls(credential[0], credential[3], signed_at, int(query["X-Amz-Expires"][0]))
        except (KeyError, IndexError, ValueError):
            return None

    def refusal(self, now: float) -> str | None:
        """Return what S3 says of it at a Unix time; None if it holds."""
        if now > self.signed_at + self.expires:
            return "Request has expired"
        return "Request is not valid yet" if now < self.signed_at - _AHEAD else None
