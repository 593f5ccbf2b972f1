"""Nothing is stored that readers would call corrupt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import memory
import pytest
from memory_console.bucket import Bucket
from memory_console.sdk import MAX_VALUE_BYTES, encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from conftest import Values

    Run = Callable[..., Result]

LIMIT = 1000


def longest(limit: int) -> str:
    """Return a text whose document is just as long as a limit."""
    return "x" * (limit - len(encode("")))


def test_default_limit_is_that_of_readers() -> None:
    default = memory.Config.resolve({"DISTRIBUTION": "a.cloudfront.net", "BUCKET_NAME": "any"}, {})

    assert default.max_value_bytes == MAX_VALUE_BYTES


@pytest.mark.parametrize("kind", ["str", "bytes"])
def test_file_that_readers_would_call_corrupt_is_not_stored(
    values: Values, run: Run, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "large").write_bytes(b"x" * (MAX_VALUE_BYTES + 1))

    result = run("put", "shop", "a", "--file", str(tmp_path / "large"), "--type", kind)

    assert (result.exit_code, str(MAX_VALUE_BYTES) in result.stderr) == (2, True)
    assert "MEMORY_MAX_VALUE_BYTES" in result.stderr
    assert values.stored_keys() == []


@pytest.mark.parametrize("condition", [(), ("--if-absent",)])
def test_limit_is_met_exactly_and_can_be_another(
    values: Values, run: Run, monkeypatch: pytest.MonkeyPatch, condition: tuple[str, ...]
) -> None:
    monkeypatch.setenv("MEMORY_MAX_VALUE_BYTES", str(LIMIT))

    assert run("put", "shop", "b", longest(LIMIT) + "x", "--type", "str", *condition).exit_code == 2
    assert values.stored_keys() == []
    assert run("put", "shop", "a", longest(LIMIT), "--type", "str", *condition).exit_code == 0
    assert run("get", "shop", "a").exit_code == 0
    monkeypatch.setenv("MEMORY_MAX_VALUE_BYTES", str(LIMIT - 1))
    assert run("get", "shop", "a").exit_code == 7  # as readers of that limit say
    monkeypatch.setenv("MEMORY_MAX_VALUE_BYTES", "many")
    assert run("get", "shop", "a").exit_code == 6


def test_replacement_keeps_to_the_limit(values: Values, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    version = values.put("shop", "a", 1)
    monkeypatch.setenv("MEMORY_MAX_VALUE_BYTES", str(LIMIT))

    assert run("put", "shop", "a", longest(LIMIT), "--type", "str", "--if-version", version).exit_code == 2
    assert run("get", "shop", "a").stdout == "1\n"


def test_import_says_what_readers_would_call_corrupt(
    values: Values, run: Run, found: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values.put("shop", "a", "short")
    values.put("shop", "b", longest(LIMIT) + "x")
    file = tmp_path / "a.jsonl"
    found("export", str(file))
    assert run("clear", "shop", "--yes").exit_code == 0
    monkeypatch.setenv("MEMORY_MAX_VALUE_BYTES", str(LIMIT))

    result = run("import", str(file))

    assert (result.exit_code, "public/shop/b.json" in result.stderr) == (2, True)
    assert "public/shop/b.json" not in values.stored_keys()


def test_export_leaves_out_what_readers_call_corrupt(
    values: Values, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values.put("shop", "a", longest(LIMIT) + "x")
    monkeypatch.setenv("MEMORY_MAX_VALUE_BYTES", str(LIMIT))

    result = run("export", str(tmp_path / "a.jsonl"), "--json")

    assert (result.exit_code, json.loads(result.stdout)["skipped"]) == (1, 1)


def test_bucket_of_another_name_keeps_the_limit() -> None:
    assert Bucket("a", max_value_bytes=5).named("b").max_value_bytes == 5
