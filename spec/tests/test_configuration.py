"""The table of configuration keys is what the pages and declarations say; that SDKs keep it is for vectors."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conformance import configuration, home, vectors
from conformance.sanity import validator

KEYS = {key["name"]: key for key in configuration.keys(home.CONFIGURATION)}
ROOT = home.REPOSITORY
MIB = 2**20
_ROW = re.compile(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|(.*)$", re.MULTILINE)
_MEMBER = re.compile(r"/\*\* (.*) \*/\n\s+([A-Z_]+)\?: (.*) \| undefined;")


def number(value: int) -> str:
    """Return a number as the pages have it."""
    return f"{value // MIB:,} MiB" if value >= MIB and value % MIB == 0 else f"{value:,}"


def shown(value: Any) -> str:
    return (
        str(value).lower() if isinstance(value, bool) else number(value) if isinstance(value, int) else value
    )


def bounds(key: dict[str, Any]) -> list[str]:
    """Return what every page says of a key: its bounds, its default, its choices."""
    said = []
    if key["type"] == "whole":
        said.append(f"{number(key['least'])} to {number(key['most'])}")
    if "default" in key:
        said.append(shown(key["default"]))
    return [*said, *key.get("choices", ())]


def rows(page: str) -> dict[str, str]:
    """Return the line of each key in a page's table."""
    found = {}
    for cell, line in _ROW.findall((ROOT / page).read_text(encoding="utf-8")):
        found.update(dict.fromkeys(re.findall(r"`([A-Z_]+)`", cell), line))
    return {name: line for name, line in found.items() if name in KEYS}


def lacking(told: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, word) for name, line in told.items() for word in bounds(KEYS[name]) if word not in line]


def test_the_table_is_what_its_schema_says() -> None:
    import json

    validator("configuration").validate(json.loads(home.CONFIGURATION.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", ["spec/README.md", "docs/reference/configuration.md"])
def test_a_page_has_each_key_with_its_bounds_and_default(page: str) -> None:
    told = rows(page)
    assert told.keys() == KEYS.keys()
    assert lacking(told) == []


def test_the_declarations_have_each_key_with_its_bounds_and_default() -> None:
    text = (ROOT / "nodejs-sdk" / "index.d.ts").read_text(encoding="utf-8")
    found = {name: (comment, type_) for comment, name, type_ in _MEMBER.findall(text) if name in KEYS}
    assert found.keys() == KEYS.keys()
    assert lacking({name: f"{comment} {type_} StorageClass" for name, (comment, type_) in found.items()}) == [
        ("STORAGE_CLASS", choice) for choice in KEYS["STORAGE_CLASS"]["choices"][1:]
    ]  # its own type has them


def test_patterns_take_what_they_accept_and_nothing_they_refuse() -> None:
    for key in KEYS.values():
        if pattern := key.get("pattern"):
            assert [text for text in key["accepts"] if not re.fullmatch(pattern, text)] == []
            assert [text for text in key["refuses"] if re.fullmatch(pattern, text)] == []


def test_vectors_follow_from_the_table_at_every_border() -> None:
    derived = [vector for vector in vectors.load(home.VECTORS) if vector.suite == configuration.SUITE]
    conf = [(vector.members["conf"], "error" in vector.members) for vector in derived]
    for name, key in KEYS.items():
        if key["type"] == "whole":
            given = {(str(one[name]), refused) for one, refused in conf if name in one}
            least, most = key["least"], key["most"]
            assert {(str(least), False), (str(most), False)} <= given
            assert {(str(least - 1), True), (str(most + 1), True)} <= given
