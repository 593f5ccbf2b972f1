"""The service: what a user of the SDK holds in hand."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from memory._backoff import random_share
from memory._batch import for_each
from memory._bucket import Bucket
from memory._config import Config
from memory._edge import Edge
from memory._errors import (
    BatchError,
    ConfigurationError,
    CorruptValueError,
    MemoryServiceError,
    UnsupportedTypeError,
)
from memory._fork import reset_in_child
from memory._names import (
    check_service_name,
    key_prefix,
    name_of,
    object_key,
    place_of,
    quoted,
    refuse_reserved,
    url_path,
)
from memory._options import Condition, PutOptions, check_tags
from memory._origin import Origin
from memory._reader import Reader
from memory._state import State
from memory._store import Store
from memory._tag_writer import TagWriter
from memory._updates import ATTEMPTS, Updates
from memory._version import __version__
from memory._wire import WIRE
from memory._writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    from typing_extensions import Self

    from memory._announcer import Announcer
    from memory._cached import CachedFunction, FunctionNames, Parameters
    from memory._compute import Computations
    from memory._entry import Entry
    from memory._grant import Grant
    from memory._invalidation import Invalidation
    from memory._observer import Observation, Watch
    from memory._options import Seconds
    from memory._reading import Reading
    from memory._secrets import KeySource
    from memory._signing import Signer
    from memory._stats import Stats
    from memory._write_grant import WriteGrant

MAX_ATTEMPTS = 1_000_000

T = TypeVar("T")

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

    Construct it once, at module level: memory and connections are reused by all calls, from any thread, and what it
    guarantees (a get never goes back behind what this object has put or read) holds for one object.

    Args:
        conf: The configuration: a dict with the keys of the README, or a `Config`.
        service_name: The namespace of the names: 1 to 64 of `A-Z a-z 0-9 _ -`.
        observer: Is told of each call after its end, in the caller's thread, with an `Observation`.
        clock: Returns Unix time in seconds; for tests, as are the next two.
        random: Returns a number from 0 to 1.
        sleep: Waits for some seconds.

    Raises:
        ConfigurationError: The configuration cannot work.
        InvalidNameError: The service name is not allowed (NAME-1).
    """

    def __init__(  # noqa: PLR0913 - of which three are for tests
        self,
        conf: Mapping[str, Any] | Config,
        service_name: str,
        *,
        observer: Callable[[Observation], object] | None = None,
        clock: Callable[[], float] | None = None,
        random: Callable[[], float] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        config = conf if isinstance(conf, Config) else Config.resolve(conf)
        self._config = config
        self._service_name = check_service_name(service_name)
        self._clock = clock = clock or WIRE.clock
        self._place = place_of(self._service_name, changes=config.changes)
        self._keys: KeySource | None = None
        signer = self._signer() if config.visibility == "private" else None
        self._bucket = self._reached()
        _set_log_level(config.log_level)
        self._prepare_wire()
        self._is_open = True
        WIRE.attach(self)
        self._random = random or random_share
        self._state = State(config)
        edge = Edge(config, WIRE, signer, self._keys)
        self._origin = origin = Origin(config, self._bucket)
        self._reader = Reader(config, self._place, edge, origin, self._state, clock)
        self._store = Store(config, self._bucket)
        self._writer = Writer(config, self._store, self._reader, self._state, clock, self._random, sleep)
        self._announcer: Announcer | None = None
        if config.changes:
            from memory._announcer import Announcer
            from memory._change_reader import ChangeReader

            self._reader.heed_changes(ChangeReader(config, self._place, edge, origin, self._state, clock))
            self._announcer = Announcer(
                config, self._place, self._store, origin, self._state, self._random, sleep
            )
            self._writer.announce_by(self._announcer)
        of_records = PutOptions(None, config.edge_ttl, "STANDARD")
        self._tags = TagWriter(self._reader, self._writer, self._state, of_records, clock)
        self._updates = Updates(self._reader, self._writer, self._tags, clock)
        self._computations: Computations | None = None
        self._names_of_functions: FunctionNames | None = None
        self._watch: Watch | None = None
        reset_in_child(self)
        if observer is not None:
            from memory._observer import Watch

            self._watch = Watch(observer, self._service_name)
            self._watch.over(self, self._value_and_source)

    def _signer(self) -> Signer | None:
        """Return what signs the reads of a private service."""
        from memory._secrets import KeySource
        from memory._signing import Signer, load_if_there, wildcard

        config = self._config
        self._keys = KeySource(config, self._clock, WIRE)
        load_if_there()
        resource = wildcard(config.distribution, self._place)
        lifetime, algorithm = config.signature_lifetime, config.hash_algorithm
        return Signer(resource, self._keys.key, lifetime, self._clock, algorithm)

    def _reached(self) -> Bucket:
        """Return what asks S3."""
        return Bucket(self._config, self._service_name, WIRE)

    def _prepare_wire(self) -> None:
        """Load what TLS takes while there is a whole core: on Lambda, a call may have a fourteenth of one.

        Raises:
            ConfigurationError: The way to the edge is not supported. That to S3 is looked at when it is gone.
        """
        config = self._config
        WIRE.prepare(config.edge_endpoint or config.distribution)
        with contextlib.suppress(ConfigurationError):
            WIRE.prepare(self._bucket.endpoint().origin)

    def reset_after_fork(self) -> None:
        """Go on in a forked process without what belongs to its parent (WIRE-7)."""
        self._state.reset_after_fork(self._clock())
        self._reader.reset_after_fork()
        self._writer.reset_after_fork()
        if self._keys is not None:
            self._keys.reset_after_fork()
        if self._computations is not None:
            self._computations.reset_after_fork()

    def put(  # noqa: PLR0913 - options, by keyword
        self,
        name: str,
        value: Any,
        *,
        ttl: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
        if_absent: bool = False,
        if_version: str | None = None,
        tags: Iterable[str] = (),
        invalidate: bool = False,
    ) -> str:
        """Store a value.

        Args:
            name: Non-empty segments separated by `/`.
            value: None, bool, int, float, str, bytes, or lists and dicts of these.
            ttl: How long the value lives, in seconds from 1 or as timedelta; without, until it is replaced or removed.
            edge_ttl: How long an edge or another function's memory may serve a copy without asking S3, in whole seconds
                from 1 to 86,400 or as timedelta; never more than `ttl`. Default: `EDGE_TTL`.
            storage_class: STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING or GLACIER_IR. Default:
                `STORAGE_CLASS`.
            if_absent: Store it only if there is no value; one that has expired counts as none (COND-1).
            if_version: Store it only if this is the version of the value there is (COND-2).
            tags: At most 16 by which it can be invalidated: `invalidate_tags` then makes it a miss. They are texts by
                the rules of names (CTAG-11).
            invalidate: Also ask CloudFront to drop what its edges hold, which takes it some seconds and costs $0.005
                after the first 1,000 paths of a month (INV-1).

        Returns:
            The version of the value: the ETag of its object.

        Raises:
            InvalidNameError: The name is not allowed (NAME-2, NAME-3, KEY-3).
            UnsupportedTypeError: The value would not come back as it is (VAL-2).
            ValueTooLargeError: Its document is larger than MAX_VALUE_BYTES (OBJ-4).
            ConfigurationError: An option is not allowed (PUT-3), or bucket, region or credentials are missing.
            ConflictError: The condition does not hold.
            AccessDeniedError: S3 or CloudFront refused the credentials.
            UnavailableError: S3 or CloudFront did not answer.
        """
        options = self._options(ttl, edge_ttl, storage_class, tags=tags, invalidate=invalidate)
        condition = Condition.check(if_version, if_absent=if_absent)
        key = self._writable(name)
        version = self._writer.put(name, key, value, self._tagged(options, {name: value}), condition)
        if invalidate:
            self._invalidation.send([url_path(key)], f"{quoted(name)} is stored")
        return version

    def put_many(  # noqa: PLR0913 - options, by keyword
        self,
        values: Mapping[str, Any],
        *,
        ttl: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
        tags: Iterable[str] = (),
        invalidate: bool = False,
    ) -> dict[str, str]:
        """Store several values, several at a time. All names and values are checked before the first is stored.

        Args:
            values: The values by name.
            ttl: As for `put`, for all of them.
            edge_ttl: As for `put`.
            storage_class: As for `put`.
            tags: As for `put`, for all of them.
            invalidate: As for `put`; one path each.

        Returns:
            The version of each value by name.

        Raises:
            InvalidNameError: A name is not allowed.
            UnsupportedTypeError: A value would not come back as it is.
            ValueTooLargeError: A document is larger than MAX_VALUE_BYTES.
            ConfigurationError: An option is not allowed.
            BatchError: Some could not be stored (MANY-1); the others are.
        """
        options = self._options(ttl, edge_ttl, storage_class, tags=tags, invalidate=invalidate)
        keys = {name: self._writable(name) for name in values}
        with self._dropping(keys, f"{len(keys)} values are stored", invalidate=invalidate):
            return self._writer.put_many(keys, values, self._tagged(options, values))

    def get(self, name: str, default: Any = None, *, consistent: bool = False) -> Any:
        """Read a value: from memory, else through the edge, or from S3 if the edge fails or is behind what is known.

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
            UnavailableError: Neither the edge nor S3 answered in time; or S3 did not, and what the edge has ended since
                it was fetched, so that nobody says what is there now (EXP-1).
        """
        state = self._state
        # What is left in doubt is of a change that this very thread is in the middle of: then memory is not asked.
        if consistent or (state.doubted and not state.settle()):
            return self._value_and_source(name, default, consistent=consistent)[0]
        with state.lock:
            copy = state.local.fresh(name, self._clock())
            if copy is None:
                missed = state.local.arrivals
        if copy is None:
            return self._value_and_source(name, default, missed=missed)[0]
        if _LOGGER.isEnabledFor(logging.DEBUG):
            _LOGGER.debug("memory: get %s from memory", quoted(name))
        return copy.value()

    def get_entry(self, name: str, *, consistent: bool = False) -> Entry | None:
        """Read a value with what is known about it; None if there is none (GET-6).

        Raises:
            MemoryServiceError: As `get` does.
        """
        from memory._entry import Entry, moment

        reading = self._read(name, consistent=consistent)
        copy = reading.copy
        if copy is None:
            return None
        return Entry(
            value=reading.value,
            type=copy.type,
            version=copy.version,
            source=reading.source,
            age=max(0, int(self._clock() - copy.fetched)),
            stored_at=moment(copy.stored_at),
            expires_at=moment(None if copy.expires_at is None else copy.expires_at / 1000),
            tags=tuple(copy.tags or ()),
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
            values = for_each(
                wanted, lambda name: self._value_and_source(name, missing, consistent=consistent)[0]
            )
        except BatchError as error:
            error.results = {name: value for name, value in error.results.items() if value is not missing}
            raise
        return {name: value for name, value in values.items() if value is not missing}

    def remove(self, name: str, *, invalidate: bool = False) -> None:
        """Remove a value; that there is none is no error. Others may be served a copy until its edge TTL is over.

        Args:
            name: The name it was stored under.
            invalidate: As for `put`.

        Raises:
            InvalidNameError: The name is not allowed (NAME-2, NAME-3, KEY-3).
            ConfigurationError: The bucket, the region or the credentials are missing, or DISTRIBUTION_ID is.
            AccessDeniedError: S3 or CloudFront refused the credentials.
            UnavailableError: S3 or CloudFront did not answer.
        """
        self._check_open(invalidate=invalidate)
        key = self._key(name)
        self._writer.remove(name, key)
        if invalidate:
            self._invalidation.send([url_path(key)], f"{quoted(name)} is removed")

    def remove_many(self, names: Iterable[str], *, invalidate: bool = False) -> None:
        """Remove several values, up to 1,000 in one request. All names are checked before the first is removed.

        Args:
            names: The names.
            invalidate: As for `put`; one path each.

        Raises:
            InvalidNameError: A name is not allowed.
            ConfigurationError: DISTRIBUTION_ID is missing.
            BatchError: Some could not be removed (MANY-1); the others are.
        """
        self._check_open(invalidate=invalidate)
        keys = {name: self._key(name) for name in names}
        with self._dropping(keys, f"{len(keys)} values are removed", invalidate=invalidate):
            self._writer.remove_many({key: name for name, key in keys.items()})

    def keys(self, prefix: str = "") -> Iterator[str]:
        """List the names under a prefix, a page of S3's at a time as the iterator goes on (LIST-2).

        A name whose value has expired is listed until the bucket's lifecycle rule removes the object.

        Args:
            prefix: Empty for all names, else whole segments with a slash at the end: `tenant/1/`.

        Raises:
            InvalidNameError: The prefix is not allowed (LIST-1).
            MemoryServiceError: S3 refused or did not answer.
        """
        self._check_open()
        under = key_prefix(self._config.visibility, self._place, prefix)
        return (
            name
            for page in self._store.list(under, self._until)
            for key in page
            if (name := name_of(key)) is not None
        )

    def clear(self, prefix: str, *, invalidate: bool = False) -> int:
        """Remove all values under a prefix.

        Args:
            prefix: As for `keys`.
            invalidate: As for `put`; one path for all of them.

        Returns:
            How many there were.

        Raises:
            InvalidNameError: The prefix is not allowed (LIST-1).
            ConfigurationError: DISTRIBUTION_ID is missing.
            BatchError: Some could not be removed.
            MemoryServiceError: S3 refused or did not answer.
        """
        self._check_open(invalidate=invalidate)
        under = key_prefix(self._config.visibility, self._place, prefix)
        removed = 0
        done = f"what lies under {quoted(prefix)} is removed"
        with self._dropping({prefix: f"{under}*"}, done, invalidate=invalidate):
            try:
                for page in self._store.list(under, self._until):
                    names = {key: name for key in page if (name := name_of(key)) is not None}
                    self._writer.remove_many(names, everything=True)
                    removed += len(names)
            finally:
                self._state.forget(prefix, self._clock())
        return removed

    @overload
    def update(
        self,
        name: str,
        change: Callable[[Any], None],
        *,
        default: Any = None,
        ttl: Seconds | None = None,
        ttl_if_new: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
        tags: Iterable[str] | None = None,
        invalidate: bool = False,
        attempts: int = ATTEMPTS,
    ) -> Any: ...

    @overload
    def update(
        self,
        name: str,
        change: Callable[[Any], T],
        *,
        default: Any = None,
        ttl: Seconds | None = None,
        ttl_if_new: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
        tags: Iterable[str] | None = None,
        invalidate: bool = False,
        attempts: int = ATTEMPTS,
    ) -> T: ...

    def update(  # noqa: PLR0913 - options, by keyword
        self,
        name: str,
        change: Callable[[Any], Any],
        *,
        default: Any = None,
        ttl: Seconds | None = None,
        ttl_if_new: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
        tags: Iterable[str] | None = None,
        invalidate: bool = False,
        attempts: int = ATTEMPTS,
    ) -> Any:
        """Replace a value by what a function makes of it, losing no update of anybody else (UPD-1).

        Args:
            name: The name.
            change: Takes the value, which is its own to change, and returns the new one; or changes it and returns
                nothing (UPD-5). It is called again if somebody else was faster, so it should do nothing else.
            default: What it is given if there is no value.
            ttl: How long the new value lives, as for `put`; without, until the end of the old one.
            ttl_if_new: How long it lives if it is new or the old one has no end; else until that end (UPD-6).
            edge_ttl: As for `put`.
            storage_class: As for `put`.
            tags: As for `put`; without, those of the value that it replaces.
            invalidate: As for `put`.
            attempts: How often to try, waiting up to a second in between.

        Returns:
            The new value.

        Raises:
            ConflictError: Others were faster in every attempt.
            UnsupportedTypeError: The function returned nothing of what cannot be changed in place, or changed the value
                and returned another (UPD-5); or the new value would not come back as it is.
            ConfigurationError: An option is not allowed, or the change of this name changes it itself (WAIT-1).
            MemoryServiceError: As `get` with `consistent` and `put` do.
        """
        options = self._options(
            ttl, edge_ttl, storage_class, ttl_if_new=ttl_if_new, tags=tags, invalidate=invalidate
        )
        return self._update(name, change, default, options, attempts, invalidate=invalidate)

    def increment(  # noqa: PLR0913 - options, by keyword
        self,
        name: str,
        by: int = 1,
        *,
        ttl: Seconds | None = None,
        ttl_if_new: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
        tags: Iterable[str] | None = None,
        invalidate: bool = False,
        attempts: int = ATTEMPTS,
    ) -> int:
        """Add to an int, losing no increment of anybody else and counting none twice (UPD-4).

        Args:
            name: The name; what is absent counts as 0.
            by: What to add, maybe negative.
            ttl: As for `update`.
            ttl_if_new: As for `update`: a window of `ttl_if_new=60` ends a minute after the first increment.
            edge_ttl: As for `put`.
            storage_class: As for `put`.
            tags: As for `update`.
            invalidate: As for `put`.
            attempts: As for `update`.

        Returns:
            The new int.

        Raises:
            UnsupportedTypeError: What is stored, or `by`, is no int.
            MemoryServiceError: As `update` does.
        """
        if type(by) is not int:
            raise UnsupportedTypeError(f"an int is incremented by an int, not by {type(by).__name__}")

        def add(number: Any) -> int:
            if type(number) is not int:
                raise UnsupportedTypeError(
                    f"{quoted(name)} is {type(number).__name__}: only an int can be incremented"
                )
            return number + by

        options = self._options(
            ttl, edge_ttl, storage_class, ttl_if_new=ttl_if_new, tags=tags, invalidate=invalidate
        )
        total: int = self._update(name, add, 0, options, attempts, invalidate=invalidate)
        return total

    def touch(self, name: str, ttl: Seconds | None, *, invalidate: bool = False) -> str | None:
        """Change how long a value lives, and nothing else of it, losing no change of anybody else (TOUCH-1).

        Args:
            name: The name.
            ttl: How long it lives from now on, as for `put`; None until it is replaced or removed.
            invalidate: As for `put`: else others may see the end it had before until their copy's edge TTL is over.

        Returns:
            The new version; None if there is no value.

        Raises:
            ConfigurationError: The ttl is not allowed, or a change of this name touches it (WAIT-1).
            MemoryServiceError: As `update` does.
        """
        options = self._options(ttl, None, None, invalidate=invalidate)
        key = self._writable(name)
        version = self._updates.touch(name, key, options)
        if invalidate and version is not None:
            self._invalidation.send([url_path(key)], f"{quoted(name)} is stored")
        return version

    def get_or_put(  # noqa: PLR0913 - options, by keyword
        self,
        name: str,
        factory: Callable[[], T],
        *,
        ttl: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
        tags: Iterable[str] = (),
    ) -> T:
        """Read a value, or compute and store it if there is none. Of several threads one computes (COMP-1).

        Before it does, S3 itself is asked, so that nothing is computed that somebody else has just put (COMP-5).

        With a ttl, a value is computed anew a little before its end, by one caller by chance, so that not all functions
        compute it at the same moment (COMP-4). While the cache cannot be reached, it is computed and not stored.

        Args:
            name: The name.
            factory: Returns the value. Its errors reach the caller and are never stored.
            ttl: As for `put`.
            edge_ttl: As for `put`.
            storage_class: As for `put`.
            tags: As for `put`. What is invalidated while the factory runs makes what it returns a miss.

        Raises:
            ConfigurationError: The call is part of a factory that its own would wait for: one that asks for its own
                name, or several for each other's (WAIT-1). It is a `RuntimeError` as well.
            MemoryServiceError: As `get` and `put` do, but for `UnavailableError`, which it raises only if factories
                have run for very long (WAIT-2).
        """
        self._writable(name)
        options = self._options(ttl, edge_ttl, storage_class, tags=tags)
        return cast("T", self._compute().get_or_put(name, factory, options))

    def cached(
        self,
        *,
        ttl: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
        tags: Iterable[str] | Callable[..., Iterable[str]] = (),
        name: str | None = None,
    ) -> Callable[[Callable[Parameters, T]], CachedFunction[Parameters, T]]:
        """Decorate a function, synchronous or `async`, so that its results are kept as `get_or_put` does.

        A result is stored under `cached/<name>/<hash of the arguments>`, which the decorated function's
        `cache_name(*args, **kwargs)` returns: `mem.remove(price.cache_name("tea"))`. Other SDKs give the same call the
        same name, if the function has the same (CALL-2). Arguments are of the types that can be stored, so a method
        needs a static form.

        Args:
            ttl: As for `put`.
            edge_ttl: As for `put`.
            storage_class: As for `put`.
            tags: As for `get_or_put`; or a function that returns them for the same arguments.
            name: The name of the function, which no other of the service may have, in whatever program. Without, it is
                the module's and the function's, which change when the function moves, and which a lambda, a function
                made in another's call, a bound method, a partial, an object or what is behind a decorator does not
                have (CALL-1).

        Raises:
            ConfigurationError: An option is not allowed; the function is a generator, has no name that is its alone,
                or another one has its name in this object.
            InvalidNameError: The name is not allowed.
        """
        options = self._options(ttl, edge_ttl, storage_class, tags=() if callable(tags) else tags)

        def options_of(*args: Any, **kwargs: Any) -> PutOptions:
            if not callable(tags):
                return options
            return self._options(ttl, edge_ttl, storage_class, tags=tags(*args, **kwargs))

        from memory._cache_name import cache_name
        from memory._cached import Cached, check_callable, own_name

        if name is not None:
            self._key(name)
            self._key(cache_name(name, [], {}))

        def decorate(function: Callable[Parameters, T]) -> CachedFunction[Parameters, T]:
            check_callable(function)
            its_name = own_name(function) if name is None else name
            cached = Cached(self._compute(), function, options_of, its_name)
            self._key(cache_name(its_name, [], {}))
            self._function_names.take(its_name, function)
            wrapper = cached.wrapper()
            observed = wrapper if self._watch is None else self._watch.call("get_or_put", wrapper)
            return cast("CachedFunction[Parameters, T]", observed)

        return decorate

    def invalidate_tags(self, tags: Iterable[str], *, invalidate: bool = False) -> None:
        """Make every value a miss that has one of some tags, whoever put it, by one put a tag (CTAG-14).

        This object sees that at once, and so does whoever reads with `consistent` or changes a value; others when
        `EDGE_TTL` and a second are over, whatever the edge TTL of the values. Values stay in the bucket, and listed.

        Args:
            tags: The tags.
            invalidate: Also ask CloudFront to drop the tags' records, as for `put`; one path each.

        Raises:
            ConfigurationError: They are no list of texts, or DISTRIBUTION_ID is missing.
            InvalidNameError: A tag is not allowed (CTAG-1).
            BatchError: Some could not be invalidated (MANY-1); the others are.
        """
        self._check_open(invalidate=invalidate)
        once = check_tags(tags, at_most=None)
        keys = {tag: self._reader.tags.key(tag) for tag in once}
        with self._dropping(keys, f"{len(keys)} tags are invalidated", invalidate=invalidate):
            self._tags.invalidate(once)

    def grant(self, what: str, ttl: Seconds) -> Grant:
        """Let another program read what lies under a prefix of this private service, or exactly one name (GRANT-1).

        Args:
            what: A prefix (empty, or ending with a slash) or a name.
            ttl: For how long, in whole seconds or as timedelta, at most `MAX_GRANT`. A grant cannot be taken back.

        Raises:
            ConfigurationError: The ttl is not allowed, the service is public (GRANT-2), or the key cannot be used.
            InvalidNameError: It is neither a prefix nor a name.
            MemoryServiceError: The key cannot be read.
        """
        from memory._grant import check_lifetime, grant

        self._check_open()
        lifetime = check_lifetime(self._config, ttl)
        if what != "" and not str(what).endswith("/"):
            self._key(what)
        if self._keys is None:
            raise AssertionError("a private service has keys")
        key = self._keys.key(self._until())
        return grant(self._config, self._place, what, lifetime, key, self._clock())

    def grant_put(  # noqa: PLR0913 - options, by keyword
        self,
        what: str,
        ttl: Seconds,
        max_bytes: int,
        *,
        value_ttl: Seconds | None = None,
        edge_ttl: Seconds | None = None,
        storage_class: str | None = None,
        tags: Iterable[str] = (),
    ) -> WriteGrant:
        """Let a program without credentials, such as a page, store values under a prefix or one name (WGRANT-1).

        S3 itself judges what is posted: key, size, headers and end. It looks into no document: whoever holds a grant
        can store what is no value, or one that never ends; of values with `value_ttl`, S3 deletes it after some days.

        Args:
            what: A prefix that ends with a slash and is not empty, or a name.
            ttl: For how long, in whole seconds or as timedelta, at most `MAX_GRANT`, with `CHANGES` 900. A grant cannot
                be taken back, and ends with the credentials that sign it. Where these do not say when they end (a
                Lambda function's own do not), it may end sooner than it says.
            max_bytes: What the document of a value may take, and S3 takes of it, from 1 to `MAX_VALUE_BYTES`.
            value_ttl: How long the values live, as `ttl` of `put`.
            edge_ttl: As for `put`.
            storage_class: As for `put`.
            tags: As for `put`. What is invalidated from now on makes a miss of all that this grant stores.

        Raises:
            ConfigurationError: An option is not allowed, or bucket, region or credentials are missing.
            InvalidNameError: It is neither a prefix nor a name, or reserved (CALL-5).
            AccessDeniedError: S3 refused to have it announced, or to read a tag.
            UnavailableError: That did not end in time, or nobody gave credentials.
        """
        from memory._options import lifetime_in_seconds
        from memory._write_grant import Terms, write_grant

        config = self._config
        lifetime = None if value_ttl is None else lifetime_in_seconds("value_ttl", value_ttl)
        options = self._options(lifetime, edge_ttl, storage_class, tags=tags)
        terms = Terms.check(config, self._place, what, ttl, max_bytes, options)
        aws, endpoint, deadline = self._bucket.aws, self._bucket.endpoint(), self._until()
        credentials = aws.credentials(deadline)
        generations = self._tags.take(options.tags).generations if options.tags else {}
        now = (
            int(aws.present())
            if self._announcer is None
            else self._announcer.announce_until(terms.lifetime, deadline)
        )
        return write_grant(config, self._place, endpoint, terms, generations, credentials, now)

    def stats(self) -> Stats:
        """Return what this object has done so far, and what its memory holds."""
        return self._state.told()

    def getVersion(self) -> str:  # noqa: N802 - the published API has this name
        """Return the version of this SDK."""
        return __version__

    def close(self) -> None:
        """Let go of the connections, which the objects of a process share. Calls then raise ConfigurationError."""
        if self._is_open:
            self._is_open = False
            WIRE.detach(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"MemoryService({self._service_name!r}, {self._config!r})"

    def _forget(self) -> None:
        """Forget all that was read and put; for tests, whose stores come and go."""
        self._state.empty()
        self._reader.forget()
        self._writer.forget()

    def _key(self, name: str) -> str:
        return object_key(self._config.visibility, self._place, name)

    def _writable(self, name: str) -> str:
        """Return the key of a name that a caller may store a value under (CALL-5)."""
        key = self._key(name)
        refuse_reserved(name)
        return key

    def _compute(self) -> Computations:
        # With asyncio, which takes longer to load than all of this SDK.
        from memory._compute import Cache, Computations

        def store(name: str, value: Any, options: PutOptions, took: int) -> None:
            self._writer.put(name, self._key(name), value, options, took=took)

        with self._state.lock:
            if self._computations is None:
                cache = Cache(
                    find=lambda name: self._read(name, consistent=False),
                    find_in_s3=lambda name: self._read(name, consistent=True),
                    find_fresh=lambda name: self._state.fresh(name, self._clock()),
                    prepare=self._tags.prepared,
                    store=store,
                )
                self._computations = Computations(cache, self._clock, self._random)
            return self._computations

    @property
    def _function_names(self) -> FunctionNames:
        from memory._cached import FunctionNames

        with self._state.lock:
            if self._names_of_functions is None:
                self._names_of_functions = FunctionNames()
            return self._names_of_functions

    @property
    def _invalidation(self) -> Invalidation:
        from memory._invalidation import Invalidation

        return Invalidation(self._config, self._bucket.aws)

    @contextlib.contextmanager
    def _dropping(self, keys: Mapping[str, str], done: str, *, invalidate: bool) -> Iterator[None]:
        """Ask for what is done inside to be dropped from the edges; if some of it fails, for the rest (INV-1).

        Args:
            keys: The keys by what a `BatchError` calls them.
            done: What has been done in S3 if nothing fails, for the message.
            invalidate: Whether to ask at all.
        """
        try:
            yield
        except BatchError as failed:
            rest = [url_path(key) for name, key in keys.items() if name not in failed.errors]
            if invalidate and rest:
                try:
                    self._invalidation.send(rest, "some of a batch is done")
                except MemoryServiceError as error:
                    _LOGGER.warning("memory: %s", error)
            raise
        if invalidate and keys:
            self._invalidation.send([url_path(key) for key in keys.values()], done)

    def _update(  # noqa: PLR0913 - what an update is made of
        self,
        name: str,
        change: Callable[[Any], Any],
        default: Any,
        options: PutOptions,
        attempts: int,
        *,
        invalidate: bool,
    ) -> Any:
        if type(attempts) is not int or not 1 <= attempts <= MAX_ATTEMPTS:
            raise ConfigurationError(f"attempts is a whole number from 1 to {MAX_ATTEMPTS}, not {attempts!r}")
        key = self._writable(name)
        value = self._updates.update(name, key, change, default, options, attempts)
        if invalidate:
            self._invalidation.send([url_path(key)], f"{quoted(name)} is stored")
        return value

    def _value_and_source(
        self, name: str, default: Any = None, *, consistent: bool = False, missed: int | None = None
    ) -> tuple[Any, str]:
        """Return what `get` returns, and where it was read."""
        reading = self._read(name, consistent=consistent, missed=missed)
        if reading.copy is None:
            return default, reading.source
        return reading.value, reading.source

    def _until(self) -> float:
        """Return when a request that begins now has to have ended (TIME-1)."""
        return time.monotonic() + self._config.deadline

    def _check_open(self, *, invalidate: bool = False) -> None:
        if not self._is_open:
            raise ConfigurationError("this MemoryService is closed: make a new one")
        if type(invalidate) is not bool:
            raise ConfigurationError(f"invalidate is True or False, not {invalidate!r}")
        if invalidate:
            self._invalidation.check()

    def _options(  # noqa: PLR0913 - options, by keyword
        self,
        ttl: Seconds | None,
        edge_ttl: Seconds | None,
        storage_class: str | None,
        *,
        ttl_if_new: Seconds | None = None,
        tags: Iterable[str] | None = None,
        invalidate: bool = False,
    ) -> PutOptions:
        self._check_open(invalidate=invalidate)
        config = self._config
        options = PutOptions.check(
            ttl,
            edge_ttl,
            storage_class,
            default_edge_ttl=config.edge_ttl,
            default_storage_class=config.storage_class,
            ttl_if_new=ttl_if_new,
            tags=tags,
        )
        for tag in options.tags or ():
            self._reader.tags.key(tag)
        return options

    def _tagged(self, options: PutOptions, values: Mapping[str, Any]) -> PutOptions:
        """Return options with what is known of their tags now (CTAG-12), if the values can be stored at all."""
        if not options.tags or not values:
            return options
        self._writer.check(values)
        return self._tags.prepared(options)

    def _read(self, name: str, *, consistent: bool, missed: int | None = None) -> Reading:
        self._check_open()
        key = self._key(name)
        try:
            reading = (
                self._reader.read_origin(name, key) if consistent else self._reader.read(name, key, missed)
            )
        except CorruptValueError as error:
            raise CorruptValueError(f"{quoted(name)}: {error}") from None
        if _LOGGER.isEnabledFor(logging.DEBUG):
            found = "" if reading.copy else ", no value"
            cache = f" ({reading.answer.cache}{found})" if reading.answer else ""
            _LOGGER.debug("memory: get %s from %s%s", quoted(name), reading.source, cache)
        return reading


def _set_log_level(level: str | None) -> None:
    if level is None:
        return
    _LOGGER.setLevel(_LOG_LEVELS[level])
    if not _LOGGER.hasHandlers():
        # Outside Lambda nobody may have set up logging, and whoever sets LOG_LEVEL wants to see something.
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        _LOGGER.addHandler(handler)
