"""A machine whose clock is wrong (AWS-1)."""

from __future__ import annotations

import datetime as dt
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import pytest
from doubles import WebServer, serving
from memory import AccessDeniedError, MemoryService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doubles import Answer

AHEAD = 3600.0  # seconds that S3's clock is ahead of this machine's
TOLERATED = 60.0
DOCUMENT = b'{"v":1,"type":"int","value":1}'
SKEWED = b"<Error><Code>RequestTimeTooSkewed</Code></Error>"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    """S3 in another time, which refuses what was signed in this one."""
    monkeypatch.setattr(
        BaseHTTPRequestHandler, "date_time_string", lambda _: formatdate(time.time() + AHEAD, usegmt=True)
    )
    with serving() as server:

        def answer(_: str) -> Answer:
            signed = dt.datetime.strptime(server.requests[-1][1]["x-amz-date"], "%Y%m%dT%H%M%S%z")
            is_skewed = abs(signed.timestamp() - time.time() - AHEAD) > TOLERATED
            return (403, {}, SKEWED) if is_skewed else (200, {"ETag": '"a"'}, DOCUMENT)

        server.answer = answer
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        yield server


def service() -> MemoryService:
    return MemoryService({"DISTRIBUTION": "d1.cloudfront.net", "BUCKET_NAME": "values"}, "shop")


def test_what_s3_says_of_the_time_is_believed_by_all_requests_from_then_on(s3: WebServer) -> None:
    mem = service()
    mem.put("a", 1)
    assert mem.get("a", consistent=True) == 1
    assert service().get("b", consistent=True) == 1
    assert len(s3.requests) == 4  # the first went out twice


def test_a_clock_that_cannot_be_corrected_is_named_after_one_more_attempt(s3: WebServer) -> None:
    s3.answer = lambda _: (403, {}, SKEWED)
    with pytest.raises(AccessDeniedError, match="Set the clock of this machine"):
        service().put("a", 1)
    assert len(s3.requests) == 2
