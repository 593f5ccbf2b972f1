"""The bucket: its pages of keys, its objects as they are, and its places, where the SDK reads and writes."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import botocore.utils
import memory
from botocore.config import Config

from memory_console.aws_errors import translated
from memory_console.place import announced_name, is_announced
from memory_console.sdk import MAX_VALUE_BYTES, Admin, decompress, unix_time
from memory_console.sdk_bucket import SdkBucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3 import S3Client

DEFAULT_EDGE_TTL = 5
PAGE = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
CONCURRENCY = 16
_ANY_SIZE = 2**50
_METADATA = "x-amz-meta-"


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
class RawObject(ObjectHead):
    """An object as it is stored, whatever it is.

    Attributes:
        body: The first bytes of it.
    """

    body: bytes


@dataclass(frozen=True, slots=True)
class StoredObject(RawObject):
    """An object, and its document.

    Attributes:
        document: The envelope, inflated.
    """

    document: bytes


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
        self._admins: dict[tuple[object, ...], Admin] = {}
        self._asked: SdkBucket | None = None
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
            return client
        client.close()
        own: S3Client = self.client(
            "s3",
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return own

    def place(
        self,
        visibility: str,
        service: str,
        *,
        edge_ttl: int = DEFAULT_EDGE_TTL,
        clock: Callable[[], float] = time.time,
    ) -> Admin:
        """Return what reads and writes in a place.

        Args:
            visibility: `public` or `private`.
            service: The service's name, or with `.changes` behind it.
            edge_ttl: Of records that are new, in seconds.
            clock: Returns Unix time in seconds.

        Raises:
            memory.MemoryServiceError: AWS's configuration does not say how to reach the bucket.
        """
        asked, key = self._sdk, (visibility, service, edge_ttl, clock)
        with self._opening:
            if key not in self._admins:
                conf = {"MAX_VALUE_BYTES": self.max_value_bytes, "EDGE_TTL": edge_ttl}
                self._admins[key] = Admin(asked, visibility, service, conf, clock)
            return self._admins[key]

    @property
    def _sdk(self) -> SdkBucket:
        with self._opening:
            if self._asked is None:
                self._asked = SdkBucket(self.name, self.session, self._s3_in)
            return self._asked

    def _s3_in(self, region: str | None) -> S3Client:
        if region is None or region == self.s3.meta.region_name:
            return self.s3
        return Bucket(self.name, region, self._profile, self._endpoint_url).s3

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
        return StoredObject(**{part.name: getattr(raw, part.name) for part in fields(raw)}, document=document)

    def raw(self, key: str, most: int | None = None) -> RawObject | None:
        """Return an object with its bytes as they are stored, None if there is none.

        Args:
            key: Any key.
            most: How many of the bytes; None for all of them.

        Raises:
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        answer = self._sdk.object(key, _ANY_SIZE if most is None else most)
        if answer is None:
            return None
        told = answer.headers
        return RawObject(
            key=key,
            size=int(told.get("content-length", len(answer.body))),
            version=told.get("etag", "").removeprefix("W/").strip('"'),
            stored_at=datetime.fromtimestamp(unix_time(told.get("last-modified")) or 0, timezone.utc),
            storage_class=told.get("x-amz-storage-class", "STANDARD"),
            headers={
                name: told.get(name.lower(), "")
                for name in ("Content-Type", "Cache-Control", "Content-Encoding")
            },
            metadata={
                name.removeprefix(_METADATA): said
                for name, said in told.items()
                if name.startswith(_METADATA)
            },
            tags=int(told.get("x-amz-tagging-count", 0)),
            body=answer.body[:most],
        )

    def remove(self, key: str, *, if_version: str | None = None) -> bool:
        """Remove an object and return whether there was one.

        Args:
            key: Key of the object.
            if_version: Only if this is the version that is stored.

        Raises:
            memory.ConflictError: It is another version.
            memory.MemoryServiceError: S3 refused or did not answer.
        """
        if is_announced(key):
            visibility, service, _ = key.split("/", 2)
            return self.place(visibility, service).remove_object(key, announced_name(key), if_version)
        # Of a service without a change record, or of none: which, is no matter where nothing is announced.
        return self.place("public", "any").remove_object(key, None, if_version)


def parse_timestamp(text: Any) -> datetime:
    """Return the time that S3 says, which in listings is always of one form."""
    if type(text) is str and text.endswith("Z"):
        with suppress(ValueError):
            return datetime.fromisoformat(text[:-1]).replace(tzinfo=timezone.utc)
    found: datetime = botocore.utils.parse_timestamp(text)
    return found


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
