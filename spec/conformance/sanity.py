"""Whether the vectors themselves are sound: what `--check-vectors` looks at. It needs jsonschema."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from . import changes, opening, write_grants
from .home import SCHEMAS, VECTORS
from .meaning import MeaningError, written
from .notation import NotationError, normal
from .vectors import Kind, joined, octets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .vectors import Vector

_MAX_TITLE = 70

# What the envelope schema's own description says it cannot see.
INVISIBLE = frozenset(
    {
        "wire/document/nesting-257",
        "wire/document/nesting-257-dicts",
        "wire/document/nesting-257-mixed",
        "wire/document/nesting-unknown-member",
        "wire/document/nesting-late",
        "wire/document/nesting-after-escaped-backslash",
        "wire/float/overflow",
        "wire/float/overflow-integer",
        "wire/float/tag-overflow",
        "wire/str/escaped-lone-high",
        "wire/str/escaped-lone-low",
        "wire/str/escaped-swapped",
        "wire/str/escaped-lone-in-key",
        "wire/str/escaped-lone-nested",
        "changes/records/place-upper",
    }
)


def problems(vectors: Iterable[Vector]) -> list[str]:
    """Say what is wrong with the vectors."""
    chosen = list(vectors)
    return [*_of_files(), *_of_names(chosen), *(text for vector in chosen for text in _of_documents(vector))]


@cache
def validator(name: str) -> Draft202012Validator:
    """Return a validator for one of the specification's schemas.

    Raises:
        jsonschema.SchemaError: The schema is none.
    """
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def is_record(document: str) -> bool:
    """Whether the change record's schema takes a document."""
    try:
        return bool(validator("changes").is_valid(json.loads(document)))
    except ValueError:
        return False


def is_envelope(document: bytes) -> bool:
    """Whether the envelope schema takes a document."""
    try:
        parsed = json.loads(document.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    try:
        return bool(validator("envelope").is_valid(parsed))
    except RecursionError:  # the validator recurses: the document is nested deeper than any reader has to go
        return False


def _of_files() -> Iterator[str]:
    schema = validator("vectors")
    for path in sorted(VECTORS.rglob("*.json")):
        error = best_match(schema.iter_errors(json.loads(path.read_text(encoding="utf-8"))))
        if error:
            yield f"{path.relative_to(VECTORS)}: {error.json_path}: {error.message[:300]}"


def _of_names(vectors: list[Vector]) -> Iterator[str]:
    for what, names in (
        ("id", [vector.id for vector in vectors]),
        ("title", [f"{vector.suite}: {vector.title}" for vector in vectors]),
    ):
        yield from (
            f"the {what} {name!r} is there {count} times"
            for name, count in Counter(names).items()
            if count > 1
        )
    for vector in vectors:
        if len(vector.title) > _MAX_TITLE:
            yield f"{vector.id}: the title has {len(vector.title)} characters, more than {_MAX_TITLE}"
        if "should" in vector.title.lower().split():
            yield f"{vector.id}: the title says what should be; it is to state a fact"


def _of_documents(vector: Vector) -> Iterator[str]:
    if vector.kind is Kind.CHANGES:
        yield from _of_records(vector)
        return
    if vector.kind in {Kind.WRITE_GRANT, Kind.OPENED}:
        yield from _of_grants(vector)
        return
    accepted = "error" not in vector.members
    for document in vector.documents():
        if is_envelope(octets(document)) != (accepted or vector.id in INVISIBLE):
            yield f"{vector.id}: the envelope schema {'refuses' if accepted else 'takes'} {str(document)[:200]}"
    if vector.kind is Kind.GOLDEN and not vector.members.get("decode_only"):
        try:
            says, means = written(joined(vector.members["wire"])).value, normal(vector.members["value"])
        except (MeaningError, NotationError) as error:
            yield f"{vector.id}: {error}"
        else:
            if says != means:
                yield f"{vector.id}: the document says another value"


def _of_records(vector: Vector) -> Iterator[str]:
    if not changes.is_right(vector):
        yield f"{vector.id}: section 14 says something else"
    for document in changes.documents(vector):
        if changes.is_document(document) != is_record(document) and vector.id not in INVISIBLE:
            yield f"{vector.id}: the schema of the change record takes something else"


def _of_grants(vector: Vector) -> Iterator[str]:
    if vector.kind is Kind.WRITE_GRANT:
        if not write_grants.is_right(vector):
            yield f"{vector.id}: section 16 says something else"
        return
    if not opening.is_right(vector):
        yield f"{vector.id}: GRANT-4 or WGRANT-9 says something else"
    grant = vector.members["open"]
    schema = validator("write-grant" if isinstance(grant, dict) and "forms" in grant else "grant")
    if opening.is_grant(grant) != schema.is_valid(grant) and vector.id not in INVISIBLE:
        yield f"{vector.id}: the schema of grants takes something else"


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
