"""What a grant opens to whoever was handed it: which names, and where they are read or posted (GRANT-4, WGRANT-9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .answers import equal
from .names import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .answers import Answer, Message
    from .vectors import Vector

_HOST = re.compile(r"[a-z0-9_.:\[\]-]+")
_PLACE = re.compile(r"[A-Za-z0-9_-]{1,64}(\.changes)?")
_QUERY = re.compile(
    r"Policy=[A-Za-z0-9_~-]+&Signature=[A-Za-z0-9_~-]+&Key-Pair-Id=[A-Za-z0-9_-]+(&Hash-Algorithm=SHA256)?"
)
_URL = re.compile(r"https?://[^/?#]+/[^?#]*")
_GENERATION = re.compile(r"[0-9a-f]{16}")
_FIELDS = (
    "Content-Type",
    "Cache-Control",
    "success_action_status",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "policy",
    "x-amz-signature",
)
_MAX_BYTES, _MAX_TTL, _MAX_TAGS = 256 * 1024 * 1024, 100 * 365 * 86_400, 16


class RefusedError(Exception):
    """A grant does not open what is asked of it; the text is the error's code."""


def is_grant(grant: Any) -> bool:
    """Whether that is a grant of reading, or of writing, by its form (GRANT-3, WGRANT-6)."""
    if not isinstance(grant, dict) or ("prefix" in grant) == ("name" in grant):
        return False
    if not _is(_HOST, grant.get("distribution")) or not _is(_PLACE, grant.get("service")):
        return False
    end = grant.get("expires_at")
    if type(end) is not int or end < 0 or not _is_scope(grant):
        return False
    return _has_forms(grant) if "forms" in grant else _is(_QUERY, grant.get("query"))


def opened(grant: Any, name: str, now: float, size: int | None = None) -> tuple[str, str]:
    """Return the key of a name, and the URL where it is read or posted.

    Args:
        grant: what somebody was handed.
        name: the name.
        now: Unix time in milliseconds.
        size: of the document that is to be put.

    Raises:
        RefusedError: The grant does not open it.
    """
    if not is_grant(grant):
        raise RefusedError("configuration")
    if not all(name.split("/")):
        raise RefusedError("invalid_name")
    is_open = name.startswith(grant["prefix"]) if "prefix" in grant else name == grant["name"]
    if not is_open or now >= grant["expires_at"]:
        raise RefusedError("access_denied")
    path = f"{grant['service']}/{escaped(name)}.json"
    if "forms" not in grant:
        return f"private/{path}", f"https://{grant['distribution']}/{path}?{grant['query']}"
    if size is not None and size > grant["max_bytes"]:
        raise RefusedError("value_too_large")
    return f"{grant['visibility']}/{path}", grant["url"]


def request(vector: Vector) -> Message:
    """Return what a driver is asked for a vector about using a grant."""
    members = vector.members
    asked: Message = {member: members[member] for member in ("name", "now", "bytes") if member in members}
    return {"op": "open", "grant": members["open"], **asked}


def judge(vector: Vector, answer: Answer) -> None:
    """Judge what it says.

    Raises:
        FailureError: It is not what the vector says.
    """
    members = vector.members
    if answer.refuses(members):
        return
    for member in ("key", "url"):
        equal({member: members[member]}, {member: answer.get(member, members[member])})


def is_right(vector: Vector) -> bool:
    """Whether what the vector expects is what the text says."""
    members = vector.members
    try:
        found = opened(members["open"], members["name"], members["now"], members.get("bytes"))
    except RefusedError as refused:
        return members.get("error") == str(refused)
    return found == (members.get("key"), members.get("url"))


def _is_scope(grant: Mapping[str, Any]) -> bool:
    """Whether the prefix is one, or the name."""
    if "name" in grant:
        return isinstance(grant["name"], str) and all(grant["name"].split("/"))
    prefix = grant["prefix"]
    if not isinstance(prefix, str) or (prefix == "" and "forms" in grant):
        return False
    return prefix == "" or (prefix.endswith("/") and all(prefix[:-1].split("/")))


def _has_forms(grant: Mapping[str, Any]) -> bool:
    told: list[Any] = [grant.get(member) for member in ("max_bytes", "ttl", "tags", "forms")]
    size, ttl, tags, forms = told
    if grant.get("visibility") not in {"public", "private"} or not _is(_URL, grant.get("url")):
        return False
    if type(size) is not int or not 1 <= size <= _MAX_BYTES:
        return False
    if "ttl" in grant and (type(ttl) not in {int, float} or not 1 <= ttl <= _MAX_TTL):
        return False
    if "tags" in grant and not (
        isinstance(tags, dict)
        and 0 < len(tags) <= _MAX_TAGS
        and all(_is(_GENERATION, one) for one in tags.values())
    ):
        return False
    kinds = [forms.get(kind) for kind in ("plain", "gzip")] if isinstance(forms, dict) else []
    return len(kinds) == 2 and all(  # noqa: PLR2004 - the two forms
        isinstance(form, dict)
        and all(isinstance(value, str) for value in form.values())
        and all(name in form for name in _FIELDS)
        and ("key" in form) == ("name" in grant)
        and ("Content-Encoding" in form) == zipped
        for form, zipped in zip(kinds, (False, True), strict=True)
    )


def _is(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
