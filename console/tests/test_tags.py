"""Records of tags in a bucket: they are no values (CTAG-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from conftest import Values

RECORD = "public/shop/.tags/user/joe.json"


@pytest.fixture
def tagged(values: Values) -> Values:
    values.put("shop", "a", 1)
    values.put_object(RECORD, b'{"v":1,"type":"int","value":1800000000000,"write":"5d41402abc4b2a76"}')
    return values


def test_they_are_in_no_listing_and_no_export_and_no_clear_removes_them(
    tagged: Values, run: Callable[..., Result], tmp_path: Path
) -> None:
    for arguments in (("ls", "shop"), ("ls", "shop", "-r")):
        (line,) = run(*arguments).stdout.splitlines()
        assert line.endswith("ago   a")
    exported = run("export", str(tmp_path / "all.jsonl"))
    assert exported.exit_code == 0, exported.output
    assert ".tags" not in (tmp_path / "all.jsonl").read_text()
    assert run("clear", "shop", "--yes").exit_code == 0
    assert tagged.stored_keys() == [RECORD]


def test_one_by_its_key_is_said_to_be_one(tagged: Values, run: Callable[..., Result]) -> None:
    result = run("stat", "--key", RECORD)
    assert tagged.stored_keys() == sorted([RECORD, "public/shop/a.json"])
    assert result.exit_code == 7
    assert "it is the record of a tag" in result.output
