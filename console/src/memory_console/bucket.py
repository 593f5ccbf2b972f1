"""The bucket: its pages of keys, and objects read, written and removed under conditions."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import botocore.utils
import memory
from botocore.config import Config
from botocore.exceptions import ClientError

from memory_console.aws_errors import translated
from memory_console.place import is_announced, record_beside
from memory_console.query_signature import announced, prepare
from memory_console.sdk import MAX_VALUE_BYTES, compress, decompress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from memory_console.announcer import Announcer
    from memory_console.sdk import PutOptions

PAGE = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
CONCURRENCY = 16
STALE_IF_ERROR = 300  # seconds; the specification's default
_NOT_FOUND = 404
_NOT_IMPLEMENTED = (400, 405, 501)
_LATE = 100  # seconds after its announcement at which a write is not what was announced (CHG-13)


@dataclass(frozen=True, slots=True)
class ListedObject:
    """What a page of a listing says of one object."""

    key: str
    size: int
    version: str
    stored_at: datetime
    storage_class: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing.

    Attributes:
        folders: What keys begin with up to the delimiter, that included.
        objects: The objects.
        token: Gets the next page; None if this is the last.
    """

    folders: list[str]
    objects: list[ListedObject]
    token: str | None


@dataclass(frozen=True, slots=True)
class ObjectHead:
    """What S3 says of an object.

    Attributes:
        key: Its key.
        size: Bytes as stored.
        version: The ETag, without quotes.
        headers: What else S3 says: `Cache-Control`, `Content-Type`, `Content-Encoding`.
        metadata: What somebody has noted with it, `x-amz-meta-…`; no SDK does.
    """

    key: str
    size: int
    version: str
    stored_at: datetime
    storage_class: str
    headers: dict[str, str]
    metadata: dict[str, str]
    tags: int


@dataclass(frozen=True, slots=True)
class StoredObject(ObjectHead):
    """An object, and its document.

    Attributes:
        document: The envelope, inflated.
    """

    document: bytes


@dataclass(frozen=True, slots=True)
class RawObject(ObjectHead):
    """An object as it is stored, whatever it is.

    Attributes:
        body: The first bytes of it.
    """

    body: bytes


class CorruptObjectError(memory.CorruptValueError):
    """An object that no SDK has written, with what S3 says of it.

    Args:
        head: The object.
        why: What is wrong with it.
    """

    def __init__(self, head: ObjectHead, why: str) -> None:
        super().__init__(f"{head.key}: {why}")
        self.head = head
        self.why = why


