"""From a name to the key of its object and the path of its URL (specification, section 1)."""

from __future__ import annotations

import json
import re

from memory._errors import InvalidNameError

MAX_KEY_BYTES = 1024  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html

_SERVICE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ESCAPED = re.compile(rb"[^A-Za-z0-9_/-]")
_ESCAPE = re.compile(rb"\.([0-9A-F]{2})")
_RESERVED = "cached/"
_OF_A_CALL = re.compile(r"cached/.+/[0-9a-f]{32}", re.DOTALL)


def quoted(name: str) -> str:
    """Return a name as messages show it: on one line, whatever it holds."""
    return json.dumps(name, ensure_ascii=False)


def check_service_name(service_name: object) -> str:
    """Return the service name if it is one (NAME-1).

    Raises:
        InvalidNameError: It is no string of 1 to 64 of `A-Z a-z 0-9 _ -`.
    """
    if not isinstance(service_name, str) or not _SERVICE_NAME.fullmatch(service_name):
        raise InvalidNameError(
            f"service name {service_name!r} is not allowed: use 1 to 64 of the characters A-Z a-z 0-9 _ -"
        )
    return service_name


def escape(name: object) -> str:
    """Escape a name so that neither S3, nor a URL, nor a signature treats any character specially (KEY-2).

    Raises:
        InvalidNameError: The name is no string, has an empty segment (NAME-2) or a lone surrogate (NAME-3).
    """
    if not isinstance(name, str):
        raise InvalidNameError(f"a name is a string, not {type(name).__name__}: {name!r}")
    if not all(name.split("/")):
        raise InvalidNameError(
            f"name {name!r} has an empty segment: give every part between slashes a character"
        )
    try:
        encoded = name.encode()
    except UnicodeEncodeError as error:
        raise InvalidNameError(
            f"name {name!r} has a lone surrogate at index {error.start}: names are Unicode text"
        ) from None
    return _ESCAPED.sub(lambda match: b".%02X" % ord(match[0]), encoded).decode("ascii")


def is_name(text: str) -> bool:
    """Return whether a text is a name, or a tag (NAME-2, NAME-3)."""
    try:
        escape(text)
    except InvalidNameError:
        return False
    return True


def place_of(service_name: str, *, changes: bool) -> str:
    """Return where the values of a service are: with a change record in a place of their own (KEY-1)."""
    return f"{service_name}.changes" if changes else service_name


def object_key(visibility: str, place: str, name: object) -> str:
    """Return the key of the object that holds the value (KEY-1).

    Args:
        visibility: `public` or `private`.
        place: Where the values of the service are.
        name: The name.

    Raises:
        InvalidNameError: The name is refused, or the key would be longer than S3 allows (KEY-3).
    """
    return _short_enough(f"{visibility}/{place}/{escape(name)}.json", f"name {name!r}")


def tag_record_name(tag: str) -> str:
    """Return what the record of a tag has for a name: what no value has (CTAG-1)."""
    return f"/{tag}"


def tag_record_key(visibility: str, place: str, tag: object) -> str:
    """Return the key of the record of a tag (CTAG-1).

    Args:
        visibility: `public` or `private`.
        place: Where the values of the service are.
        tag: The tag.

    Raises:
        InvalidNameError: The tag is refused, or the key would be longer than S3 allows.
    """
    try:
        key = f"{visibility}/{place}/.tags/{escape(tag)}.json"
    except InvalidNameError as error:
        raise InvalidNameError(f"a tag is a text by the rules of names: {error}") from None
    return _short_enough(key, f"tag {tag!r}")


def _short_enough(key: str, what: str) -> str:
    if len(key) > MAX_KEY_BYTES:
        raise InvalidNameError(f"{what} is too long: its key has {len(key)} bytes, S3 allows {MAX_KEY_BYTES}")
    return key


def is_tag_record(name: str) -> bool:
    """Return whether that is the name of a tag's record."""
    return name[:1] == "/"


def refuse_reserved(name: str) -> None:
    """Let nothing be stored among the results of cached functions that is none (CALL-5).

    Raises:
        InvalidNameError: The name is of theirs, and of no call.
    """
    if name.startswith(_RESERVED) and not _OF_A_CALL.fullmatch(name):
        raise InvalidNameError(
            f"name {name!r} is not allowed: below {_RESERVED} are the results of cached functions, and nothing else can"
            " be stored there. Begin it with another word, or take what cache_name of the function returns"
        )


def check_prefix(prefix: object) -> str:
    """Return the prefix if it is one (LIST-1).

    Raises:
        InvalidNameError: It is neither empty nor a name with a slash at its end.
    """
    if prefix == "":
        return ""
    if not isinstance(prefix, str) or not prefix.endswith("/"):
        raise InvalidNameError(f"prefix {prefix!r} is not allowed: it is empty or ends with a slash")
    escape(prefix[:-1])
    return prefix


def key_prefix(visibility: str, place: str, prefix: object) -> str:
    """Return what the keys of all values under a prefix begin with.

    Args:
        visibility: `public` or `private`.
        place: Where the values of the service are.
        prefix: The prefix.

    Raises:
        InvalidNameError: The prefix is not allowed (LIST-1).
    """
    checked = check_prefix(prefix)
    escaped = escape(checked[:-1]) + "/" if checked else ""
    return f"{visibility}/{place}/{escaped}"


def name_of(key: str) -> str | None:
    """Return the name that a writer makes this key from; None if no writer makes it (LIST-2)."""
    _, _, rest = key.split("/", 2)
    escaped = rest.removesuffix(".json")
    try:
        name = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), escaped.encode("ascii")).decode()
        return name if rest != escaped and escape(name) == escaped else None
    except (UnicodeError, InvalidNameError):
        return None


def url_path(key: str) -> str:
    """Return the path of the URL of a key: the distribution's origin path supplies the visibility (URL-1)."""
    return key[key.index("/") :]
