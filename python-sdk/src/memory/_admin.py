"""The service as tools have it that look after a bucket: S3 alone, exact ends, whole documents, objects of any key.

Nothing else in this package imports it, and the layer leaves it out.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from memory._answer import Answer
from memory._aws import CONDITIONAL
from memory._bucket import NotMetError
from memory._config import Config
from memory._dates import unix_time
from memory._envelope import decode, new_write_id
from memory._errors import BatchError, ConflictError, MemoryServiceError, UnavailableError
from memory._exchange import Response
from memory._names import tag_record_name
from memory._options import Condition, PutOptions, Tagging
from memory._service import MemoryService
from memory._session import lineage
from memory._store import UnannouncedError
from memory._tag_reader import generation_of
from memory._writer import ATTEMPTS_TO_SETTLE, Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from memory._announcer import Announcer
    from memory._bucket import Bucket
    from memory._store import Stored
    from memory._wish import Look

CALL_SECONDS = 300  # a person waits longer than a function, and may send more
_NOT_FOUND, _NO_CONDITIONS = 404, (400, 405, 501)
_CHANGES = ".changes"

Done = TypeVar("Done")


class Admin(MemoryService):
    """A `MemoryService` without a distribution and a key, which reads nothing but S3, and can do some things more.

    Args:
        bucket: Asks S3.
        visibility: `public` or `private`.
        place: The service's name; with a change record `<name>.changes`.
        conf: What else is configured: `MAX_VALUE_BYTES`, and the `EDGE_TTL` of what does not say.
        clock: Returns Unix time in seconds.
    """

    def __init__(
        self,
        bucket: Bucket,
        visibility: str,
        place: str,
        conf: Mapping[str, Any],
        clock: Callable[[], float] = time.time,
    ) -> None:
        nowhere = {"DISTRIBUTION": "nobody.asks", "BUCKET_NAME": bucket.name, "LOCAL_MAX_ITEMS": 0}
        config = Config.resolve({**nowhere, "CHANGES": place.endswith(_CHANGES), **conf}, {})
        self._given = bucket
        super().__init__(
            config._replace(visibility=visibility, deadline=CALL_SECONDS),
            place.removesuffix(_CHANGES),
            clock=clock,
        )

    def _reached(self) -> Bucket:
        return self._given

    def _signer(self) -> None:
        """Have no key: who reads by no edge signs for none."""

    def _prepare_wire(self) -> None:
        """Load nothing for an edge."""

    def store(self, name: str, value: Any, options: PutOptions, condition: Condition | None = None) -> str:
        """Store a value if a condition holds, and return its version; `options.ends_at` says exactly when it ends."""
        return self._writer.put(name, self._key(name), value, options, condition)

    def replace(
        self, name: str, value: Any, options: PutOptions, version: str, *, keeps_tags: bool = False
    ) -> str:
        """Store a value as the successor of the version that there is (COND-5), and return its own version.

        If there is another one, or none, that is a `ConflictError`. With `keeps_tags` its tags stay, those of what was
        invalidated with the generations that they have now.
        """
        key, deadline = self._key(name), self._until()
        answer = self._origin.get(key, deadline)
        if answer.document is None or answer.version != version:
            raise _conflict(key)
        held = decode(answer.document)
        if keeps_tags and held.tags:
            options = options._replace(tagging=self._kept(held.tags))
        draft = Draft(name, key, value, new_write_id(), options.expires_at(self._clock()), None, options)
        return self._writer.put_on(Condition(version), draft, lineage(answer, held), deadline)

    def restore(self, name: str, document: bytes, options: PutOptions, condition: Condition | None) -> str:
        """Store a document as it is if a condition holds, announced as one of many, and return its version."""
        key, deadline = self._key(name), self._until()
        self._writer.checked(key, document)

        def put(e: int | None) -> Stored:
            return self._store.put(key, document, options, condition, deadline, e)

        def look() -> str | None:
            found = self._origin.get(key, deadline)
            if found.document == document:
                return found.version
            if condition is not None and condition.version != (found.version or None):
                raise _conflict(key)
            return None

        return self._settled(
            key, lambda: self._writer.announced(None, deadline, put, lambda stored: stored.date).version, look
        )

    def remove_object(self, key: str, name: str | None, version: str | None = None) -> bool:
        """Remove an object of any key, announced by a name or as everything, and return whether there was one.

        If it is not the version that it must be, that is a `ConflictError`. An S3 without conditional deletes is asked
        for that before, which leaves a moment for somebody else.
        """
        deadline, names = self._until(), None if name is None else (name,)

        def remove(e: int | None) -> float | None:
            return self._removed(key, version, deadline, e)

        def look() -> bool | None:
            held = self._version(key, deadline)
            if held is not None and version not in (None, held):
                raise _conflict(key)
            return held is None or None

        if look():
            return False
        self._settled(key, lambda: self._writer.announced(names, deadline, remove, lambda date: date), look)
        return True

    def remove_page(self, names: Iterable[str]) -> Mapping[str, MemoryServiceError]:
        """Remove up to 1,000 values of many with one request, and return the errors of those that could not be."""
        try:
            self._writer.remove_many({self._key(name): name for name in names}, everything=True)
        except BatchError as error:
            return error.errors
        return {}

    def take(self, tags: Iterable[str]) -> Tagging:
        """Return the generations that tags have now; what has none gets one (CTAG-12)."""
        return self._tags.take(tags)

    def generation(self, tag: str) -> str | None:
        """Return the generation that a tag has; None if it has none."""
        return generation_of(self._reader.read_origin(tag_record_name(tag), self._reader.tags.key(tag)).copy)

    def announce(self) -> int:
        """Announce a change of everything in a place with a change record; return its time, S3's in Unix seconds."""
        return self._announcing().announce(None, self._until())

    def record(self) -> tuple[Look, int]:
        """Return the change record, and what time it is at S3, in Unix seconds."""
        return self._announcing().look(self._until()), int(self._bucket.aws.present())

    def _announcing(self) -> Announcer:
        if self._announcer is None:
            raise AssertionError("only a place with a change record has one")
        return self._announcer

    def _kept(self, tags: Mapping[str, str]) -> Tagging:
        verdict = self._reader.tags.judge(tags, self._reader.read_origin)
        return self.take(tags) if verdict.differing else Tagging(tags, verdict.until, verdict.turn)

    def _settled(self, key: str, write: Callable[[], Done], look: Callable[[], Done | None]) -> Done:
        """Write until somebody says what came of it: an answer, or what is there now."""
        attempt = 0
        while True:
            try:
                return write()
            except NotMetError as error:
                failure: MemoryServiceError = _conflict(key)
                is_unknown = error.is_unknown
            except UnavailableError as error:
                failure = error
                is_unknown = error.outcome_unknown and not isinstance(error, UnannouncedError)
            found = look() if is_unknown else None
            if found is not None:
                return found
            if not is_unknown or attempt == ATTEMPTS_TO_SETTLE:
                raise failure
            attempt += 1
            self._writer.wait(attempt)

    def _version(self, key: str, deadline: float) -> str | None:
        outcome = self._bucket.ask("HEAD", key, deadline)
        if isinstance(outcome.answer, Response) and outcome.answer.status == _NOT_FOUND:
            return None
        return Answer(None, "s3", self._bucket.answered(outcome, f"look at {key}").headers).version

    def _removed(self, key: str, version: str | None, deadline: float, e: int | None) -> float | None:
        if version is None:
            return self._store.remove(key, deadline, e).date
        headers = {"If-Match": f'"{version}"'}
        outcome = self._bucket.ask("DELETE", key, deadline, CONDITIONAL, headers=headers, announced=e)
        if isinstance(outcome.answer, Response) and outcome.answer.status in _NO_CONDITIONS:
            return self._removed(key, None, deadline, e)
        answer = self._bucket.answered(outcome, f"remove {key}", CONDITIONAL)
        return unix_time(answer.headers.get("date"))


def _conflict(key: str) -> ConflictError:
    return ConflictError(
        f"{key}: somebody else has changed it or removed it meanwhile, or there is one already"
    )
