"""Reading through CloudFront: one GET, and what its answer means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from memory._answer import Answer, unpacked
from memory._errors import AccessDeniedError, ConfigurationError, UnavailableError
from memory._exchange import Failure, Request

if TYPE_CHECKING:
    from memory._config import Config
    from memory._exchange import Response
    from memory._secrets import KeySource
    from memory._signing import Signer, SigningKey
    from memory._wire import Wire

#: How much of a get's time is the edge's; the rest is kept for S3 (TIME-3).
EDGE_SHARE = 3 / 5

_OK, _NOT_MODIFIED, _FORBIDDEN, _NOT_FOUND = 200, 304, 403, 404
_ERROR_CODE = re.compile(rb"<Code>(\w{1,80})</Code>")


class OriginRefusedError(AccessDeniedError):
    """S3 refused the edge, not the edge its viewer: S3's errors have a RequestId, CloudFront's own have none."""


class Edge:
    """Reads documents through the distribution.

    Args:
        config: Distribution, endpoint and limits.
        wire: Carries the requests.
        signer: Signs the reads of a private service; None for a public one.
        keys: Where the signer's key comes from.
    """

    def __init__(self, config: Config, wire: Wire, signer: Signer | None, keys: KeySource | None) -> None:
        self._wire = wire
        self._origin = config.edge_endpoint or config.distribution
        self._headers = {"Host": urlsplit(config.distribution).netloc, "Accept-Encoding": "gzip"}
        self._limit = config.max_value_bytes
        self._signer = signer
        self._keys = keys

    def get(self, path: str, deadline: float, known: str | None = None, limit: int | None = None) -> Answer:
        """Read the document at a path.

        Args:
            path: Path of the URL.
            deadline: When to have ended, by `time.monotonic`.
            known: The version that need not be sent again; None if there is none.
            limit: Of a change record, the most bytes to read and to unpack: what is more, or cannot be unpacked, counts
                as empty. None for a value.

        Raises:
            AccessDeniedError: The edge refused the signature.
            OriginRefusedError: S3 refused the edge.
            ConfigurationError: The distribution is private and the service is not.
            CorruptValueError: The stored body cannot be unpacked.
            UnavailableError: The edge did not answer in time or reported an error of its own.
        """
        most = self._limit if limit is None else limit
        answer, key = self._fetch(path, deadline, known, most)
        status, headers = answer.status, answer.headers
        if status == _FORBIDDEN and self._signer and self._keys and key and self._keys.forget(key):
            # The key may have been rotated: sign with what is there now, once.
            self._signer.forget(key)
            answer, _ = self._fetch(path, deadline, known, most)
            status, headers = answer.status, answer.headers
        if status == _OK:
            return Answer(unpacked(answer, most, is_record=limit is not None), "edge", headers)
        if status == _NOT_MODIFIED and known is not None:
            return Answer(None, "edge", headers, is_unchanged=True)
        if status == _NOT_FOUND:
            return Answer(None, "edge", headers)
        where = f"{self._origin}{path}"
        if status == _FORBIDDEN:
            raise self._refused(where, answer.body)
        raise UnavailableError(f"{where}: the edge answered {status}")

    def _fetch(
        self, path: str, deadline: float, known: str | None, limit: int
    ) -> tuple[Response, SigningKey | None]:
        query, key = self._signer.signature(deadline) if self._signer else ("", None)
        target = f"{path}?{query}" if query else path
        headers = self._headers if known is None else {**self._headers, "If-None-Match": f'"{known}"'}
        answer = self._wire.send(Request("GET", self._origin, target, headers, b"", limit), deadline)
        if isinstance(answer, Failure):
            raise UnavailableError(f"{self._origin}{path}: {answer.reason}")
        return answer, key

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
        refusal = OriginRefusedError if b"<RequestId>" in body else AccessDeniedError
        return refusal(f"{where}: the edge may not read the bucket ({code}). Check the bucket's policy")
