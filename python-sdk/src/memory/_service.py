"""The service: what a user of the SDK holds in hand."""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from memory._batch import for_each, raise_if_any
from memory._config import Config
from memory._edge import Edge
from memory._entry import Entry
from memory._envelope import encode
from memory._errors import BatchError, CorruptValueError, MemoryServiceError, ValueTooLargeError
from memory._names import check_service_name, key_prefix, name_of, object_key
from memory._options import PutOptions
from memory._origin import Origin
from memory._reader import Reader
from memory._secrets import KeySource
from memory._signing import Signer, wildcard
from memory._store import KEYS_PER_REQUEST, Store
from memory._transport import Transport
from memory._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    from typing_extensions import Self

    from memory._options import Seconds

_LOGGER = logging.getLogger("memory")
_LOG_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "silent": logging.CRITICAL + 1,
}


class MemoryService:
    """A cache of typed values, kept in S3 and read through CloudFront.

    Construct it once, at module level: the connections and the signature are reused by all calls, from any thread.

    Args:
        conf: The configuration: a dict with the keys of the README, or a `Config`.
        service_name: The namespace of the names: 1 to 64 of `A-Z a-z 0-9 _ -`.
        clock: Returns Unix time in seconds; for tests.

    Raises:
        ConfigurationError: The configuration cannot work.
        InvalidNameError: The service name is not allowed (NAME-1).
    """

    def __init__(
        self,
        conf: Mapping[str, Any] | Config,
        service_name: str,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        config = conf if isinstance(conf, Config) else Config.resolve(conf)
        self._config = config
        self._service_name = check_service_name(service_name)
        self._clock = clock
        signer = keys = None
        if config.visibility == "private":
            keys = KeySource(config, clock)
            resource = wildcard(config.distribution, self._service_name)
            signer = Signer(resource, keys.key, config.signature_lifetime, clock)
        self._transport = Transport(config.max_value_bytes)
        edge = Edge(config, self._transport, signer, keys)
        self._reader = Reader(config, edge, Origin(config, self._transport, clock), clock)
        self._store = Store(config)
        _set_log_level(config.log_level)

    def put(
        self,
        name: str,
        value: Any,
        *,
        ttl: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
    ) -> str:
        """Store a value.

        Args:
            name: Non-empty segments separated by `/`.
            value: None, bool, int, float, str, bytes, or lists and dicts of these.
            ttl: How long the value lives, in seconds from 1 or as timedelta; without, until it is replaced or removed.
            edge_ttl: How long an edge may serve a copy without asking S3, in whole seconds from 1 to 86,400 or as
                timedelta; never more than `ttl`. Default: `EDGE_TTL`.
            storage_class: STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING or GLACIER_IR. Default:
                `STORAGE_CLASS`.

        Returns:
            The version of the value: the ETag of its object.

        Raises:
            InvalidNameError: The name is not allowed (NAME-2, NAME-3, KEY-3).
            UnsupportedTypeError: The value would not come back as it is (VAL-2).
            ValueTooLargeError: Its document is larger than MAX_VALUE_BYTES (OBJ-4).
            ConfigurationError: An option is not allowed (PUT-3), or bucket, region or credentials are missing.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        options = self._options(ttl, edge_ttl, storage_class)
        return self._store.put(self._key(name), self._document(name, value, options), options)

    def put_many(
        self,
        values: Mapping[str, Any],
        *,
        ttl: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
    ) -> dict[str, str]:
        """Store several values, several at a time. All names and values are checked before the first is stored.

        Args:
            values: The values by name.
            ttl: As for `put`, for all of them.
            edge_ttl: As for `put`.
            storage_class: As for `put`.

        Returns:
            The version of each value by name.

        Raises:
            InvalidNameError: A name is not allowed.
            UnsupportedTypeError: A value would not come back as it is.
            ValueTooLargeError: A document is larger than MAX_VALUE_BYTES.
            ConfigurationError: An option is not allowed.
            BatchError: Some could not be stored (MANY-1); the others are.
        """
        options = self._options(ttl, edge_ttl, storage_class)
        keys = {name: self._key(name) for name in values}
        documents = {name: self._document(name, value, options) for name, value in values.items()}
        return for_each(keys, lambda name: self._store.put(keys[name], documents[name], options))

    def get(self, name: str, default: Any = None, *, consistent: bool = False) -> Any:
        """Read a value through the edge, or from S3 if the edge fails.

        Args:
            name: The name it was stored under.
            default: What to return if there is none. A stored None is a value and returned as None.
            consistent: Read S3 itself: the newest value, at the price and latency of S3.

        Returns:
            The value, of the type it was stored with (VAL-1).

        Raises:
            InvalidNameError: The name is not allowed (NAME-2, NAME-3, KEY-3).
            CorruptValueError: What is stored is no envelope (ENV-4).
            AccessDeniedError: The edge refused the signature.
            ConfigurationError: The distribution or the key cannot be what the configuration says.
            UnavailableError: Neither the edge nor S3 answered in time.
        """
        entry = self.get_entry(name, consistent=consistent)
        return default if entry is None else entry.value

    def get_entry(self, name: str, *, consistent: bool = False) -> Entry | None:
        """Read a value with what is known about it; None if there is none (GET-6).

        Raises:
            MemoryServiceError: As `get` does.
        """
        try:
            answer, envelope = self._reader.read(self._key(name), consistent=consistent)
        except CorruptValueError as error:
            raise CorruptValueError(f"{_quoted(name)}: {error}") from None
        found = "" if envelope else ", no value"
        _LOGGER.debug("memory: get %s from %s (%s%s)", _Quoted(name), answer.source, answer.cache, found)
        if envelope is None or envelope.is_expired(self._clock()):
            return None
        return Entry(
            value=envelope.value,
            type=envelope.type,
            version=answer.version,
            source=answer.source,
            age=answer.age,
            stored_at=answer.stored_at,
            expires_at=_moment(envelope.expires_at),
        )

    def get_many(self, names: Iterable[str], *, consistent: bool = False) -> dict[str, Any]:
        """Read several values, several at a time. All names are checked before the first is read.

        Returns:
            The values by name, in the order asked; names without a value are left out (MANY-2).

        Raises:
            InvalidNameError: A name is not allowed.
            BatchError: Some could not be read (MANY-1); it has the values of the others.
        """
        wanted = list(names)
        for name in wanted:
            self._key(name)
        missing = object()
        try:
            values = for_each(wanted, lambda name: self.get(name, missing, consistent=consistent))
        except BatchError as error:
            error.results = {name: value for name, value in error.results.items() if value is not missing}
            raise
        return {name: value for name, value in values.items() if value is not missing}

    def remove(self, name: str) -> None:
        """Remove a value; that there is none is no error. Edges may serve their copy until its edge TTL is over.

        Raises:
            InvalidNameError: The name is not allowed (NAME-2, NAME-3, KEY-3).
            ConfigurationError: The bucket, the region or the credentials are missing.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        self._store.remove(self._key(name))

    def remove_many(self, names: Iterable[str]) -> None:
        """Remove several values, up to 1,000 in one request. All names are checked before the first is removed.

        Raises:
            InvalidNameError: A name is not allowed.
            BatchError: Some could not be removed (MANY-1); the others are.
        """
        keys = {self._key(name): name for name in names}
        self._remove_keys(keys)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """List the names under a prefix, a page of S3's at a time as the iterator goes on (LIST-2).

        A name whose value has expired is listed until the bucket's lifecycle rule removes the object.

        Args:
            prefix: Empty for all names, else whole segments with a slash at the end: `tenant/1/`.

        Raises:
            InvalidNameError: The prefix is not allowed (LIST-1).
            MemoryServiceError: S3 refused or did not answer.
        """
        under = key_prefix(self._config.visibility, self._service_name, prefix)
        return (
            name for page in self._store.list(under) for key in page if (name := name_of(key)) is not None
        )

    def clear(self, prefix: str) -> int:
        """Remove all values under a prefix.

        Args:
            prefix: As for `keys`.

        Returns:
            How many there were.

        Raises:
            InvalidNameError: The prefix is not allowed (LIST-1).
            BatchError: Some could not be removed.
            MemoryServiceError: S3 refused or did not answer.
        """
        under = key_prefix(self._config.visibility, self._service_name, prefix)
        removed = 0
        for page in self._store.list(under):
            named = {key: name for key in page if (name := name_of(key)) is not None}
            self._remove_keys(named)
            removed += len(named)
        return removed

    def getVersion(self) -> str:  # noqa: N802 - the published API has this name
        """Return the version of this SDK."""
        return __version__

    def close(self) -> None:
        """Close all connections. The object can be used again and opens new ones."""
        self._transport.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"MemoryService({self._service_name!r}, {self._config!r})"

    def _key(self, name: str) -> str:
        return object_key(self._config.visibility, self._service_name, name)

    def _options(
        self, ttl: Seconds | None, edge_ttl: Seconds | None, storage_class: str | None
    ) -> PutOptions:
        config = self._config
        return PutOptions.check(
            ttl,
            edge_ttl,
            storage_class,
            default_edge_ttl=config.edge_ttl,
            default_storage_class=config.storage_class,
        )

    def _document(self, name: str, value: Any, options: PutOptions) -> bytes:
        document = encode(value, options.expires_at(self._clock()))
        if len(document) > self._config.max_value_bytes:
            raise ValueTooLargeError(
                f"{_quoted(name)}: the value takes {len(document)} bytes, MAX_VALUE_BYTES is"
                f" {self._config.max_value_bytes}: store it in parts"
            )
        return document

    def _remove_keys(self, names: dict[str, str]) -> None:
        keys = list(names)
        errors: dict[str, MemoryServiceError] = {}
        for start in range(0, len(keys), KEYS_PER_REQUEST):
            chunk = keys[start : start + KEYS_PER_REQUEST]
            try:
                failed = self._store.remove_many(chunk)
            except MemoryServiceError as error:
                failed = dict.fromkeys(chunk, error)
            errors |= {names[key]: error for key, error in failed.items()}
        raise_if_any(errors, {name: None for name in names.values() if name not in errors})


class _Quoted:
    """A name as a log line shows it: on one line, whatever it holds. Costs nothing while the level is off."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return _quoted(self._name)


def _moment(milliseconds: int | None) -> datetime | None:
    """Return a Unix time as datetime, the last one there is for what lies beyond."""
    if milliseconds is None:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=timezone.utc)


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _set_log_level(level: str | None) -> None:
    if level is None:
        return
    _LOGGER.setLevel(_LOG_LEVELS[level])
    if not _LOGGER.hasHandlers():
        # Outside Lambda nobody may have set up logging, and whoever sets LOG_LEVEL wants to see something.
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        _LOGGER.addHandler(handler)
