"""A signature in the query of a request to S3: since when it holds, and how long."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from local_cloud.s3_errors import s3_error

if TYPE_CHECKING:
    from collections.abc import Mapping

_CREDENTIAL = re.compile("([^/,]+)/")
_PARAMETER = re.compile(
    "X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256)=",
    re.IGNORECASE,
)
_EARLY = 900  # seconds by which S3 takes a signature before its time


@dataclass(frozen=True)
class QuerySignature:
    """A signature of version 4 in a query.

    Attributes:
        signed_at: `X-Amz-Date`, in Unix seconds.
        expires: `X-Amz-Expires`: for how many seconds S3 begins to carry out the request.
        access_key: The id of the access key that signed.
    """

    signed_at: int
    expires: int
    access_key: str

    @classmethod
    def parse(cls, target: str) -> QuerySignature | None:
        """Return the signature in a path and query as they were sent, or None if there is none that says when."""
        given = parse_qs(target.partition("?")[2], keep_blank_values=True)
        if not {"X-Amz-Date", "X-Amz-Expires", "X-Amz-Credential"} <= given.keys():
            return None
        key = _CREDENTIAL.match(given["X-Amz-Credential"][0])
        try:
            signed_at = calendar.timegm(time.strptime(given["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ"))
            return cls(signed_at, int(given["X-Amz-Expires"][0]), key[1] if key else "")
        except ValueError:
            return None

    def refusal(self, now: float) -> bytes | None:
        """Return the body of S3's 403 to a request that begins at this Unix time, or None if it is in time."""
        if now > self.signed_at + self.expires:
            more: Mapping[str, str] = {
                "X-Amz-Expires": str(self.expires),
                "Expires": _iso(self.signed_at + self.expires),
                "ServerTime": _iso(now),
            }
            return s3_error("AccessDenied", "Request has expired", more)
        if now < self.signed_at - _EARLY:
            return s3_error("AccessDenied", "Request is not yet valid", {"ServerTime": _iso(now)})
        return None


def without_signature(target: str) -> str:
    """Return a path and query without what signs it; the other parameters stay as they were sent."""
    path, _, query = target.partition("?")
    kept = [parameter for parameter in query.split("&") if parameter and not _PARAMETER.match(parameter)]
    return f"{path}?{'&'.join(kept)}" if kept else path


def _iso(seconds: float) -> str:
    return dt.datetime.fromtimestamp(int(seconds), dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
