"""The objects in S3: where values are written and removed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

from memory._aws import CONDITIONAL, WRITE
from memory._compression import compress
from memory._dates import unix_time
from memory._errors import UnavailableError
from memory._options import STORAGE_CLASSES
from memory._refusals import BUSY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from memory._aws import Aws
    from memory._bucket import Bucket
    from memory._config import Config
    from memory._errors import MemoryServiceError
    from memory._exchange import Response
    from memory._options import Condition, PutOptions

KEYS_PER_REQUEST = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
_PAGE_BYTES = 16 * 1024 * 1024  # a key may be 1,024 bytes, and each of them three characters

_FAILED = re.compile(rb"<Error>(.*?)</Error>", re.DOTALL)
_CONTENTS = re.compile(rb"<Contents>(.*?)</Contents>", re.DOTALL)
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class UnannouncedError(UnavailableError):
    """What was written came later than it was announced for, and could not be announced again (CHG-13)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, outcome_unknown=True)


class Stored(NamedTuple):
    """What S3 said of a put or remove: the version, and the time of its answer in Unix seconds."""

    version: str
    date: float | None


class Store:
    """Writes documents to the bucket. It is imported by a constructor, and asks for nothing before the first write.

    Args:
        config: How long copies may be served.
        bucket: Asks S3.
    """

    def __init__(self, config: Config, bucket: Bucket) -> None:
        self._config = config
        self._bucket = bucket

    @property
    def aws(self) -> Aws:
        """What carries the requests, and knows S3's time."""
        return self._bucket.aws

    def put(  # noqa: PLR0913, PLR0917 - what a put is made of
        self,
        key: str,
        document: bytes | Callable[[], bytes],
        options: PutOptions,
        condition: Condition | None,
        deadline: float,
        announced: int | None = None,
    ) -> Stored:
        """Store a document (section 4).

        Args:
            key: Key of the object.
            document: The document; or what makes another small one each time that it is sent (CTAG-14).
            options: Lifetime, edge TTL and storage class.
            condition: What must hold; None for nothing.
            deadline: When to have ended, by `time.monotonic`.
            announced: The time of its announcement (CHG-12); None if there is no change record.

        Raises:
            NotMetError: The condition does not hold, or S3 cannot tell.
            OutOfTimeError: It came too late for its announcement.
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer in time; it says whether the value may be stored all the same.
        """
        cache_control = options.cache_control(self._config.stale_if_error)
        body, headers = (
            (document, _headers(cache_control)) if callable(document) else _packed(document, cache_control)
        )
        if options.ttl_days is not None:
            headers["x-amz-tagging"] = f"ttl-days={options.ttl_days}"
        if options.storage_class != STORAGE_CLASSES[0]:
            headers["x-amz-storage-class"] = options.storage_class
        return self._put(key, body, headers, condition, announced, deadline)

    def put_record(
        self, key: str, document: bytes, condition: Condition, announced: int, deadline: float
    ) -> Stored:
        """Store a change record (CHG-2, CHG-7).

        Args:
            key: Its key.
            document: The document.
            condition: What S3 must have.
            announced: The time of the announcement in it.
            deadline: When to have ended, by `time.monotonic`.

        Raises:
            NotMetError: S3 has another one, or cannot tell.
            OutOfTimeError: It came too late for its time.
            MemoryServiceError: As `put` does.
        """
        body, headers = _packed(document, f"max-age={self._config.edge_ttl}")
        return self._put(key, body, headers, condition, announced, deadline)

    def remove(self, key: str, deadline: float, announced: int | None = None) -> Stored:
        """Delete an object; that it is not there is no error.

        Raises:
            OutOfTimeError: It came too late for its announcement.
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer in time; it says whether the value may be removed all the same.
        """
        outcome = self._bucket.ask("DELETE", key, deadline, WRITE, announced=announced)
        return Stored("", _date(self._bucket.answered(outcome, f"remove {key}", WRITE)))

    def remove_many(
        self, keys: list[str], deadline: float, announced: int | None = None
    ) -> tuple[Stored, dict[str, MemoryServiceError]]:
        """Delete up to 1,000 objects in one request and return the error of each key that could not be.

        Raises:
            OutOfTimeError: It came too late for its announcement.
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer in time; it says whether they may be removed all the same.
        """
        from base64 import b64encode
        from hashlib import md5

        # Keys have no character that XML treats specially (KEY-2).
        objects = "".join([f"<Object><Key>{key}</Key></Object>" for key in keys])
        body = f'<Delete xmlns="{_NAMESPACE}">{objects}<Quiet>true</Quiet></Delete>'.encode()
        # S3 wants a checksum of this one; what is proof against a forger is the signature.
        checksum = b64encode(md5(body, usedforsecurity=False).digest()).decode("ascii")
        outcome = self._bucket.ask(
            "POST",
            "",
            deadline,
            WRITE,
            query={"delete": ""},
            headers={"Content-Type": "application/xml", "Content-MD5": checksum},
            body=body,
            limit=_PAGE_BYTES,
            announced=announced,
        )
        answer = self._bucket.answered(outcome, f"remove {len(keys)} keys", WRITE)
        errors = {}
        for match in _FAILED.finditer(answer.body):
            key, code = _member(match[1], "Key"), _member(match[1], "Code")
            error = errors[key] = self._bucket.refusal(code, f"remove {key}")
            if isinstance(error, UnavailableError):
                error.outcome_unknown = code not in BUSY
        return Stored("", _date(answer)), errors

    def list(self, prefix: str, until: Callable[[], float]) -> Iterator[list[str]]:
        """List the keys that begin with a prefix, a page of up to 1,000 at a time, the next when it is asked for.

        Args:
            prefix: What they begin with.
            until: Returns when a page that is asked for now has to be there, by `time.monotonic`.

        Raises:
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer in time.
        """
        query = {"list-type": "2", "encoding-type": "url", "prefix": prefix}
        while True:
            outcome = self._bucket.ask("GET", "", until(), query=query, limit=_PAGE_BYTES)
            answer = self._bucket.answered(outcome, f"list {prefix}")
            page = answer.body
            if answer.cut or b"ListBucketResult" not in page:
                raise UnavailableError(
                    f"list {prefix} in bucket {self._bucket.name}: S3's answer is no listing"
                )
            is_encoded = _member(page, "EncodingType") == "url"
            keys = [_member(match[1], "Key") for match in _CONTENTS.finditer(page)]
            yield [unquote_plus(key) for key in keys] if is_encoded else keys
            token = _member(page, "NextContinuationToken")
            if _member(page, "IsTruncated") != "true" or not token:
                return
            query = {**query, "continuation-token": token}

    def _put(  # noqa: PLR0913, PLR0917 - what a put is made of
        self,
        key: str,
        body: bytes | Callable[[], bytes],
        headers: dict[str, str],
        condition: Condition | None,
        announced: int | None,
        deadline: float,
    ) -> Stored:
        kind = WRITE
        if condition is not None:
            kind = CONDITIONAL
            headers |= _precondition(condition)
        outcome = self._bucket.ask(
            "PUT", key, deadline, kind, headers=headers, body=body, announced=announced
        )
        answer = self._bucket.answered(outcome, f"put {key}", kind)
        return Stored(_version(answer), _date(answer))


def _packed(document: bytes, cache_control: str) -> tuple[bytes, dict[str, str]]:
    """Return a document as it is stored, and the headers that say how (OBJ-1 to OBJ-3)."""
    body, encoding = compress(document)
    headers = _headers(cache_control)
    return body, {**headers, "Content-Encoding": encoding} if encoding else headers


def _headers(cache_control: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Cache-Control": cache_control}


def _precondition(condition: Condition) -> dict[str, str]:
    if condition.version is None:
        return {"If-None-Match": "*"}
    return {"If-Match": f'"{condition.version}"'}


def _version(answer: Response) -> str:
    return answer.headers.get("etag", "").removeprefix("W/").strip('"')


def _member(document: bytes, name: str) -> str:
    """Return the text of an XML element; nothing if there is none."""
    start = document.find(b"<%s>" % name.encode())
    if start < 0:
        return ""
    start += len(name) + 2
    end = document.find(b"</%s>" % name.encode(), start)
    text = document[start:end].decode("utf-8", "replace") if end >= 0 else ""
    if "&" not in text:
        return text
    from html import unescape

    return unescape(text)


def _date(answer: Response) -> float | None:
    return unix_time(answer.headers.get("date"))
