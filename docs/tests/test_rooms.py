"""The list of rooms in CONTRIBUTING.md has a place for every source file, and names none that is not there."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

ENDINGS = (".py", ".js", ".mjs", ".cjs")
UNNAMED = {"init__", "main__", "errors", "index"}  # what the list says once for all parts
NO_ROOMS = {"node_modules", "__pycache__", "tests", "test", "build", "target"}
# What is no room: settings, drivers of the conformance run, functions that are published or deployed as they are.
ELSEWHERE = re.compile(
    r"noxfile|conftest|[a-z0-9]+-sdk/(conformance/|(lib/worker-source|index|build|check-package|check-size|chromium|eslint\.config)[./])"
    r"|browser-sdk/(lib|examples)/|demos/(browser|python|nodejs|readers)|acceptance/probe/"
)


@pytest.fixture
def sections(pytestconfig: pytest.Config) -> dict[str, list[str]]:
    """The rooms that the list names below each folder; a section of several folders counts for each."""
    text = (pytestconfig.rootpath / "CONTRIBUTING.md").read_text()
    found: dict[str, list[str]] = {}
    for heading, body in re.findall(r"^### (.*)\n((?:(?!^#).*\n)*)", text, re.MULTILINE):
        cells = re.findall(r"^\| (`.*?) \|", body, re.MULTILINE)
        rooms = [plain(name) for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
        for folder in re.findall(r"`([^`]+/)`", heading):
            found[folder] = rooms
    return found


def plain(name: str) -> str:
    """Return a room's name, which Python and Node spell differently."""
    return "/".join(part.lstrip("_").replace("-", "_") for part in name.split("/"))


def sources(root: Path) -> list[str]:
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in NO_ROOMS and not name.startswith("."))
        paths = [(Path(folder) / name).relative_to(root).as_posix() for name in sorted(files)]
        found += [path for path in paths if path.endswith(ENDINGS) and not ELSEWHERE.match(path)]
    return [path for path in found if not path.endswith(".d.mts")]


def is_in(room: str, path: str) -> bool:
    return path.startswith(room) if room.endswith("/") else path == room


def test_every_source_file_is_in_one_line_of_the_list(
    pytestconfig: pytest.Config, sections: dict[str, list[str]]
) -> None:
    unlisted = []
    for path in sources(pytestconfig.rootpath):
        folder = max((each for each in sections if path.startswith(each)), key=len, default="")
        room = plain(path.removeprefix(folder).rpartition(".")[0])
        held = [each for each in sections.get(folder, ()) if is_in(each, room)]
        if len(held) != 1 and room.rpartition("/")[2] not in UNNAMED:
            unlisted.append((path, held))
    assert unlisted == []


def test_the_list_names_no_room_that_is_not_there(
    pytestconfig: pytest.Config, sections: dict[str, list[str]]
) -> None:
    paths = [path.rpartition(".")[0] for path in sources(pytestconfig.rootpath)]
    # A section of several folders has rooms that only one of them has.
    there: dict[int, list[str]] = {}
    for folder, rooms in sections.items():
        there.setdefault(id(rooms), []).extend(
            plain(path.removeprefix(folder)) for path in paths if path.startswith(folder)
        )
    lost = [
        room
        for rooms in sections.values()
        for room in rooms
        if not any(is_in(room, path) for path in there[id(rooms)])
    ]
    assert lost == []
    assert sections


def test_no_section_names_a_room_twice(sections: dict[str, list[str]]) -> None:
    twice = [room for rooms in sections.values() for room, count in Counter(rooms).items() if count > 1]
    assert twice == []
