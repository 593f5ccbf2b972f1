"""An S3 endpoint with a bucket of any number of names, whose listing is made up page by page."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "public/shop/n/"
_DATE = "2026-11-23T08:00:00.000Z"


class GeneratedBucket(ThreadingHTTPServer):
    """Serves ListObjectsV2 of keys `public/shop/n/0000000.json` and on, all in one folder.

    Attributes:
        names: How many there are.
        pages: The listings that were asked for: prefix and how many keys and folders were given.
    """

    daemon_threads = True

    def __init__(self, names: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.names = names
        self.pages: list[tuple[str, int]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def listing(self, prefix: str, delimiter: str, start: int, limit: int) -> str:
        """Return a page; a token is the number of the first key on it."""
        if delimiter and prefix != FOLDER and FOLDER.startswith(prefix):
            folder = prefix + FOLDER[len(prefix) :].partition("/")[0] + "/"
            self.pages.append((prefix, 1))
            return _page(f"<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>", None)
        first, end = self._range(prefix)
        numbers = range(max(first, start), min(end, max(first, start) + limit))
        self.pages.append((prefix, len(numbers)))
        token = numbers.stop if numbers.stop < end else None
        return _page("".join(_contents(number) for number in numbers), token)

    def _range(self, prefix: str) -> tuple[int, int]:
        digits = prefix[len(FOLDER) :].removesuffix(".json") if prefix.startswith(FOLDER) else ""
        width = 10 ** (7 - len(digits))
        first = int(digits or 0) * width
        return first, min(self.names, first + width)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: GeneratedBucket

    def do_GET(self) -> None:
        query = {key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()}
        page = self.server.listing(
            query.get("prefix", ""),
            query.get("delimiter", ""),
            int(query.get("continuation-token", "0")),
            int(query.get("max-keys", "1000")),
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _contents(number: int) -> str:
    return (
        f"<Contents><Key>{FOLDER}{number:07}.json</Key><LastModified>{_DATE}</LastModified>"
        f"<ETag>&quot;{number:032x}&quot;</ETag><Size>57</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _page(inner: str, token: int | None) -> str:
    more = f"<NextContinuationToken>{token}</NextContinuationToken>" if token is not None else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>{escape('values')}</Name><IsTruncated>{str(token is not None).lower()}</IsTruncated>{more}{inner}"
        "</ListBucketResult>"
    )


@contextmanager
def generated_bucket(names: int) -> Iterator[GeneratedBucket]:
    """Serve a bucket with so many names."""
    with GeneratedBucket(names) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
