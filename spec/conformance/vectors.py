"""The vectors: what the files hold, and what each asks of an SDK."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from . import configuration
from .home import CONFIGURATION
from .notation import is_lacked_somewhere, normal

if TYPE_CHECKING:
    from pathlib import Path

    from .notation import Notation

DISTRIBUTION = "d111111abcdef8.cloudfront.net"


class VectorError(Exception):
    """A vector file is not what VECTORS.md describes."""


class Kind(Enum):
    """What a vector asks, read off its members."""

    GOLDEN = "golden"
    REFUSED_VALUE = "refused value"
    REFUSED_DOCUMENT = "refused document"
    MISSING = "missing"
    NAME = "name"
    REFUSED_NAME = "refused name"
    CONFIGURATION = "configuration"
    SIGNATURE = "signature"
    ENDPOINT = "endpoint"
    CALL = "call"
    REFUSED_CALL = "refused call"
    CHANGES = "changes"
    WRITE_GRANT = "write grant"
    OPENED = "opened"
    STORE = "store"


_MEMBERS = (  # the first line whose members are all there decides
    ({"steps"}, Kind.STORE),
    ({"sign"}, Kind.SIGNATURE),
    ({"endpoint"}, Kind.ENDPOINT),
    ({"function", "arguments", "cache_name"}, Kind.CALL),
    ({"function", "arguments", "error"}, Kind.REFUSED_CALL),
    ({"changes", "is"}, Kind.CHANGES),
    ({"mint"}, Kind.WRITE_GRANT),
    ({"open", "name", "now"}, Kind.OPENED),
    ({"conf"}, Kind.CONFIGURATION),
    ({"service", "name", "key", "url"}, Kind.NAME),
    ({"service", "name", "error"}, Kind.REFUSED_NAME),
    ({"value", "wire"}, Kind.GOLDEN),
    ({"value", "error"}, Kind.REFUSED_VALUE),
    ({"wire", "missing"}, Kind.MISSING),
    ({"wire", "error"}, Kind.REFUSED_DOCUMENT),
    ({"wire_base64", "error"}, Kind.REFUSED_DOCUMENT),
)


@dataclass(frozen=True)
class Vector:
    """One vector of a suite.

    Attributes:
        suite: for example `wire/int`.
        kind: what it asks.
        members: the vector as its file has it.
    """

    suite: str
    kind: Kind
    members: dict[str, Any]

    @property
    def id(self) -> str:
        """The full id, for example `wire/int/zero`."""
        return f"{self.suite}/{self.members['id']}"

    @property
    def title(self) -> str:
        """The fact that it states."""
        return str(self.members["title"])

    @property
    def clause(self) -> str:
        """The id of the clause that it proves."""
        return str(self.members["clause"])

    @property
    def absent(self) -> list[str]:
        """Texts that must appear nowhere."""
        return list(self.members.get("absent", ()))

    @property
    def requires(self) -> frozenset[str]:
        """Features without which a driver is not asked."""
        return frozenset(self.members.get("requires", ()))

    @property
    def needs_origin(self) -> bool:
        """Whether its outcome rests on a read of S3 by the reader."""
        return bool(self.members.get("origin"))

    @property
    def may_be_skipped(self) -> bool:
        """Whether it is about a value that some languages lack."""
        return is_lacked_somewhere(self.members)

    def is_written_by(self, *, single_number: bool) -> bool:
        """Whether a language with one number type, or with two, encodes the value of this golden vector."""
        return not self.members.get("decode_only") and not (single_number and "single_number" in self.members)

    def value_for(self, *, single_number: bool) -> Notation:
        """Return the value that a reader gets, in normal form."""
        member = "single_number" if single_number and "single_number" in self.members else "value"
        return normal(self.members[member])

    def documents(self) -> list[dict[str, str]]:
        """Return each of the vector's documents as the member of a `decode` request that carries it."""
        if "wire_base64" in self.members:
            return [{"wire_base64": self.members["wire_base64"]}]
        wires = [self.members["wire"], *self.members.get("accepts", ())] if "wire" in self.members else []
        return [{"wire": joined(wire)} for wire in wires]


def joined(wire: str | list[Any]) -> str:
    """Return the text of a wire, which may be in parts."""
    parts = [wire] if isinstance(wire, str) else wire
    return "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts)


def octets(document: dict[str, str]) -> bytes:
    """Return the bytes of what `Vector.documents` returned."""
    if "wire_base64" in document:
        return base64.b64decode(document["wire_base64"])
    return document["wire"].encode()


def load(folder: Path) -> list[Vector]:
    """Read every vector below a folder, in the order of files and within them, then those of the table beside it.

    Raises:
        VectorError: A file is not JSON, has no suite, or a vector's members do not say what it asks.
    """
    found: list[Vector] = []
    for path in sorted(folder.rglob("*.json")):
        try:
            suite = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise VectorError(f"{path}: {error}") from error
        if "suite" not in suite:
            continue  # what vectors refer to, such as the keys
        found += [_vector(path, suite["suite"], members) for members in suite["vectors"]]
    table = folder.parent / CONFIGURATION.name
    if table.exists():
        found += [_vector(table, configuration.SUITE, members) for members in configuration.derived(table)]
    return found


def _vector(path: Path, suite: str, members: dict[str, Any]) -> Vector:
    for needed, kind in _MEMBERS:
        if needed <= members.keys():
            return Vector(suite, kind, members)
    raise VectorError(f"{path}: the members of {members.get('id')!r} do not say what it asks")
