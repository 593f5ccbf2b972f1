"""Reading through CloudFront: one GET, and what its answer means."""

from __future__ import annotations

import os
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from memory._compression import decompress
from memory._errors import AccessDeniedError, ConfigurationError, CorruptValueError, UnavailableError
from memory._redaction import redact_http_log

if TYPE_CHECKING:
    from datetime import datetime

    from requests import PreparedRequest, Response
    from requests.structures import CaseInsensitiveDict

    from memory._config import Config
    from memory._secrets import KeySource
    from memory._signing import Signer

CONNECT_SECONDS = 1
READ_SECONDS = 2
POOL_CONNECTIONS = 64

_OK, _FORBIDDEN, _NOT_FOUND = 200, 403, 404
_ERROR_CODE = re.compile(rb"<Code>(\w+)</Code>")


class Answer(NamedTuple):
    """What the edge answered.

    Attributes:
        document: The document; None if there is none.
        cache: What the edge's cache had to do with it, such as `hit, age 3 s`.
        age: Seconds since the edge fetched its copy.
        version: The ETag, without quotes.
        stored_at: When the object was written; None if the answer does not say.
    """

    document: bytes | None
    cache: str
    age: int
    version: str
    stored_at: datetime | None


class Edge:
    """Reads documents through the distribution, over kept connections.

    requests is imported by the constructor, in Lambda's start-up phase, and driven below its Session: that halves the
    cost of a read.

    Args:
        config: Distribution, endpoint and limits.
        signer: Signs the reads of a private service; None for a public one.
        keys: Where the signer's key comes from.
    """

    def __init__(self, config: Config, signer: Signer | None, keys: KeySource | None) -> None:
        from requests import PreparedRequest
        from requests.adapters import HTTPAdapter
        from requests.structures import CaseInsensitiveDict

        self._new_request: type[PreparedRequest] = PreparedRequest
        self._new_headers: type[CaseInsensitiveDict[Any]] = CaseInsensitiveDict
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=POOL_CONNECTIONS)
        redact_http_log()
        self._origin = config.edge_endpoint or config.distribution
        self._host = urlsplit(config.distribution).netloc
        self._limit = config.max_value_bytes
        self._signer = signer
        self._keys = keys
        # What requests.Session would look at, read once.
        self._verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True

    def get(self, path: str) -> Answer:
        """Read the document at a path.

        Raises:
            AccessDeniedError: The edge refused the signature, or S3 the edge.
            ConfigurationError: The distribution is private and the service is not.
            CorruptValueError: The stored body cannot be unpacked.
            UnavailableError: The edge did not answer in time or reported an error of its own.
        """
        status, headers, body = self._fetch(path)
        if status == _FORBIDDEN and self._signer and self._keys and self._keys.forget():
            # The key may have been rotated: read it again, once.
            self._signer.forget()
            status, headers, body = self._fetch(path)
        if status == _OK:
            return _answer(headers, decompress(body, headers.get("Content-Encoding"), self._limit))
        if status == _NOT_FOUND:
            return _answer(headers, None)
        where = f"{self._origin}{path}"
        if status == _FORBIDDEN:
            raise self._refused(where, body)
        raise UnavailableError(f"{where}: the edge answered {status}")

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()

    def _fetch(self, path: str) -> tuple[int, CaseInsensitiveDict[str], bytes]:
        from requests.exceptions import RequestException
        from urllib3.exceptions import HTTPError

        try:
            response = self._adapter.send(
                self._request(path), stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS), verify=self._verify
            )
            return response.status_code, response.headers, self._body(response)
        except (RequestException, HTTPError, OSError) as error:
            # The cause is left out on purpose: its text quotes the URL with its signature.
            raise UnavailableError(f"{self._origin}{path}: {type(error).__name__}") from None

    def _request(self, path: str) -> PreparedRequest:
        request = self._new_request()
        request.method = "GET"
        request.url = self._origin + path + (f"?{self._signer.query()}" if self._signer else "")
        request.headers = self._new_headers({"Host": self._host, "Accept-Encoding": "gzip"})
        return request

    def _body(self, response: Response) -> bytes:
        """Return the body as it is stored; reading stops behind the limit."""
        body: bytes = response.raw.read(self._limit + 1, decode_content=False)
        if len(body) > self._limit:
            response.close()
            raise CorruptValueError(f"the stored value is larger than MAX_VALUE_BYTES ({self._limit})")
        declared = response.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared) != len(body):
            response.close()
            raise UnavailableError(
                f"{self._origin}: the answer was cut off after {len(body)} of {declared} bytes"
            )
        response.raw.release_conn()
        return body

    def _refused(self, where: str, body: bytes) -> AccessDeniedError | ConfigurationError:
        match = _ERROR_CODE.search(body)
        code = match[1].decode("ascii", "replace") if match else "no reason"
        if self._signer is None and code in ("MissingKey", "InvalidKey"):
            return ConfigurationError(
                f"{where}: the distribution wants signed URLs ({code}). It is the private one: give PK_PATH and"
                " PUBLIC_KEY_ID, or the public distribution"
            )
        if self._signer is not None:
            return AccessDeniedError(
                f"{where}: the edge refused the signature ({code}). Check that the key is in the distribution's key"
                " group, and the clock of this machine"
            )
        return AccessDeniedError(
            f"{where}: the edge may not read the bucket ({code}). Check the bucket's policy"
        )


def _answer(headers: CaseInsensitiveDict[str], document: bytes | None) -> Answer:
    age = headers.get("Age", "")
    # The first word of `X-Cache: Hit from cloudfront`.
    word = headers.get("X-Cache", "unknown").partition(" ")[0].lower()
    return Answer(
        document,
        f"{word}, age {age} s" if age else word,
        int(age) if age.isdecimal() else 0,
        headers.get("ETag", "").removeprefix("W/").strip('"'),
        _moment(headers.get("Last-Modified")),
    )


def _moment(date: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
