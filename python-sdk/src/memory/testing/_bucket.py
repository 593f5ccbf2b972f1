"""S3 as Memory Service asks it: objects, conditions, listings."""

from __future__ import annotations

import hashlib
import re
import time
from html import escape, unescape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, quote

from memory._exchange import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from memory._exchange import Request

PAGE = 1000
_NEXT = "1+/="  # S3's tokens have all that a query must escape
_KEPT = ("content-type", "content-encoding", "cache-control")
_OK, _NOT_MODIFIED = 200, 304
_KEY = re.compile(rb"<Key>(.*?)</Key>")


class StoredObject(NamedTuple):
    """An object.

    Attributes:
        body: Its bytes, as they are stored.
        headers: `content-type`, `content-encoding` and `cache-control`, as far as they are set.
        version: The ETag without quotes.
        modified: When it was stored, in Unix seconds.
        storage_class: Its storage class.
        tags: Its tags.
    """

    body: bytes
    headers: Mapping[str, str]
    version: str
    modified: float
    storage_class: str = "STANDARD"
    tags: Mapping[str, str] = {}


class Bucket:
    """The objects by their keys.

    Args:
        clock: Returns Unix time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.objects: dict[str, StoredObject] = {}
        # Of a bucket with versions a listing passes what was removed, and a page may have nothing else.
        self._removed_keys: set[str] = set()

    def put(self, key: str, body: bytes, headers: Mapping[str, str]) -> StoredObject:
        """Store an object, as somebody without an SDK may do it.

        Args:
            key: Its key.
            body: Its bytes.
            headers: Headers of a put.
        """
        given = {name.lower(): value for name, value in headers.items()}
        tags = {name: values[0] for name, values in parse_qs(given.get("x-amz-tagging", "")).items()}
        stored = StoredObject(
            body,
            {name: given[name] for name in _KEPT if name in given},
            hashlib.md5(body, usedforsecurity=False).hexdigest(),
            self._clock(),
            given.get("x-amz-storage-class", "STANDARD"),
            tags,
        )
        self.objects[key] = stored
        return stored

    def answer(self, request: Request, key: str) -> Response:
        """Carry out a request for a key, or for the bucket if it is empty."""
        query = parse_qs(request.target.partition("?")[2], keep_blank_values=True)
        if not key:
            return self._removed(request.body) if "delete" in query else self._listed(query)
        if request.method == "PUT":
            return self._put(request, key)
        if request.method == "DELETE":
            self._remove(key)
            return self._response(204, {}, b"")
        return unless_known(request, self.found(key))

    def found(self, key: str) -> Response:
        """Return the answer to a get."""
        stored = self.objects.get(key)
        if stored is None:
            return self.refusal(404, "NoSuchKey")
        headers = {
            **stored.headers,
            "etag": f'"{stored.version}"',
            "last-modified": http_date(stored.modified),
        }
        if stored.storage_class != "STANDARD":  # as S3 does it
            headers["x-amz-storage-class"] = stored.storage_class
        return self._response(200, headers, stored.body)

    def refusal(self, status: int, code: str, message: str = "") -> Response:
        """Return an error of S3, which has a `RequestId`."""
        body = (
            f"<Error><Code>{code}</Code><Message>{message or code}</Message><RequestId>0</RequestId></Error>"
        )
        return self._response(status, {"content-type": "application/xml"}, body.encode())

    def _put(self, request: Request, key: str) -> Response:
        given = {name.lower(): value for name, value in request.headers.items()}
        stored = self.objects.get(key)
        if given.get("if-none-match") == "*" and stored is not None:
            return self.refusal(412, "PreconditionFailed")
        wanted = given.get("if-match")
        if wanted is not None and stored is None:
            return self.refusal(404, "NoSuchKey")
        if wanted is not None and stored is not None and wanted.strip('"') != stored.version:
            return self.refusal(412, "PreconditionFailed")
        return self._response(200, {"etag": f'"{self.put(key, request.body, given).version}"'}, b"")

    def _removed(self, body: bytes) -> Response:
        for key in _KEY.findall(body):
            self._remove(unescape(key.decode()))
        return self._response(200, {}, b"<DeleteResult></DeleteResult>")

    def _remove(self, key: str) -> None:
        self.objects.pop(key, None)
        self._removed_keys.add(key)

    def _listed(self, query: Mapping[str, list[str]]) -> Response:
        prefix, token = (query.get(name, [""])[0] for name in ("prefix", "continuation-token"))
        if token and not token.startswith(_NEXT):
            return self.refusal(400, "InvalidArgument")
        after = token.removeprefix(_NEXT)
        passed = self.objects.keys() | self._removed_keys
        keys = sorted(key for key in passed if key.startswith(prefix) and key > after)
        page = keys[:PAGE]
        next_token = escape(f"{_NEXT}{page[-1]}") if len(keys) > PAGE else ""
        more = f"<NextContinuationToken>{next_token}</NextContinuationToken>" if next_token else ""
        contents = "".join(
            [f"<Contents><Key>{quote(key)}</Key></Contents>" for key in page if key in self.objects]
        )
        is_cut = "true" if more else "false"
        listing = (
            f"<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{is_cut}</IsTruncated>{more}{contents}"
            "</ListBucketResult>"
        )
        return self._response(200, {"content-type": "application/xml"}, listing.encode())

    def _response(self, status: int, headers: Mapping[str, str], body: bytes) -> Response:
        return Response(status, {**headers, "date": http_date(self._clock())}, body)


def unless_known(request: Request, answer: Response) -> Response:
    """Return the answer to a get, which is short if the request has the version already."""
    known = {name.lower(): value for name, value in request.headers.items()}.get("if-none-match")
    if answer.status != _OK or known is None or known != answer.headers.get("etag"):
        return answer
    return answer._replace(status=_NOT_MODIFIED, body=b"")


def http_date(seconds: float) -> str:
    """Return a Unix time as HTTP has it."""
    moment = time.gmtime(seconds)
    day = "Mon Tue Wed Thu Fri Sat Sun".split()[moment.tm_wday]  # noqa: SIM905 - seven quotes more
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[moment.tm_mon - 1]  # noqa: SIM905 - as above
    return f"{day}, {moment.tm_mday:02} {month} {time.strftime('%Y %H:%M:%S', moment)} GMT"
