"""Asking S3 for an object the way CloudFront does, and answering what S3 would answer CloudFront."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

import aiohttp
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from yarl import URL

from local_cloud.s3_errors import s3_error

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from botocore.credentials import Credentials

    from local_cloud.edge.distributions import Bucket

CONNECT_TIMEOUT = 10.0  # seconds; CloudFront Developer Guide, page DownloadDistValuesOrigin
RESPONSE_TIMEOUT = 30.0  # seconds; same page
# Everything else that the engine sends is its own matter, or is removed or replaced by CloudFront.
_PASSED_ON = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-type",
        "etag",
        "expires",
        "last-modified",
        "x-amz-server-side-encryption",
        "x-amz-storage-class",
        "x-amz-version-id",
    }
)


@dataclass(frozen=True)
class OriginAnswer:
    """What the origin answered.

    Attributes:
        status: the HTTP status; 502 or 504 if the origin could not be reached or did not answer in time.
        headers: those that reach the viewer, by lower-case name.
        body: the bytes as stored, still compressed if they were stored so.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class S3Origin:
    """The engine's S3, asked over kept connections; to be used in one event loop."""

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials,
        region: str,
        trust: ssl.SSLContext | None,
        opening: Mapping[str, str],
    ) -> None:
        """Ask S3.

        Args:
            endpoint: its URL.
            credentials: the root's.
            region: the buckets'.
            trust: for TLS.
            opening: further headers of every request, which open the engine.
        """
        self._opening = opening
        self._endpoint = endpoint
        self._signer = S3SigV4Auth(credentials, "s3", region)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=trust or True),
            timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_TIMEOUT, sock_read=RESPONSE_TIMEOUT),
            auto_decompress=False,  # objects reach the viewer as they are stored
        )

    async def get(self, bucket: Bucket, path: str, validators: Mapping[str, str]) -> OriginAnswer:
        """Get an object, or 304 if it is the one that the validators describe.

        Args:
            bucket: the distribution's view of the bucket.
            path: the URL's path as the viewer sent it, percent-encoded and without the query.
            validators: `If-None-Match` or `If-Modified-Since`, or nothing.
        """
        key = unquote(bucket.prefix[1:] + path) if bucket.prefix else unquote(path[1:])
        if not bucket.may_get(key):
            return _refusal(HTTPStatus.FORBIDDEN, "AccessDenied", "Access Denied", {})
        try:
            answer = await self._fetch(f"{self._endpoint}/{bucket.name}{bucket.prefix}{path}", validators)
        except aiohttp.ServerTimeoutError:
            return _refusal(HTTPStatus.GATEWAY_TIMEOUT, "GatewayTimeout", "S3 did not answer in time", {})
        except aiohttp.ClientError as error:
            return _refusal(HTTPStatus.BAD_GATEWAY, "BadGateway", f"S3 could not be asked: {error}", {})
        return _missing(bucket, key) if answer.status == HTTPStatus.NOT_FOUND else answer

    async def _fetch(self, url: str, validators: Mapping[str, str]) -> OriginAnswer:
        signed = AWSRequest("GET", url, headers=dict(validators))
        self._signer.add_auth(signed)
        headers = {**dict(signed.headers.items()), **self._opening}
        async with self._session.get(
            URL(url, encoded=True), headers=headers, allow_redirects=False
        ) as answer:
            kept = {
                name.lower(): value
                for name, value in answer.headers.items()
                if name.lower() in _PASSED_ON or name.lower().startswith("x-amz-meta-")
            }
            kept["date"] = answer.headers.get("Date", "")
            return OriginAnswer(answer.status, kept, await answer.read())

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


def _missing(bucket: Bucket, key: str) -> OriginAnswer:
    if not bucket.may_know_it_is_missing(key):
        return _refusal(HTTPStatus.FORBIDDEN, "AccessDenied", "Access Denied", {})
    message = "The specified key does not exist."
    return _refusal(HTTPStatus.NOT_FOUND, "NoSuchKey", message, {"Key": key})


def _refusal(status: HTTPStatus, code: str, message: str, more: Mapping[str, str]) -> OriginAnswer:
    return OriginAnswer(status, {"content-type": "application/xml"}, s3_error(code, message, more))
