"""Objects that are no values: they can be looked at, had, and removed."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from memory_console.sdk import MAX_VALUE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from conftest import Values

    Run = Callable[..., Result]

KEY = "public/shop/a.json"
CORRUPT: dict[str, tuple[bytes, dict[str, Any]]] = {
    "not JSON": (b"no envelope", {}),
    "empty": (b"", {}),
    "not UTF-8": (b"\xff\xfe\x00", {}),
    "no envelope": (b"[1]", {}),
    "other version": (b'{"v": 2}', {}),
    "damaged gzip": (b"hello", {"ContentEncoding": "gzip"}),
    "cut gzip": (gzip.compress(b'{"v": 1, "type": "int", "value": 1}')[:-4], {"ContentEncoding": "gzip"}),
    "brotli": (b"\x0b\x02\x80hello\x03", {"ContentEncoding": "br"}),
    "bomb": (gzip.compress(bytes(MAX_VALUE_BYTES + 1)), {"ContentEncoding": "gzip"}),
    "too large": (b" " * (MAX_VALUE_BYTES + 1), {}),
    "nested": (b"[" * 100_000, {}),
}


def put(values: Values, key: str, body: bytes, **more: Any) -> str:
    answer = values.bucket.s3.put_object(
        Bucket=values.name,
        Key=key,
        Body=body,
        ContentType="image/png",
        Metadata={"origin": "elsewhere"},
        **more,
    )
    return answer["ETag"].strip('"')


@pytest.mark.parametrize("kind", CORRUPT)
def test_what_is_no_value_is_described_had_and_removed(
    values: Values, run: Run, tmp_path: Path, kind: str
) -> None:
    body, more = CORRUPT[kind]
    version = put(values, KEY, body, **more)

    for place in (("shop", "a"), ("--key", KEY)):
        told = run("stat", *place)
        described = run("stat", *place, "--json")
        had = run("get", *place, "--raw")

        assert (told.exit_code, described.exit_code, had.exit_code) == (7, 7, 0), told.output
        found = json.loads(described.stdout)
        assert (found["size"], found["version"], found["key"]) == (len(body), version, KEY)
        assert (found["metadata"], found["content_encoding"]) == (
            {"origin": "elsewhere"},
            more.get("ContentEncoding"),
        )
        assert found["corrupt"]
        for text in (version, "elsewhere", found["stored_at"], found["corrupt"], "image/png"):
            assert text in " ".join(told.stdout.split())
        assert had.stdout_bytes == body
    assert run("get", "shop", "a").exit_code == 7
    assert run("get", "shop", "a", "--raw", "--output", str(tmp_path / "raw")).exit_code == 0
    assert (tmp_path / "raw").read_bytes() == body
    assert run("rm", "shop", "a", "--if-version", "another").exit_code == 4
    assert run("rm", "shop", "a", "--if-version", version).exit_code == 0
    assert values.stored_keys() == []


@pytest.mark.parametrize(
    "key", ["public/notes.txt", "public/shop/notes.txt", "private/shop/a//b.json", "public/no service/x.json"]
)
def test_what_lies_under_no_name_is_reached_by_its_key(values: Values, run: Run, key: str) -> None:
    values.put_object(key, b"hello")

    assert run("stat", "--key", key).exit_code == 7
    assert json.loads(run("stat", "--key", key, "--json").stdout)["size"] == 5
    assert run("get", "--key", key).exit_code == 7
    assert run("get", "--key", key, "--raw").stdout_bytes == b"hello"
    assert run("rm", "--key", key).exit_code == 0
    assert values.stored_keys() == []
    assert [run(command, "--key", key).exit_code for command in ("stat", "rm")] == [3, 3]
    assert run("get", "--key", key, "--raw").exit_code == 3


@pytest.mark.parametrize("command", ["get", "stat", "rm"])
@pytest.mark.parametrize(
    "arguments", [(), ("shop",), ("shop", "a", "--key", KEY), ("shop", "--key", KEY), ("--key", "logs/x")]
)
def test_either_name_or_key_is_given(
    values: Values, run: Run, command: str, arguments: tuple[str, ...]
) -> None:
    assert run(command, *arguments).exit_code == 2


def test_end_beyond_all_calendars_is_shown(values: Values, run: Run) -> None:
    for name, end in (("late", 10**400), ("early", -(10**400))):
        document = b'{"v":1,"type":"int","value":1,"expires_at":%d}' % end
        values.put_object(f"public/shop/{name}.json", document)

        assert run("stat", "shop", name).exit_code == 0
        assert run("stat", "shop", name, "--json").exit_code == 0
    assert run("get", "shop", "late").stdout == "1\n"
    assert run("ls", "shop", "--long").exit_code == 0
