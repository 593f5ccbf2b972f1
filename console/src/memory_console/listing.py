"""Services, folders and names, as S3's pages give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory_console.place import check_place, is_of_tags, is_record
from memory_console.sdk import escape, name_of
from memory_console.stored import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memory_console.bucket import Bucket, ListedObject, Page


@dataclass(frozen=True, slots=True)
class Listed:
    """A name in a listing."""

    address: Address
    object: ListedObject


@dataclass(frozen=True, slots=True)
class Names:
    """One page of names.

    Attributes:
        folders: What names begin with up to a slash, that included, such as `user/`.
        values: The names.
        foreign: The objects that no SDK has written.
        foreign_folders: How many folders hold only such objects.
        token: Gets the next page; None if this is the last.
    """

    folders: list[str]
    values: list[Listed]
    foreign: list[ListedObject]
    foreign_folders: int
    token: str | None


def services(bucket: Bucket, visibility: str, *, token: str | None = None) -> tuple[list[str], str | None]:
    """Return one page of the services that have values, and what gets the next page."""
    page = bucket.page(f"{visibility}/", delimiter="/", token=token)
    return [folder.split("/")[1] for folder in page.folders], page.token


def all_services(bucket: Bucket, visibility: str) -> Iterator[str]:
    """Return all services that have values."""
    found, token = services(bucket, visibility)
    yield from found
    while token:
        found, token = services(bucket, visibility, token=token)
        yield from found


def names_prefix(visibility: str, service: str, text: str) -> str:
    """Return what the keys of all names begin with that begin with a text, which may end anywhere.

    Raises:
        memory.InvalidNameError: No name begins like that.
    """
    segments = text.split("/")
    # Only the last segment may be empty yet.
    escaped = [escape(segment) if segment or not last else "" for segment, last in _marked(segments)]
    return f"{visibility}/{check_place(service)}/{'/'.join(escaped)}"


def names(page: Page) -> Names:
    """Return the folders and names of a page of one service."""
    values: list[Listed] = []
    foreign: list[ListedObject] = []
    for found in page.objects:
        address = Address.of_key(found.key)
        if address is not None:
            values.append(Listed(address, found))
        elif not is_record(found.key):
            foreign.append(found)
    theirs = [prefix for prefix in page.folders if not is_of_tags(prefix)]
    folders = [folder for prefix in theirs if (folder := _folder(prefix)) is not None]
    return Names(folders, values, foreign, len(theirs) - len(folders), page.token)


def _folder(prefix: str) -> str | None:
    name = name_of(f"{prefix}x.json")
    return None if name is None else name[:-1]


def _marked(segments: list[str]) -> Iterator[tuple[str, bool]]:
    last = len(segments) - 1
    return ((segment, index == last) for index, segment in enumerate(segments))
