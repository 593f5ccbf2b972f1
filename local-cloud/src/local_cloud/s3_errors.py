"""The bodies with which CloudFront and S3 refuse a request or report a failure."""

from __future__ import annotations

import re
import secrets
from html import escape as escape_html
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Mapping[str, str] = MappingProxyType({})
_KEY = re.compile(rb"<Key>(.*?)</Key>", re.DOTALL)
_NAMESPACE = b"http://s3.amazonaws.com/doc/2006-03-01/"
# What S3 says of its own accord (S3 API Reference, page ErrorResponses).
_S3_FAILURES = {
    403: ("AccessDenied", "Access Denied"),
    404: ("NoSuchKey", "The specified key does not exist."),
    412: ("PreconditionFailed", "At least one of the pre-conditions you specified did not hold"),
    500: ("InternalError", "We encountered an internal error. Please try again."),
    503: ("SlowDown", "Please reduce your request rate."),
}


def cloudfront_page(status: int, reason: str) -> bytes:
    """Return CloudFront's page for a status, with the reason in its text."""
    return (
        "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>"
        f"<H1>{status} ERROR</H1><H2>The request could not be satisfied.</H2>{escape_html(reason)}</BODY></HTML>"
    ).encode()


def s3_error(code: str, message: str, more: Mapping[str, str] = _NOTHING) -> bytes:
    """Return an error as S3 words it; the two ids in it tell it from an error of CloudFront's own.

    Args:
        code: For example `NoSuchKey`.
        message: A sentence.
        more: Further elements, such as the `Key`.
    """
    ids = {"RequestId": secrets.token_hex(8).upper(), "HostId": secrets.token_urlsafe(56)}
    elements = {"Code": code, "Message": message, **more, **ids}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()


def s3_failure(status: int, code: str = "") -> bytes:
    """Return the body of an answer of S3 with this status, 400 or above, and this code, the status's own if empty."""
    phrase = HTTPStatus(status).phrase
    usual, message = _S3_FAILURES.get(status, (phrase.title().replace(" ", ""), phrase))
    return s3_error(code or usual, message)


def s3_removal_of_none(asked: bytes, code: str = "") -> bytes:
    """Return what S3 says of a removal of many keys, none of which it has removed.

    Args:
        asked: The body of the request.
        code: Why; an error of S3's own if empty.
    """
    why = f"<Code>{code or 'InternalError'}</Code><Message>It was not removed.</Message>".encode()
    errors = b"".join(b"<Error><Key>%s</Key>%s</Error>" % (key, why) for key in _KEY.findall(asked))
    return b'<DeleteResult xmlns="%s">%s</DeleteResult>' % (_NAMESPACE, errors)