class Bucket:
    """An S3 bucket with the usual credentials, profiles and endpoints of AWS's tools.

    Args:
        name: The bucket.
        region: Its region; None leaves it to AWS's configuration.
        profile: A profile of AWS's configuration.
        endpoint_url: Another S3 than AWS's; None leaves it to `AWS_ENDPOINT_URL` and the profile.
        max_value_bytes: Largest document that is written or read, in bytes of JSON (OBJ-4).
    """

    def __init__(
        self,
        name: str,
        region: str | None = None,
        profile: str | None = None,
        endpoint_url: str | None = None,
        *,
        max_value_bytes: int = MAX_VALUE_BYTES,
    ) -> None:
        self.max_value_bytes = max_value_bytes
        self.name = name
        self._region = region
        self._profile = profile
        self._endpoint_url = endpoint_url
        self._announcers: dict[str, Announcer] = {}
        self._opening = threading.Lock()

    def named(self, name: str) -> Bucket:
        """Return another bucket, reached in the same way."""
        return Bucket(
            name, self._region, self._profile, self._endpoint_url, max_value_bytes=self.max_value_bytes
        )

    @cached_property
    def session(self) -> boto3.Session:
        """The session that every client of the console is made with."""
        with translated("read AWS's configuration"):
            core = botocore.session.get_session()
            # A listing is a thousand times a page: botocore's own parser of dates takes most of its time.
            factory = core.get_component("response_parser_factory")
            factory.set_parser_defaults(timestamp_parser=parse_timestamp)
            return boto3.Session(profile_name=self._profile, region_name=self._region, botocore_session=core)

    def client(self, service: str, **options: Any) -> Any:
        """Return a client of an AWS service."""
        settings = {"connect_timeout": 5, "read_timeout": 30, "max_pool_connections": CONCURRENCY, **options}
        with translated(f"use {service}"):
            return self.session.client(
                service,  # type: ignore[call-overload] # any service
                endpoint_url=self._endpoint_url,
                config=Config(retries={"mode": "standard", "total_max_attempts": 3}, **settings),
            )

    @cached_property
    def s3(self) -> S3Client:
        """The client of S3; other S3 than AWS's is addressed by path and spared AWS's newer checksums."""
        client: S3Client = self.client("s3")
        if ".amazonaws.com" in client.meta.endpoint_url:
            prepare(client)
            return client
        client.close()
        own: S3Client = self.client(
            "s3",
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        prepare(own)
        return own

    @contextmanager
    def _announced(self, keys: list[str]) -> Iterator[None]:
        """Announce what is about to be written in a place with a change record, and let that be signed so (CHG-12).

        What S3 dates later than what was announced may be is announced again (CHG-13).

        Raises:
            memory.MemoryServiceError: It could not be announced.
        """
        e = self._announce(keys)
        with announced(e) as written:
            yield
        if e is not None and written.date > e + _LATE:
            self._announce(keys, written.date)

    def _announce(self, keys: list[str], least: int = 0) -> int | None:
        """Return the earliest time of their announcements, which are not before `least`; None if none has to be."""
        e = None
        for record in sorted({record_beside(key) for key in keys if is_announced(key)}):
            with self._opening:
                if record not in self._announcers:
                    from memory_console.announcer import Announcer  # noqa: PLC0415 - for places alone

                    self._announcers[record] = Announcer(self, record)
            own = [key for key in keys if record_beside(key) == record]
            told = self._announcers[record].announce(own, least)
            e = told if e is None else min(e, told)
        return e

    def page(
        self,
        prefix: str,
        *,
        delimiter: str = "",
        token: str | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> Page:
        """Return one page of the keys that begin with a prefix: one request to S3.

        Args:
            prefix: What the keys begin with.
            delimiter: `/` gives folders instead of what lies in them.
            token: Of the page before this one.
            after: Without a token: only keys behind this one.
            limit: At most so many folders and objects, up to 1,000.

        Raises:
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        more: dict[str, Any] = {"Delimiter": delimiter} if delimiter else {}
        if token:
            more["ContinuationToken"] = token
        elif after:
            more["StartAfter"] = after
        with translated(f"list bucket {self.name}"):
            answer = self.s3.list_objects_v2(Bucket=self.name, Prefix=prefix, MaxKeys=limit, **more)
        folders = [found["Prefix"] for found in answer.get("CommonPrefixes", [])]
        objects = [
            ListedObject(
                found["Key"],
                found["Size"],
                found["ETag"].strip('"'),
                found["LastModified"],
                found.get("StorageClass", "STANDARD"),
            )
            for found in answer.get("Contents", [])
        ]
        return Page(folders, objects, answer.get("NextContinuationToken"))

    def pages(self, prefix: str, *, delimiter: str = "", after: str | None = None) -> Iterator[Page]:
        """Return all pages, each when it is asked for."""
        page = self.page(prefix, delimiter=delimiter, after=after)
        yield page
        while page.token:
            page = self.page(prefix, delimiter=delimiter, token=page.token)
            yield page

    def read(self, key: str) -> StoredObject | None:
        """Return an object, None if there is none.

        Raises:
            CorruptObjectError: Its body cannot be unpacked, or is larger than readers take (OBJ-4).
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        raw = self.raw(key, self.max_value_bytes + 1)
        if raw is None:
            return None
        if raw.size > self.max_value_bytes:
            raise CorruptObjectError(
                raw, f"the stored value is larger than MAX_VALUE_BYTES ({self.max_value_bytes})"
            )
        try:
            document = decompress(raw.body, raw.headers["Content-Encoding"] or None, self.max_value_bytes)
        except memory.CorruptValueError as error:
            raise CorruptObjectError(raw, str(error)) from None
        return StoredObject(**_head_of(raw), document=document)

    def raw(self, key: str, most: int | None = None) -> RawObject | None:
        """Return an object with its bytes as they are stored, None if there is none.

        Args:
            key: Any key.
            most: How many of the bytes; None for all of them.

        Raises:
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        with translated(f"read {key} in bucket {self.name}"):
            try:
                answer = self.s3.get_object(Bucket=self.name, Key=key)
            except ClientError as error:
                if _is_missing(error):
                    return None
                raise
            with closing(answer["Body"]) as stream:
                body = stream.read(most)
        return RawObject(
            key=key,
            size=answer["ContentLength"],
            version=answer["ETag"].strip('"'),
            stored_at=answer["LastModified"],
            storage_class=answer.get("StorageClass", "STANDARD"),
            headers={
                "Content-Type": answer.get("ContentType", ""),
                "Cache-Control": answer.get("CacheControl", ""),
                "Content-Encoding": answer.get("ContentEncoding", ""),
            },
            metadata=answer.get("Metadata", {}),
            tags=answer.get("TagCount", 0),
            body=body,
        )

    def write(  # noqa: PLR0913 - conditions, by keyword
        self,
        key: str,
        document: bytes,
        options: PutOptions,
        *,
        if_absent: bool = False,
        if_version: str | None = None,
        stale_if_error: int = STALE_IF_ERROR,
    ) -> str:
        """Store a document as the SDK does (specification, section 4) and return its version.

        Args:
            key: Key of the object.
            document: The envelope.
            options: Lifetime, edge TTL and storage class.
            if_absent: Only if there is no object.
            if_version: Only if this is the version that is stored.
            stale_if_error: Seconds that a copy may be served beyond its freshness while S3 cannot be read.

        Raises:
            memory.ValueTooLargeError: Readers would call it corrupt (OBJ-4).
            memory.ConflictError: The condition does not hold.
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        if len(document) > self.max_value_bytes:
            raise memory.ValueTooLargeError(
                f"{key}: the value takes {len(document)} bytes, MAX_VALUE_BYTES is {self.max_value_bytes}: readers"
                " would call it corrupt. Store it in parts, or set MEMORY_MAX_VALUE_BYTES here as for every reader"
            )
        body, encoding = compress(document)
        more: dict[str, Any] = {"ContentEncoding": encoding} if encoding else {}
        if options.ttl_days is not None:
            more["Tagging"] = f"ttl-days={options.ttl_days}"
        if options.storage_class != "STANDARD":
            more["StorageClass"] = options.storage_class
        if if_absent:
            more["IfNoneMatch"] = "*"
        elif if_version is not None:
            more["IfMatch"] = f'"{if_version}"'
        with self._announced([key]), translated(f"write {key} in bucket {self.name}"):
            try:
                answer = self.s3.put_object(
                    Bucket=self.name,
                    Key=key,
                    Body=body,
                    ContentType="application/json",
                    CacheControl=f"max-age={options.max_age}, stale-if-error={stale_if_error}",
                    **more,
                )
            except ClientError as error:
                if if_version is not None and _is_missing(error):
                    raise memory.ConflictError(f"{key}: somebody else has removed it meanwhile") from error
                raise
        return answer["ETag"].strip('"')

    def remove(self, key: str, *, if_version: str | None = None) -> bool:
        """Remove an object and return whether there was one.

        Args:
            key: Key of the object.
            if_version: Only if this is the version that is stored.

        Raises:
            memory.ConflictError: It is another version.
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        with translated(f"remove {key} in bucket {self.name}"):
            try:
                stored = self.s3.head_object(Bucket=self.name, Key=key)["ETag"].strip('"')
            except ClientError as error:
                if _is_missing(error):
                    return False
                raise
            if if_version is not None and stored != if_version:
                raise memory.ConflictError(f"{key}: somebody else has changed it meanwhile")
        with self._announced([key]), translated(f"remove {key} in bucket {self.name}"):
            if if_version is None:
                self.s3.delete_object(Bucket=self.name, Key=key)
                return True
            try:
                self.s3.delete_object(Bucket=self.name, Key=key, IfMatch=f'"{if_version}"')
            except ClientError as error:
                # Other S3s may not know conditional deletes: then the check above has to do.
                if error.response["ResponseMetadata"]["HTTPStatusCode"] not in _NOT_IMPLEMENTED:
                    raise
                self.s3.delete_object(Bucket=self.name, Key=key)
        return True

    def remove_many(self, keys: list[str]) -> dict[str, str]:
        """Remove up to 1,000 objects in one request and return what S3 says of those it did not."""
        objects: Any = [{"Key": key} for key in keys]
        with self._announced(keys), translated(f"remove {len(keys)} objects in bucket {self.name}"):
            answer = self.s3.delete_objects(Bucket=self.name, Delete={"Objects": objects, "Quiet": True})
        return {failed["Key"]: failed.get("Code", "") for failed in answer.get("Errors", [])}


def _head_of(found: ObjectHead) -> dict[str, Any]:
    return {field.name: getattr(found, field.name) for field in fields(ObjectHead)}


def parse_timestamp(text: Any) -> datetime:
    """Return the time that S3 says, which in listings is always of one form."""
    if type(text) is str and text.endswith("Z"):
        with suppress(ValueError):
            return datetime.fromisoformat(text[:-1]).replace(tzinfo=timezone.utc)
    found: datetime = botocore.utils.parse_timestamp(text)
    return found


def _is_missing(error: ClientError) -> bool:
    """Return whether the object is missing, not the bucket."""
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status == _NOT_FOUND and error.response["Error"].get("Code") != "NoSuchBucket"


def require_bucket(name: str | None) -> str:
    """Return the bucket's name.

    Raises:
        memory.ConfigurationError: There is none.
    """
    if not name:
        raise memory.ConfigurationError(
            "no bucket: give --bucket or --stack, or set MEMORY_BUCKET_NAME or MEMORY_STACK"
        )
    return name
