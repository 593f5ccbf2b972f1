"""What came of a request: an answer, or why there is none."""

from __future__ import annotations

import itertools
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .notation import Notation, NotationError, plain, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Message = dict[str, Any]
UNASKED = "unasked"
_MAX_SHOWN = 2000  # characters of a document or value in a report


class FailureError(Exception):
    """A check failed.

    Attributes:
        code: one word; what known-failure lists name.
        expected: what the vector says, as text.
        actual: what the SDK did, as text.
        part: of a check that asks several things, the one that failed.
        document: the document that it was about, if any.
    """

    def __init__(self, code: str, expected: Any, actual: Any) -> None:
        super().__init__(code)
        self.code = code
        self.expected = _text(expected)
        self.actual = _text(actual)
        self.part = ""
        self.document = ""


class SkippedError(Exception):
    """The driver skipped a request; the message says why."""


class UnaskedError(Exception):
    """The driver is not asked any more; the message says why, and is the same for all that it is not asked."""


@dataclass(frozen=True)
class Answer:
    """What came of one request.

    Attributes:
        message: the reply; empty if there is none that counts.
        verdict: empty, or `crashed`, `timeout`, `protocol_error`, or `unasked`.
        detail: what is behind the verdict, with the end of standard error.
        seconds: how long it took.
    """

    message: Message = field(default_factory=dict)
    verdict: str = ""
    detail: str = ""
    seconds: float = 0.0

    def get(self, member: str, expected: Any) -> Any:
        """Return a member of a reply that must not be an error.

        Raises:
            FailureError: There was no answer, or another one.
            SkippedError: It was skipped.
        """
        self.check_success(expected)
        if member not in self.message:
            raise FailureError("mismatch", expected, self.message)
        return self.message[member]

    def value(self, expected: Notation) -> Notation:
        """Return the value of a reply in normal form.

        Raises:
            FailureError: There was no answer, or another one.
            SkippedError: It was skipped.
        """
        value = self.get("value", expected)
        try:
            return plain(value)
        except (NotationError, RecursionError) as error:
            raise FailureError("protocol_error", expected, f"{error}") from error

    def check_success(self, expected: Any) -> None:
        """Check that it is a reply and no error.

        Args:
            expected: what the vector says, for the report.

        Raises:
            FailureError: It is not.
            SkippedError: It was skipped.
            UnaskedError: Nobody was asked.
        """
        self._check_said_something(expected)
        if "error" in self.message:
            raise FailureError(self.message["error"]["code"], expected, self.message)

    def check_unknown(self, *, unknown: bool) -> None:
        """Check that the error says whether the outcome is unknown (ERR-2).

        Raises:
            FailureError: It does not.
        """
        equal({"unknown": unknown}, {"unknown": self.message["error"].get("unknown", False)})

    def check_names(self, names: Sequence[str]) -> None:
        """Check that the error's message has each of these texts.

        Raises:
            FailureError: It has not.
        """
        said = self.message["error"].get("message", "")
        for name in names:
            if name not in said:
                raise FailureError("unnamed", f"an error that names {name}", said)

    def check_ring(self, names: Sequence[str]) -> None:
        """Check that the error's message has these texts in their order, the first again behind the last.

        Raises:
            FailureError: It has not.
        """
        said = self.message["error"].get("message", "")
        found = re.findall("|".join(map(re.escape, names)), said)
        follows = dict(zip(names, [*names[1:], names[0]], strict=True))
        if len(found) < len(names) or any(follows[one] != next_ for one, next_ in itertools.pairwise(found)):
            raise FailureError("unnamed", f"an error that names {' and then '.join(names)}", said)

    def check_refusal(self, code: str, path: str | None = None) -> None:
        """Check that it is an error with this code and, unless it is None, this path.

        Raises:
            FailureError: It is not.
            SkippedError: It was skipped.
        """
        expected = {"error": {"code": code} if path is None else {"code": code, "path": path}}
        self._check_said_something(expected)
        error = self.message.get("error")
        if error is None:
            raise FailureError("accepted", expected, self.message)
        if error["code"] != code:
            raise FailureError(error["code"], expected, self.message)
        if path is not None and error.get("path") != path:
            raise FailureError("wrong_path", expected, self.message)

    def refuses(self, wanted: Mapping[str, Any]) -> bool:
        """Check the refusal that a vector or step wants, as its `error`, and return whether it wants one.

        Raises:
            FailureError: It is wanted and not there.
            SkippedError: It was skipped.
        """
        if "error" not in wanted:
            return False
        self.check_refusal(wanted["error"])
        return True

    def _check_said_something(self, expected: Any) -> None:
        if self.verdict == UNASKED:
            raise UnaskedError(self.detail)
        if self.verdict:
            raise FailureError(self.verdict, expected, self.detail)
        if "skipped" in self.message:
            raise SkippedError(self.message["skipped"])


@contextmanager
def during(part: str, document: str = "") -> Iterator[None]:
    """Note on a failure which part of the check it is of, and the document."""
    try:
        yield
    except FailureError as failure:
        failure.part = ", ".join(filter(None, (part, failure.part)))
        failure.document = failure.document or shortened(document, _MAX_SHOWN)
        raise


def equal(expected: Any, actual: Any) -> None:
    """Check that two things are equal.

    Raises:
        FailureError: They are not.
    """
    if expected != actual:
        raise FailureError("mismatch", expected, actual)


def _text(value: Any) -> str:
    return shortened(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _MAX_SHOWN)
