"""The objects in S3: where values are written and removed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

from memory._aws import CONDITIONAL, READ, WRITE, Aws, AwsRequest, Outcome
from memory._compression import compress
from memory._credential_source import CredentialSource
from memory._dates import unix_time
from memory._endpoints import bucket_endpoint
from memory._errors import UnavailableError
from memory._exchange import Failure, Response
from memory._options import STORAGE_CLASSES
from memory._refusals import BUSY, error_code, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from memory._config import Config
    from memory._errors import MemoryServiceError
    from memory._options import Condition, PutOptions
    from memory._wire import Wire

KEYS_PER_REQUEST = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
_PAGE_BYTES = 16 * 1024 * 1024  # a key may be 1,024 bytes, and each of them three characters

# 412, 409, and 404 for If-Match on nothing:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_NOT_MET = (409, 412)
_DONE = (200, 204)
_FAILED = re.compile(rb"<Error>(.*?)</Error>", re.DOTALL)
_CONTENTS = re.compile(rb"<Contents>(.*?)</Contents>", re.DOTALL)
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class NotMetError(Exception):
    """S3 refused a put for its condition, or because of another put at the same time.

    Attributes:
        is_unknown: Whether an attempt before may have been carried out, and met the condition itself.
    """

    def __init__(self, *, is_unknown: bool) -> None:
        super().__init__()
        self.is_unknown = is_unknown


class OutOfTimeError(Exception):
    """A write came too late for its announcement, and was not carried out (CHG-12).

    Attributes:
        is_unknown: Whether an attempt before may have been carried out.
    """

    def __init__(self, *, is_unknown: bool) -> None:
        super().__init__()
        self.is_unknown = is_unknown


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
        config: Bucket, region and role.
        service_name: Whose values they are, for the logs of the role.
        wire: Carries the requests.
    """

    def __init__(self, config: Config, service_name: str, wire: Wire) -> None:
        self._config = config
        session_name = f"memory-service-{service_name}"[:64]
        source = CredentialSource(wire, config.role_arn, session_name, config.region)
        self._aws = Aws(wire, source.credentials)

    @property
    def aws(self) -> Aws:
        """What carries the requests, and knows S3's time."""
        return self._aws

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
        cache_control = f"max-age={options.max_age}, stale-if-error={self._config.stale_if_error}"
        body, headers = (
            (document, _headers(cache_control)) if callable(document) else _packed(document, cache_control)
        )
        if options.ttl_days is not None:
            headers["x-amz-tagging"] = f"ttl-days={options.ttl_days}"
        if options.storage_class != STORAGE_CLASSES[0]:
            headers["x-amz-storage-class"] = options.storage_class
        if condition is not None:
            headers |= _precondition(condition)
        kind = WRITE if condition is None else CONDITIONAL
        answer = self._send(
            "PUT", key, f"put {key}", deadline, kind, headers=headers, body=body, announced=announced
        )
        return Stored(_version(answer), _date(answer))

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
        headers |= _precondition(condition)
        answer = self._send(
            "PUT", key, f"put {key}", deadline, CONDITIONAL, headers=headers, body=body, announced=announced
        )
        return Stored(_version(answer), _date(answer))

    def remove(self, key: str, deadline: float, announced: int | None = None) -> Stored:
        """Delete an object; that it is not there is no error.

        Raises:
            OutOfTimeError: It came too late for its announcement.
            ConfigurationError: The bucket does not exist, or there are no credentials or no region.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer in time; it says whether the value may be removed all the same.
        """
        answer = self._send("DELETE", key, f"remove {key}", deadline, WRITE, announced=announced)
        return Stored("", _date(answer))

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
        answer = self._send(
            "POST",
            "",
            f"remove {len(keys)} keys",
            deadline,
            WRITE,
            query={"delete": ""},
            headers={"Content-Type": "application/xml", "Content-MD5": checksum},
            body=body,
            limit=_PAGE_BYTES,
            announced=announced,
        )
        bucket = self._config.bucket_name
        errors = {}
        for match in _FAILED.finditer(answer.body):
            key, code = _member(match[1], "Key"), _member(match[1], "Code")
            error = errors[key] = refusal(code, f"remove {key} in bucket {bucket}")
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
            answer = self._send("GET", "", f"list {prefix}", until(), READ, query=query, limit=_PAGE_BYTES)
            page = answer.body
            if answer.cut or b"ListBucketResult" not in page:
                raise UnavailableError(
                    f"list {prefix} in bucket {self._config.bucket_name}: S3's answer is no listing"
                )
            is_encoded = _member(page, "EncodingType") == "url"
            keys = [_member(match[1], "Key") for match in _CONTENTS.finditer(page)]
            yield [unquote_plus(key) for key in keys] if is_encoded else keys
            token = _member(page, "NextContinuationToken")
            if _member(page, "IsTruncated") != "true" or not token:
                return
            query = {**query, "continuation-token": token}

    def _send(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        key: str,
        what: str,
        deadline: float,
        kind: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | Callable[[], bytes] = b"",
        limit: int = 64 * 1024,
        announced: int | None = None,
    ) -> Response:
        config = self._config
        endpoint = bucket_endpoint(config.bucket_name, config.region)
        path = f"/{key}" if key or not endpoint.path else ""
        request = AwsRequest(
            endpoint, "s3", method, path, kind, query or {}, headers or {}, body, limit, announced
        )
        outcome = self._aws.send(request, deadline)
        if outcome.is_out_of_time:
            raise OutOfTimeError(is_unknown=outcome.is_unknown)
        answer = outcome.answer
        if isinstance(answer, Response) and answer.status in _DONE:
            return answer
        raise self._refused(outcome, f"{what} in bucket {config.bucket_name}", kind)

    def _refused(self, outcome: Outcome, what: str, kind: str) -> Exception:
        answer = outcome.answer
        if isinstance(answer, Failure):
            return _unavailable(f"{what}: S3: {answer.reason}", outcome)
        code = error_code(answer.body) or str(answer.status)
        if kind == CONDITIONAL and (answer.status in _NOT_MET or code == "NoSuchKey"):
            return NotMetError(is_unknown=outcome.is_unknown)
        error = refusal(
            code, what, status=answer.status, region=answer.headers.get("x-amz-bucket-region", "")
        )
        if outcome.is_unknown:
            # What S3 said last does not tell what became of an attempt before (WRITE-5).
            return _unavailable(str(error), outcome)
        return error


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


def _unavailable(message: str, outcome: Outcome) -> UnavailableError:
    doubt = ". It may have taken place all the same: read the value and decide" if outcome.is_unknown else ""
    return UnavailableError(f"{message}{doubt}", outcome_unknown=outcome.is_unknown)


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
