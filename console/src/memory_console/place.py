"""Places: where the values of a service lie, with a change record or without (specification, CHG-1)."""

from __future__ import annotations

import re

from memory_console.sdk import check_service_name, name_of, record_key, tag_record_name

CHANGES = ".changes"
_RECORD = f"/{CHANGES}.json"
_OF_TAGS = re.compile(r"(?:public|private)/[A-Za-z0-9_-]{1,64}(?:\.changes)?/\.tags/")
_IN_PLACE = re.compile(r"(?:public|private)/[A-Za-z0-9_-]{1,64}\.changes/.+", re.DOTALL)


def check_place(service: str) -> str:
    """Return a place, which is typed as the service's name, or with `.changes` behind it.

    Raises:
        memory.InvalidNameError: It is neither.
    """
    check_service_name(service.removesuffix(CHANGES))
    return service


def is_announced(key: str) -> bool:
    """Return whether who writes this key has to announce it."""
    return _IN_PLACE.fullmatch(key) is not None


def is_record(key: str) -> bool:
    """Return whether this is the key of a change record, or of the record of a tag: neither is a value."""
    return is_change_record(key) or is_of_tags(key)


def is_change_record(key: str) -> bool:
    """Return whether this is the key of a change record (CHG-1)."""
    return is_announced(key) and key.endswith(_RECORD) and key.count("/") == 2  # noqa: PLR2004 - behind the place


def is_of_tags(key: str) -> bool:
    """Return whether this is the key of a tag's record, or the folder that these are in (CTAG-1)."""
    return _OF_TAGS.match(key) is not None


def announced_name(key: str) -> str | None:
    """Return what is announced for a key: the name of a value or of a tag's record (CTAG-1); None if it is neither."""
    if not is_of_tags(key):
        return name_of(key)
    tag = name_of(key.replace("/.tags/", "/", 1))
    return None if tag is None else tag_record_name(tag)


def record_of(visibility: str, service: str) -> str:
    """Return the key of a service's record."""
    return record_key(visibility, service.removesuffix(CHANGES) + CHANGES)
