"""Signing S3's requests in their query, for as long as an announcement holds (specification, CHG-12)."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from botocore.auth import AUTH_TYPE_MAPS, S3SigV4QueryAuth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

_SIGNED_FOR = 20  # seconds
_NAME = "memory-service-announced"
_announced: ContextVar[int | None] = ContextVar("announced", default=None)


@dataclass
class Written:
    """What S3 has answered to what was announced.

    Attributes:
        date: The latest `Date` of these answers, in Unix seconds; 0 if there is none.
    """

    date: int = 0


_written: ContextVar[Written | None] = ContextVar("written", default=None)


class AnnouncedSignature(S3SigV4QueryAuth):
    """A signature that holds from the time of the announcement on."""

    def __init__(self, credentials: Any, service_name: str, region_name: str) -> None:
        super().__init__(credentials, service_name, region_name, expires=_SIGNED_FOR)

    # What begins with an underscore is how botocore's own signers differ; its types leave it out.
    def add_auth(self: Any, request: Any) -> None:
        """Sign a request; botocore would take its body for parameters of the query."""
        request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(_announced.get()))
        body, request.data = request.data, b""
        self._modify_request_before_signing(request)
        text = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(text, request))
        request.data = body


def prepare(s3: S3Client) -> None:
    """Let a client sign so what is sent while `announced` lasts."""
    AUTH_TYPE_MAPS[_NAME] = AnnouncedSignature
    s3.meta.events.register("choose-signer.s3", _choose)  # type: ignore[arg-type] # what it returns is the choice
    s3.meta.events.register("after-call.s3", _note)


@contextmanager
def announced(e: int | None) -> Iterator[Written]:
    """Sign what is sent meanwhile in its query, and yield what was answered; None signs as ever.

    Args:
        e: The time of the announcement, in Unix seconds of S3's time.
    """
    written = Written()
    tokens = _announced.set(e), _written.set(written)
    try:
        yield written
    finally:
        _announced.reset(tokens[0])
        _written.reset(tokens[1])


def _choose(**_: Any) -> str | None:
    return None if _announced.get() is None else _NAME


def _note(parsed: Any, **_: Any) -> None:
    written, date = _written.get(), parsed["ResponseMetadata"].get("HTTPHeaders", {}).get("date")
    if written is not None and date:
        written.date = max(written.date, int(parsedate_to_datetime(date).timestamp()))
