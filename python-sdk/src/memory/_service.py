"""The service: what a user of the SDK holds in hand."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Any

from memory._config import Config
from memory._edge import Edge
from memory._envelope import decode, encode
from memory._errors import CorruptValueError, ValueTooLargeError
from memory._names import check_service_name, object_key, url_path
from memory._secrets import KeySource
from memory._signing import Signer, wildcard
from memory._store import Store
from memory._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from typing_extensions import Self

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
        self._edge = Edge(config, signer, keys)
        self._store = Store(config)
        _set_log_level(config.log_level)

    def put(self, name: str, value: Any) -> str:
        """Store a value.

        Args:
            name: Non-empty segments separated by `/`.
            value: None, bool, int, float, str, bytes, or lists and dicts of these.

        Returns:
            The version of the value: the ETag of its object.

        Raises:
            InvalidNameError: The name is not allowed (NAME-2, NAME-3, KEY-3).
            UnsupportedTypeError: The value would not come back as it is (VAL-2).
            ValueTooLargeError: Its document is larger than MAX_VALUE_BYTES (OBJ-4).
            ConfigurationError: The bucket, the region or the credentials are missing.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        key = self._key(name)
        document = encode(value)
        if len(document) > self._config.max_value_bytes:
            raise ValueTooLargeError(
                f"{_quoted(name)}: the value takes {len(document)} bytes, MAX_VALUE_BYTES is"
                f" {self._config.max_value_bytes}: store it in parts"
            )
        return self._store.put(key, document)

    def get(self, name: str, default: Any = None) -> Any:
        """Read a value through the edge.

        Args:
            name: The name it was stored under.
            default: What to return if there is none. A stored None is a value and returned as None.

        Returns:
            The value, of the type it was stored with (VAL-1).

        Raises:
            InvalidNameError: The name is not allowed (NAME-2, NAME-3, KEY-3).
            CorruptValueError: What is stored is no envelope (ENV-4).
            AccessDeniedError: The edge refused the signature.
            ConfigurationError: The distribution or the key cannot be what the configuration says.
            UnavailableError: The edge did not answer in time.
        """
        document, cache = self._edge.get(url_path(self._key(name)))
        if document is None:
            _LOGGER.debug("memory: get %s from edge (%s, no value)", _Quoted(name), cache)
            return default
        try:
            envelope = decode(document)
        except CorruptValueError as error:
            raise CorruptValueError(f"{_quoted(name)}: {error}") from None
        _LOGGER.debug("memory: get %s from edge (%s)", _Quoted(name), cache)
        return default if envelope.is_expired(self._clock()) else envelope.value

    def remove(self, name: str) -> None:
        """Remove a value; that there is none is no error. Edges may serve their copy until its edge TTL is over.

        Raises:
            InvalidNameError: The name is not allowed (NAME-2, NAME-3, KEY-3).
            ConfigurationError: The bucket, the region or the credentials are missing.
            AccessDeniedError: S3 refused the credentials.
            UnavailableError: S3 did not answer.
        """
        self._store.remove(self._key(name))

    def getVersion(self) -> str:  # noqa: N802 - the published API has this name
        """Return the version of this SDK."""
        return __version__

    def close(self) -> None:
        """Close all connections. The object can be used again and opens new ones."""
        self._edge.close()
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


class _Quoted:
    """A name as a log line shows it: on one line, whatever it holds. Costs nothing while the level is off."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return _quoted(self._name)


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
