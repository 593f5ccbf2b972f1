"""Reading S3 itself: strongly consistent, and there when the edge is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memory._answer import Answer, unpacked
from memory._errors import AccessDeniedError
from memory._exchange import Failure
from memory._refusals import SKEWED, error_code

if TYPE_CHECKING:
    from memory._bucket import Bucket
    from memory._config import Config

_OK, _NOT_MODIFIED, _FORBIDDEN, _NOT_FOUND = 200, 304, 403, 404


class Origin:
    """Reads documents from the bucket.

    Args:
        config: Limits.
        bucket: Asks S3.
    """

    def __init__(self, config: Config, bucket: Bucket) -> None:
        self._limit = config.max_value_bytes
        self._bucket = bucket

    def get(self, key: str, deadline: float, known: str | None = None, limit: int | None = None) -> Answer:
        """Read the document of a key (CON-2).

        Args:
            key: Key of the object.
            deadline: When to have ended, by `time.monotonic`.
            known: The version that need not be sent again; None if there is none.
            limit: Of a record, the most bytes to read and to unpack: what is more, or cannot be unpacked, counts as
                empty (CHG-4, CTAG-3). None for a value.

        Raises:
            AccessDeniedError: S3 refused; without `s3:ListBucket` also for a key that is not there.
            ConfigurationError: The bucket is not there, or there is no region or no credentials.
            CorruptValueError: The stored body cannot be unpacked.
            UnavailableError: S3 did not answer in time, or with an error of its own.
        """
        most = self._limit if limit is None else limit
        asked = {"Accept-Encoding": "gzip"}
        if known is not None:
            asked["If-None-Match"] = f'"{known}"'
        outcome = self._bucket.ask("GET", key, deadline, headers=asked, limit=most)
        answer = outcome.answer
        if isinstance(answer, Failure):
            answer = self._bucket.answered(outcome, f"get {key}")  # which it cannot give
        status, headers = answer.status, answer.headers
        if status == _OK:
            return Answer(unpacked(answer, most, is_record=limit is not None), "s3", headers)
        if status == _NOT_MODIFIED and known is not None:
            return Answer(None, "s3", headers, is_unchanged=True)
        code = error_code(answer.body)
        if status == _NOT_FOUND and code != "NoSuchBucket":
            return Answer(None, "s3", headers)
        error = self._bucket.refused(answer, f"get {key}")
        if status == _FORBIDDEN and code not in SKEWED:
            raise AccessDeniedError(
                f"{error}; without s3:ListBucket this is also the answer for a name that is not there"
            )
        raise error
